from dataclasses import replace

import numpy as np
import pytest

from automl.clock import OutOfTime
from automl.evaluate import cost
from automl.evaluate.crossval import DATASET, Candidate, nested
from automl.families.base import FitFailed
from automl.families.task import Fitted
from automl.families.weigh import ModelCost
from automl.workers.executor import WorkerDied, WorkerError
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def raising(error, times=1):
    """Trouble for the first fits."""
    left = [error] * times

    def trouble(task):
        if left:
            raise left.pop()

    return trouble


def fitted(params=None, **info):
    return Fitted(np.zeros((2, 1)), params or {}, info, 2.0, 1.0)


@pytest.mark.parametrize(
    "ask", [lambda c: c.seconds, Candidate.final_params, cost.expected_seconds], ids=["mean", "params", "longest"]
)
def test_a_candidate_may_be_asked_while_a_thread_adds_to_its_fits(ask):
    candidate = Candidate("trees-0", "trees", {}, "")

    class Meanwhile(Fitted):
        def __getattribute__(self, name):
            candidate.fits[len(candidate.fits)] = fitted()
            return super().__getattribute__(name)

    candidate.fits[0] = Meanwhile(np.zeros((2, 1)), {}, {}, 2.0, 1.0)
    assert ask(candidate) in (3.0, {})
    assert len(candidate.fits) > 1


def test_candidates_are_numbered_by_family():
    cv = fake_cv()
    names = [cv.candidate(family, {}).name for family in ("trees", "linear", "trees")]
    assert names == ["trees-0", "linear-0", "trees-1"]
    assert cv.candidate("linear", {"a": 1}, trial=4).trial == 4


def test_a_split_is_judged_on_its_own_rows():
    cv = fake_cv()
    candidate = cv.candidate("trees", {"error": 0.5})
    assert cv.judge(candidate, 3)
    part, task = cv.splits[3], cv.here.tasks[0]
    assert np.array_equal(task.train, part.train)
    assert np.array_equal(task.predict, part.check)
    expected = cv.metric.loss(cv.dataset.y[part.check], candidate.fits[3].predictions)
    assert candidate.losses == {3: expected}
    assert candidate.loss() == expected


def test_weights_enter_the_loss():
    data = numbers("regression", 100)
    weighted = replace(data, weight=np.random.default_rng(0).uniform(0, 3, 100))
    plain, other = (judged(fake_cv(d), "trees", splits=[0]) for d in (data, weighted))
    assert plain.loss() != other.loss()


def test_both_processes_are_given_the_rows():
    cv = fake_cv()
    assert cv.here.shared[DATASET] is cv.worker.shared[DATASET] is cv.dataset


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FitFailed("diverged"), "diverged"),
        (OutOfTime(), "out of time"),
        (WorkerError("KeyError: 3"), "KeyError: 3"),
    ],
)
def test_a_failure_is_the_candidate_s_and_its_reason_is_kept(error, reason):
    cv = fake_cv(trouble=raising(error))
    candidate = cv.candidate("trees", {})
    assert not cv.judge(candidate, 0)
    assert candidate.reason == reason
    assert not candidate.ok
    assert candidate.loss() == np.inf


def test_a_worker_that_dies_is_tried_once_more():
    cv = fake_cv(trouble=raising(WorkerDied("gone"), 1))
    assert cv.judge(cv.candidate("network", {}), 0)
    cv = fake_cv(trouble=raising(WorkerDied("gone"), 2))
    candidate = cv.candidate("network", {})
    assert not cv.judge(candidate, 0)
    assert candidate.reason == "gone"


def test_a_worker_that_dies_is_tried_again_only_in_the_time_that_is_left():
    cv = fake_cv(budget=100.0, trouble=raising(WorkerDied("gone"), 1), costs={"network": 6.0})
    cv.judge(cv.candidate("network", {}), 0, 10.0)
    assert [task.limits.seconds for task in cv.here.tasks] == [10.0, 4.0]
    cv = fake_cv(budget=100.0, trouble=raising(WorkerDied("gone"), 1), costs={"network": 10.0})
    assert not cv.judge(cv.candidate("network", {}), 0, 10.0)
    assert len(cv.here.tasks) == 1


def test_a_fit_has_the_time_that_is_left_once_its_worker_is_ready():
    cv = fake_cv(budget=100.0)
    cv.here.wait_ready = lambda seconds: setattr(cv.clock, "now", cv.clock.now + 6.0)
    cv.judge(cv.candidate("network", {}), 0, 10.0)
    assert cv.here.tasks[0].limits.seconds == 4.0


def test_a_network_needs_a_worker():
    cv = replace(fake_cv(), worker=None)
    candidate = cv.candidate("network", {})
    assert not cv.judge(candidate, 0)
    assert "no worker" in candidate.reason
    assert cv.judge(cv.candidate("trees", {}), 0)


