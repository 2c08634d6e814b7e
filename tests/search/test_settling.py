import pytest

from automl.families.base import FitFailed
from automl.search.settling import settle
from tests.fakes import fake_cv, judged, use_fakes


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def test_a_rival_is_judged_where_the_named_family_was():
    cv = fake_cv(budget=1_000)
    named, rival = judged(cv, "linear", splits=range(4)), judged(cv, "network", splits=[0])

    assert settle(cv, range(4), [named, rival], 0.0) == 3
    assert sorted(rival.losses) == sorted(named.losses)
    assert settle(cv, range(4), [named, rival], 0.0) == 0


def test_no_fit_is_started_that_the_time_left_does_not_hold():
    cv = fake_cv(budget=90, costs={"network": 10.0, "trees": 10.0})
    named, first = judged(cv, "linear", splits=range(4)), judged(cv, "network", splits=[0])
    second = judged(cv, "trees", splits=[0])

    assert cv.clock.left() == 70  # 40 to spare, and 10 after three fits more
    assert settle(cv, range(4), [named, first, second], 30.0) == 3
    assert (sorted(first.losses), sorted(second.losses)) == ([0, 1, 2, 3], [0])


def test_a_rival_that_fails_keeps_what_it_had():
    def trouble(task):
        if task.family == "network" and len(cv.here.tasks) > 5:
            raise FitFailed("diverged")

    cv = fake_cv(budget=1_000, trouble=trouble)
    named, rival = judged(cv, "linear", splits=range(4)), judged(cv, "network", splits=[0])

    assert settle(cv, range(4), [named, rival], 0.0) == 0
    assert (sorted(rival.losses), rival.reason) == ([0], "diverged")
    assert rival.ok
