from dataclasses import replace

import numpy as np
import pytest

from automl.clock import OutOfTime
from automl.evaluate.crossval import Candidate
from automl.evaluate.journal import fingerprint
from automl.evaluate.leaderboard import best_of
from automl.families.base import FitFailed, Knob
from automl.search.trials import PATIENCE, PATIENCE_A_KNOB, WANTED, Search, Tracker, joined, search, search_key
from automl.workers.executor import WorkerDied, WorkerError
from tests.fakes import fake_cv, judged, use_fakes

DEFAULTS = ({"error": 1.0}, {"error": 0.9}, {"error": 0.8})


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch, trees={"given": DEFAULTS})


class Log:
    """What a search told."""

    def __init__(self, reserve=0.0):
        self.begun, self.ended, self.best = [], [], []
        self.tracker = Tracker(self.begun.append, self.end, lambda _best: reserve)

    def end(self, trial, best, began):
        self.ended.append((trial.trial, began))
        self.best.append(best.name)


def run(cv, start=None, most=None, log=None, family="trees"):
    start = start or judged(cv, family)
    result = Search(sorted(start.losses))
    search(cv, start, most, "f", (log or Log()).tracker, result)
    return result


def errors(values):
    return [{"error": value} for value in values]


def test_the_other_defaults_first_then_what_is_suggested():
    cv = fake_cv(suggestions=errors([0.7, 0.6]))
    log = Log()
    result = run(cv, log=log)
    assert [t.params["error"] for t in result.trials] == [0.9, 0.8, 0.7, 0.6]
    assert [t.trial for t in result.trials] == log.begun == [1, 2, 3, 4]
    assert log.best == [t.name for t in result.trials]
    assert result.stopped == "the search space is exhausted"


def test_searches_one_after_the_other_are_told_as_one():
    cv = fake_cv(suggestions=[*errors([0.7]), None, *errors([0.6])])
    first = run(cv)
    start = judged(cv, "network", splits=[0, 1])
    second = Search([0, 1], first=len(first.trials))
    search(cv, start, None, "f", Log().tracker, second)
    both = joined([first, second])
    assert both.trials == [*first.trials, *second.trials]
    assert [t.trial for t in both.trials] == list(range(1, len(both.trials) + 1))
    assert both.began.keys() == {t.name for t in both.trials}
    assert both.stopped == second.stopped
    assert both.splits == first.splits
    assert joined([]) == Search([])


def test_defaults_changed_in_the_probe_are_not_run_twice():
    cv = fake_cv(suggestions=[])
    start = judged(cv, "trees", 0.8)
    assert [t.params["error"] for t in run(cv, start).trials] == [1.0, 0.9]


def test_the_history_holds_the_start_and_every_trial():
    cv = fake_cv(suggestions=errors([0.7, 0.6]))
    result = run(cv)
    first = cv.worker.told[0]
    assert [params["error"] for params, _ in first] == [1.0, 0.9, 0.8]
    assert first[1][1] == result.trials[0].loss()
    assert [len(told) for told in cv.worker.told] == [3, 4, 5]


@pytest.mark.parametrize("most", [0, 1, 3])
def test_it_stops_at_the_number_of_trials(most):
    result = run(fake_cv(suggestions=errors([0.7] * 9)), most=most)
    assert len(result.trials) == most
    assert result.stopped == f"{most} trials"


def test_a_failed_trial_is_recorded_and_told_and_the_search_goes_on():
    def trouble(task):
        if task.params.get("error") == 0.9:
            raise FitFailed("diverged")

    cv = fake_cv(trouble=trouble, suggestions=errors([0.7]))
    log = Log()
    result = run(cv, log=log)
    failed = result.trials[0]
    assert [t.ok for t in result.trials] == [False, True, True]
    assert failed.reason == "diverged"
    assert cv.worker.told[0][1] == ({"error": 0.9}, None)
    assert log.best[0] == "trees-0"


def test_a_trial_that_fails_on_a_later_split_is_failed():
    def trouble(task):
        if task.params.get("error") == 0.9 and len([t for t in cv.here.tasks if t.params.get("error") == 0.9]) > 2:
            raise FitFailed("diverged")

    cv = fake_cv(trouble=trouble)
    result = run(cv)
    assert not result.trials[0].ok
    assert result.trials[1].ok


def test_failures_alone_end_in_staleness():
    def trouble(task):
        if task.params != {"error": 1.0}:
            raise FitFailed("diverged")

    result = run(fake_cv(trouble=trouble, suggestions=errors(np.linspace(0.1, 0.7, 99))))
    assert result.stopped == "no better configuration found for long"
    assert len(result.trials) == PATIENCE + PATIENCE_A_KNOB + 1


def test_it_stops_when_nothing_better_comes():
    result = run(fake_cv(suggestions=errors([2.0] * 99)))
    assert result.stopped == "no better configuration found for long"
    assert len(result.trials) < 30


