import pytest

from automl.families.base import FitFailed
from automl.search.judging import judge
from tests.fakes import fake_cv, use_fakes


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def on_the_third_fit(error):
    seen = []

    def trouble(_task):
        seen.append(1)
        if len(seen) == 3:
            raise error

    return trouble


def judged(budget=None, splits=(0, 1, 2, 3), given_up=lambda: False, **how):
    cv = fake_cv(budget=budget, **how)
    trial = cv.candidate("trees", {"error": 1.0})
    asked = []

    def seconds(place):
        asked.append(place)
        return 10.0

    judge(cv, trial, splits, seconds, given_up)
    return trial, asked


def test_every_split_is_judged_with_its_own_time():
    trial, asked = judged(budget=1000.0)
    assert sorted(trial.losses) == [0, 1, 2, 3]
    assert asked == [0, 1, 2, 3]


def test_where_trials_are_counted_nobody_asks_for_the_time():
    trial, asked = judged()
    assert trial.ok
    assert asked == []


@pytest.mark.parametrize(
    ("error", "reason"), [(FitFailed("diverged"), "diverged"), (MemoryError(), "out of memory")], ids=["fit", "memory"]
)
def test_a_trial_that_fails_half_way_keeps_its_reason_and_no_losses(error, reason):
    trial, _ = judged(trouble=on_the_third_fit(error))
    assert not trial.ok
    assert trial.losses == {}
    assert trial.reason == reason


def test_a_trial_that_is_given_up_keeps_what_was_judged():
    trial, _ = judged(given_up=iter([False, True]).__next__)
    assert sorted(trial.losses) == [0, 1]