def test_a_metric_that_is_not_defined_judges_nothing(tmp_path):
    data = numbers("binary", 100)
    cv = fake_cv(replace(data, y=np.ones(100, np.int64)), folder=tmp_path)
    candidate = cv.candidate("trees", {})
    assert not cv.judge(candidate, 0)
    assert candidate.reason == "ROC AUC is not defined on its predictions"
    assert not candidate.fits
    assert cv.predict(candidate, 0).shape == (len(cv.splits[0].check), 2)


def test_a_fit_is_run_once(tmp_path):
    cv = fake_cv(folder=tmp_path)
    first, again = judged(cv, "trees", 0.5), judged(cv, "trees", 0.5)
    assert len(cv.here.tasks) == len(cv.splits)
    assert again.losses == first.losses
    judged(cv, "trees", 0.6, splits=[0])
    assert len(cv.here.tasks) == len(cv.splits) + 1


def test_a_fit_on_fewer_rows_is_another_fit(tmp_path):
    cv = fake_cv(folder=tmp_path)
    candidate = cv.candidate("trees", {})
    assert cv.judge_rung(candidate, 30)
    assert len(cv.here.tasks[0].train) == 30
    assert set(cv.here.tasks[0].train) < set(cv.splits[0].train)
    assert np.array_equal(cv.here.tasks[0].predict, cv.splits[0].check)
    assert not candidate.ok
    assert cv.judge(candidate, 0)
    assert len(cv.here.tasks[1].train) == 80
    assert candidate.rungs[30][1] != candidate.losses[0]


def test_a_rung_is_fitted_once(tmp_path):
    cv = fake_cv(folder=tmp_path)
    first, again = cv.candidate("trees", {}), cv.candidate("trees", {})
    assert cv.judge_rung(first, 30)
    assert cv.judge_rung(again, 30)
    assert len(cv.here.tasks) == 1
    assert again.rungs[30][1] == first.rungs[30][1]


def test_a_rung_that_fails_leaves_the_candidate_as_it_was():
    cv = fake_cv(trouble=raising(FitFailed("no room")))
    candidate = cv.candidate("trees", {})
    assert not cv.judge_rung(candidate, 30)
    assert (candidate.rungs, candidate.reason) == ({}, "")


def test_a_candidate_on_a_rung_is_judged_by_that_alone(tmp_path):
    cv = replace(fake_cv(folder=tmp_path), keep_models=True)
    candidate = judged(cv, "trees", 0.5, splits=[0, 1])
    assert cv.judge_rung(candidate, 30)
    lower = candidate.on_rung(30)
    assert (lower.name, lower.params) == (candidate.name, candidate.params)
    assert lower.losses == {0: candidate.rungs[30][1]}
    assert lower.fits == {0: candidate.rungs[30][0]}
    assert lower.models == lower.sealed == lower.rungs == {}
    assert sorted(candidate.losses) == sorted(candidate.models) == [0, 1]
    with pytest.raises(KeyError):
        candidate.on_rung(40)


def test_the_network_trains_on_a_rung_as_long_as_on_all_rows():
    info = {"epochs": 12, "planned_epochs": 12, "full_epochs": 60, "cut_by_time": True}
    cv = fake_cv(budget=100.0, info=lambda _task: info)
    candidate = judged(cv, "network", splits=[0])
    assert cv.judge_rung(candidate, 30)
    assert cv.here.tasks[1].params["epochs"] == 12


@pytest.mark.parametrize(
    ("limits", "trial", "weighed"),
    [
        ({}, None, [True, False, False]),
        ({}, 0, [False, False, False]),
        ({"latency_seconds": 1.0}, 0, [True, False, False]),
        ({"size_bytes": 10**9}, 0, [True, False, False]),
        ({"size_bytes": 10**9}, None, [True, False, False]),
    ],
)
def test_the_first_split_of_a_probe_is_weighed_and_of_every_candidate_under_a_limit(limits, trial, weighed):
    cv = replace(fake_cv(), **limits)
    candidate = cv.candidate("trees", {}, trial)
    assert all(cv.judge(candidate, split) for split in (0, 1))
    assert cv.judge_rung(candidate, 30)
    assert [task.weigh for task in cv.here.tasks] == weighed


def test_a_trial_over_a_limit_fails_and_a_probe_does_not():
    heavy = {"trees": ModelCost(0.02, 1.0, 10_000, 1_000)}
    cv = replace(fake_cv(weights=heavy), latency_seconds=0.01)
    trial, probe = cv.candidate("trees", {}, 0), cv.candidate("trees", {})
    assert not cv.judge(trial, 0)
    assert trial.reason == "over the limit: one row takes 20 ms, 10 ms allowed"
    assert not trial.ok
    assert cv.judge(probe, 0)