def test_a_better_one_starts_the_patience_again():
    better = errors([2.0] * 4 + [0.5] + [2.0] * 99)
    assert len(run(fake_cv(suggestions=better)).trials) == 2 + 4 + 1 + PATIENCE + PATIENCE_A_KNOB + 1


def test_the_budget_ends_it_with_the_reserve_left():
    cv = fake_cv(budget=100.0, costs={"trees": 1.0}, suggestions=errors(np.linspace(0.79, 0.2, 99)))
    start = judged(cv, "trees", splits=[0, 1])
    result = run(cv, start, log=Log(reserve=20.0))
    assert result.stopped == "the budget"
    assert 20.0 <= cv.clock.left() < 24.0
    assert all(t.ok for t in result.trials)


def test_fewer_splits_when_trials_are_dear():
    cv = fake_cv(budget=100.0, costs={"trees": 2.0}, suggestions=errors([0.5] * 99))
    start = judged(cv, "trees", splits=range(5))
    result = run(cv, start, log=Log(reserve=26.0))
    assert result.splits == [0, 1, 2, 3][: int(64 / (WANTED * 2))]
    assert all(sorted(t.losses) == result.splits for t in result.trials)
    assert len(result.trials) >= WANTED - 2


def test_counted_trials_never_ask_the_clock():
    cv = fake_cv(costs={"trees": 1e6}, suggestions=errors([0.5] * 3))
    result = run(cv, most=5)
    assert len(result.trials) == 5
    assert result.splits == list(range(len(cv.splits)))
    assert {t.limits.seconds for t in cv.here.tasks} == {None}


def test_trials_are_told_when_they_began():
    cv = fake_cv(budget=1000.0, costs={"trees": 2.0}, suggestions=errors([0.7]))
    start = judged(cv, "trees", splits=[0])
    log = Log()
    run(cv, start, log=log)
    assert log.ended == [(1, 2.0), (2, 4.0), (3, 6.0)]


def test_a_family_without_a_space_is_not_searched(monkeypatch):
    use_fakes(monkeypatch, baseline={"given": ({"error": 1.0},), "knobs": ()})
    result = run(fake_cv(), family="baseline")
    assert result.stopped == "nothing to search in this family"
    assert result.trials == []


def test_without_a_worker_the_defaults_are_tried():
    cv = fake_cv()
    cv.worker = None
    assert [t.params["error"] for t in run(cv).trials] == [0.9, 0.8]


def test_an_oracle_whose_worker_dies_is_asked_again():
    cv = fake_cv(suggestions=[WorkerDied("gone"), {"error": 0.6}, WorkerDied("gone"), WorkerDied("gone")])
    result = run(cv)
    assert [t.params["error"] for t in result.trials] == [0.9, 0.8, 0.6]
    assert cv.worker.told[0] == cv.worker.told[1]


@pytest.mark.parametrize("error", [OutOfTime(), WorkerError("LinAlgError: singular")])
def test_an_oracle_that_fails_ends_the_search_and_not_the_run(error):
    result = run(fake_cv(suggestions=[error]))
    assert len(result.trials) == 2
    assert result.stopped


def test_an_interrupted_search_keeps_what_it_has():
    def trouble(task):
        if task.params.get("error") == 0.8:
            raise KeyboardInterrupt

    cv = fake_cv(trouble=trouble)
    start = judged(cv, "trees")
    result = Search(sorted(start.losses))
    with pytest.raises(KeyboardInterrupt):
        search(cv, start, None, "f", Log().tracker, result)
    assert [t.params["error"] for t in result.trials] == [0.9]


def test_what_time_cut_short_is_tried_longer_first(monkeypatch, tmp_path):
    def info(task):
        epochs = task.params.get("epochs", 60 if task.limits.seconds > 20 else 12)
        return {"epochs": epochs, "planned_epochs": epochs, "full_epochs": 60, "cut_by_time": epochs < 60}

    use_fakes(monkeypatch, network={"given": ({"error": 1.0},), "knobs": ()})
    cv = fake_cv(budget=100.0, costs={"network": 3.0}, info=info, folder=tmp_path)
    start = cv.candidate("network", {"error": 1.0})
    assert all(cv.judge(start, split, 10.0) for split in (0, 1))
    result = run(cv, start)
    longer = result.trials[0]
    assert longer.configuration.endswith(", longer")
    assert longer.info["epochs"] == 60
    assert result.splits == [0]
    assert cv.here.tasks[-1].limits.seconds > 20


def test_there_is_no_longer_trial_without_time_for_it(monkeypatch):
    use_fakes(monkeypatch, network={"given": ({"error": 1.0},), "knobs": ()})
    cv = fake_cv(budget=20.0, costs={"network": 6.0}, info=lambda _task: {"cut_by_time": True})
    start = cv.candidate("network", {"error": 1.0})
    assert cv.judge(start, 0, 10.0)
    assert run(cv, start).trials == []


