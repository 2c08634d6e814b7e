import pytest

from automl.families.base import FitFailed
from automl.search.settling import FEWEST, FINALS, settle, train_longer
from automl.search.trials import Search, Tracker
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

    assert cv.clock.left() == 70  # 42 beside the last two fits, and 12 after three fits more
    assert settle(cv, range(4), [named, first, second], 1.0) == 3
    assert (sorted(first.losses), sorted(second.losses)) == ([0, 1, 2, 3], [0])


def cut_short(cv, epochs=15):
    """A network that time stopped after one fit of 10 seconds."""
    cv.here.info = lambda _task: {"epochs": epochs, "planned_epochs": epochs, "full_epochs": 60, "cut_by_time": True}
    return judged(cv, "network", splits=[0])


def longer(cv, probe, splits=range(4), fewest=FEWEST, reserve=0.0):
    """Whether it was trained longer, the search with the trial, and what its tracker was told."""
    told, result = [], Search(list(splits), first=7)
    tracker = Tracker(told.append, lambda trial, best, began: told.append((trial.name, best.name, began)), None)
    return train_longer(cv, probe, splits, fewest, reserve, tracker, result), result, told


@pytest.mark.parametrize(
    ("budget", "count", "seconds"),
    [
        (10 + 400, 4, 400 / (4 + FINALS)),  # a whole schedule takes 40 seconds: time for all splits
        (10 + 250, 3, 250 / (3 + FINALS)),
        (10 + 100, 2, 100 / (2 + FINALS)),
    ],
)
def test_a_rival_that_time_cut_is_trained_longer_on_as_many_splits_as_its_schedule_leaves(budget, count, seconds):
    cv = fake_cv(budget=budget, costs={"network": 10.0})
    probe = cut_short(cv)

    done, result, told = longer(cv, probe)

    (trial,) = result.trials
    assert done
    assert (trial.trial, trial.configuration) == (8, f"{probe.configuration}, longer")
    assert sorted(trial.losses) == list(range(count))
    assert cv.here.tasks[1].limits.seconds == pytest.approx(seconds)
    assert told == [8, (trial.name, probe.name, 10.0)]
    assert result.began == {trial.name: 10.0}
    assert list(probe.losses) == [0]


def test_small_data_are_judged_whole():
    cv = fake_cv(budget=10 + 100, costs={"network": 10.0})
    _, result, _ = longer(cv, cut_short(cv), fewest=4)
    assert sorted(result.trials[0].losses) == [0, 1, 2, 3]


@pytest.mark.parametrize("reserve", [0.0, 60.0])
def test_a_rival_is_not_trained_longer_that_was_trained_whole_or_for_little_more(reserve):
    cv = fake_cv(budget=10 + 100, costs={"network": 10.0})
    probe = cut_short(cv) if reserve else judged(cv, "network", splits=[0])
    done, result, told = longer(cv, probe, reserve=reserve)
    assert (done, result.trials, told) == (False, [], [])


def test_a_longer_training_that_fails_is_on_record():
    def trouble(_task):
        if len(cv.here.tasks) == 2:
            raise FitFailed("diverged")

    cv = fake_cv(budget=410, costs={"network": 10.0}, trouble=trouble)
    done, result, _ = longer(cv, cut_short(cv))
    assert done
    assert (result.trials[0].status, result.trials[0].reason) == ("failed", "diverged")


def test_a_rival_that_fails_keeps_what_it_had():
    def trouble(task):
        if task.family == "network" and len(cv.here.tasks) > 5:
            raise FitFailed("diverged")

    cv = fake_cv(budget=1_000, trouble=trouble)
    named, rival = judged(cv, "linear", splits=range(4)), judged(cv, "network", splits=[0])

    assert settle(cv, range(4), [named, rival], 0.0) == 0
    assert (sorted(rival.losses), rival.reason) == ([0], "diverged")
    assert rival.ok