def test_after_a_first_split_that_failed_the_next_one_is_weighed():
    cv = fake_cv(trouble=raising(FitFailed("diverged")))
    candidate = cv.candidate("trees", {})
    assert [cv.judge(candidate, split) for split in (0, 1, 2)] == [False, True, True]
    assert [task.weigh for task in cv.here.tasks] == [True, True, False]


@pytest.mark.parametrize(("budget", "asked", "limit"), [(None, 5.0, None), (10.0, 5.0, 5.0), (10.0, None, 10.0)])
def test_limits_come_from_the_clock_unless_trials_are_counted(budget, asked, limit):
    cv = fake_cv(budget=budget)
    cv.judge(cv.candidate("trees", {}), 0, asked)
    assert cv.here.tasks[0].limits.seconds == limit
    assert cv.here.tasks[0].limits.threads == 1
    assert not cv.here.tasks[0].limits.full


def test_all_splits_are_trained_as_long_as_the_first(tmp_path):
    info = {"epochs": 12, "planned_epochs": 12, "full_epochs": 60, "cut_by_time": True}
    timed = fake_cv(budget=100.0, folder=tmp_path, info=lambda _task: info)
    judged(timed, "network", splits=[0, 1])
    assert "epochs" not in timed.here.tasks[0].params
    assert timed.here.tasks[1].params["epochs"] == 12
    counted = fake_cv(info=lambda _task: info)
    judged(counted, "network", splits=[0, 1])
    assert "epochs" not in counted.here.tasks[1].params


def test_all_splits_have_the_size_that_time_gave_the_first(tmp_path):
    cv = fake_cv(budget=100.0, folder=tmp_path, info=lambda _task: {"planned_epochs": 12})
    taken = {"width": 16, "resolution": 0.5, "of_this_fit_alone": 1}
    fit = cv.here._fit
    cv.here._fit = lambda *given: replace(fit(*given), final_params={**given[1].params, **taken, "epochs": 12})

    judged(cv, "network", splits=[0, 1, 2], width="auto", resolution=1.0)

    asked = [task.params for task in cv.here.tasks]
    assert (asked[0]["width"], asked[0]["resolution"]) == ("auto", 1.0)
    assert asked[1] == asked[2] == {"error": 1.0, "width": 16, "resolution": 0.5, "epochs": 12}


def test_smaller_subsets_lie_within_larger_ones():
    train = np.arange(50, 150)
    small, large = nested(train, 20, 0), nested(train, 60, 0)
    assert set(small) < set(large) < set(train)
    assert (np.diff(small) > 0).all()
    assert np.array_equal(nested(train, 1_000, 0), train)
    assert set(nested(train, 20, 1)) != set(small)


def test_the_loss_is_the_mean_over_splits_and_infinite_where_one_is_missing():
    candidate = Candidate("a", "trees", {}, "", losses={0: 1.0, 2: 3.0})
    assert candidate.loss() == 2.0
    assert candidate.loss([2]) == 3.0
    assert candidate.loss([0, 1]) == np.inf
    assert Candidate("b", "trees", {}, "").loss() == np.inf


def test_the_final_fit_takes_the_median_of_what_the_fits_found():
    runs = [{"rounds": r, "eta": e, "kind": "a", "flag": True} for r, e in [(10, 0.1), (31, 0.3), (20, 0.2)]]
    candidate = Candidate("a", "trees", {"x": 1}, "", fits={i: fitted(p) for i, p in enumerate(runs)})
    assert candidate.final_params() == {"rounds": 20, "eta": 0.2, "kind": "a", "flag": True}
    assert isinstance(candidate.final_params()["rounds"], int)
    assert Candidate("b", "trees", {"x": 1}, "").final_params() == {"x": 1}


def test_the_seconds_of_a_candidate_are_those_of_a_mean_fit():
    assert Candidate("a", "trees", {}, "", fits={0: fitted(), 1: fitted()}).seconds == 3.0
    assert Candidate("a", "trees", {}, "").seconds == 0.0


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({}, False),
        ({"cut_by_time": True}, True),
        ({"cut_by_time": False, "rounds": 9}, False),
        ({"epochs": 12, "full_epochs": 60, "cut_by_time": True}, True),
        ({"epochs": 20, "full_epochs": 60, "cut_by_time": False}, False),
    ],
)
def test_time_may_have_ended_its_fits(info, expected):
    assert Candidate("a", "network", {}, "", fits={0: fitted(**info)}).could_train_longer is expected
    assert not Candidate("a", "network", {}, "").could_train_longer