def failing(kinds):
    """Trouble for the trials after the start: the kinds in turns, '' for none."""
    raised = {
        "diverged": FitFailed("the model predicts values that are not finite"),
        "died": WorkerDied("the worker process ended: killed by the system"),
        "raised": WorkerError("KeyError: 'key'"),
        "late": OutOfTime(),
        "memory": MemoryError(),
    }
    seen = []

    def trouble(task):
        error = task.params["error"]
        if error == 1.0:
            return
        if error not in seen:
            seen.append(error)
        kind = kinds[(len(seen) - 1) % len(kinds)]
        if kind:
            raise raised[kind]

    return trouble


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("diverged", "not finite"),
        ("died", "killed by the system"),
        ("raised", "KeyError"),
        ("late", "out of time"),
        ("memory", "out of memory"),
    ],
)
@pytest.mark.parametrize("pattern", ["alternating", "consecutive"])
def test_failures_are_recorded_and_told_and_never_end_the_search(kind, reason, pattern):
    kinds = [kind, ""] if pattern == "alternating" else [kind] * 4 + [""]
    cv = fake_cv(trouble=failing(kinds), suggestions=errors([0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1]))
    result = run(cv)
    expected = [kinds[n % len(kinds)] == "" for n in range(10)]
    assert [t.ok for t in result.trials] == expected
    assert all(reason in t.reason for t in result.trials if not t.ok)
    told = [loss for _, loss in cv.worker.told[-1][1:]]
    assert [loss is not None for loss in told] == expected
    assert result.stopped == "the search space is exhausted"


def test_a_second_try_after_a_death_has_only_the_time_that_is_left(monkeypatch):
    use_fakes(monkeypatch, network={"given": ({"error": 1.0}, {"error": 0.9})})
    given = []

    class Dies:
        def share(self, name, value):
            pass

        def wait_ready(self, seconds):
            pass

        def call(self, _function, *_arguments, seconds):
            given.append(seconds)
            cv.clock.now += 30.0
            raise WorkerDied("killed")

    cv = fake_cv(budget=100.0, costs={"network": 1.0})
    start = judged(cv, "network", splits=[0])
    cv.worker = Dies()
    result = run(cv, start, most=1, log=Log(reserve=20.0))
    assert given == [79.0, 49.0]
    assert result.trials[0].reason == "killed"


def test_a_second_try_without_time_is_not_made(monkeypatch):
    use_fakes(monkeypatch, network={"given": ({"error": 1.0}, {"error": 0.9})})
    cv = fake_cv(budget=100.0, costs={"network": 1.0})
    start = judged(cv, "network", splits=[0])

    def die(task):
        cv.clock.now = 85.0
        raise WorkerDied("killed")

    cv.here.trouble = die
    result = run(cv, start, most=1, log=Log(reserve=20.0))
    assert [t.params["error"] for t in cv.here.tasks] == [1.0, 0.9]
    assert result.trials[0].reason == "killed"


def test_hopeless_trials_are_given_up_told_as_what_they_would_have_been_and_never_best():
    cv = fake_cv(suggestions=errors([0.7, 5.0, 0.6]))
    result = run(cv)
    pruned = [t for t in result.trials if t.pruned]
    assert [t.params["error"] for t in pruned] == [5.0]
    assert "behind the best" in pruned[0].reason
    assert len(pruned[0].losses) == 1
    assert not pruned[0].ok
    told = {params["error"]: loss for params, loss in cv.worker.told[-1]}
    assert told[5.0] == result.estimates[pruned[0].name] > told[1.0]
    assert best_of([c for c in result.trials if c.ok or c.pruned]).params["error"] == 0.6


def test_a_pruned_trial_with_the_lowest_loss_of_its_splits_does_not_win():
    full = Candidate("trees-0", "trees", {}, "", losses={0: 1.0, 1: 3.0})
    pruned = Candidate("trees-1", "trees", {}, "", losses={0: 0.5}, pruned=True)
    assert best_of([full, pruned]) is full


SPACE = [Knob("error", 0.1, 1.0)]


@pytest.mark.parametrize(
    "changed",
    [
        ("other data", "rmse", "trees", SPACE),
        ("data", "mae", "trees", SPACE),
        ("data", "rmse", "network", SPACE),
        ("data", "rmse", "trees", [Knob("error", 0.1, 2.0)]),
        ("data", "rmse", "trees", [Knob("error", 0.1, 1.0, log=True)]),
        ("data", "rmse", "trees", [*SPACE, Knob("depth", 1, 3, integer=True)]),
        ("data", "rmse", "trees", [Knob("error", choices=(0.1, 1.0))]),
    ],
)
def test_another_objective_or_space_is_another_search(changed):
    assert search_key(*changed) != search_key("data", "rmse", "trees", SPACE)
    assert search_key("data", "rmse", "trees", list(SPACE)) == search_key("data", "rmse", "trees", SPACE)


def test_the_fingerprint_of_a_run_changes_with_its_metric_and_data():
    data = fake_cv().dataset
    assert fingerprint(data, "rmse") != fingerprint(data, "mae")
    assert fingerprint(data, "rmse") != fingerprint(replace(data, y=data.y + 1), "rmse")
    assert fingerprint(data, "rmse") == fingerprint(replace(data), "rmse")
