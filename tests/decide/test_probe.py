import threading
from dataclasses import replace

import numpy as np
import pytest

from automl.decide import engine
from automl.decide import probe as module
from automl.decide.engine import Asked
from automl.decide.probe import LOCAL_SHARE, probe
from automl.decide.spending import allowance
from automl.families.base import FitFailed
from automl.families.weigh import ModelCost
from automl.workers.executor import WorkerDied
from tests.fakes import fake_cv, use_fakes
from tests.rows import numbers

ALL = ("baseline", "linear", "trees", "network")
COSTS = {"baseline": 0.01, "linear": 0.5, "trees": 1.0, "network": 2.0}


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def fitted(cv):
    """(family, split) of every fit, in order."""
    number = {s.check.tobytes(): i for i, s in enumerate(cv.splits)}
    return [(task.family, number[task.predict.tobytes()]) for task in cv.here.tasks]


def splits_of(cv, family):
    """Splits that a family was fitted on with all training rows, in order."""
    return [n for (name, n), task in zip(fitted(cv), cv.here.tasks, strict=True)
            if name == family and len(task.train) == len(cv.splits[n].train)]  # fmt: skip


def judging(cv, asked=None, seen=None):
    """The verdict on the probes so far, as a run asks for it; each is added to `seen`."""

    def sharpened(probes):
        if len(probes.candidates or probes.look) < 2:
            return None
        decision = engine.decide(cv, probes, asked or Asked())
        if seen is not None:
            seen.append(decision)
        return decision

    return sharpened


def run(cv, allowed=ALL, reserve=0.0, sharpened=None):
    return probe(cv, allowed, reserve, sharpened or (lambda _probes: None))


def raced(errors, costs, budget=100.0, rows=400, asked=None, **how):
    """The cross-validation and the probes after a race that was judged as a run judges it."""
    data = numbers("regression", rows)
    cv = fake_cv(data, repeats=3, budget=budget, errors=errors, costs=costs, rows=round(0.8 * rows), **how)
    return cv, run(cv, tuple(f for f in ALL if f in errors), sharpened=judging(cv, asked))


def test_cheap_families_first_split_by_split_then_the_network():
    cv = fake_cv(folds=3, repeats=1)
    probes = run(cv)
    order = fitted(cv)
    assert order[:3] == [("baseline", 0), ("linear", 0), ("trees", 0)]
    assert [split for family, split in order[:9] if family == "trees"] == [0, 1, 2]
    assert order[9:] == [("network", 0), ("network", 1), ("network", 2)]
    assert list(probes.candidates) == list(ALL)
    assert probes.not_tried == {}
    assert not probes.interrupted
    assert all(sorted(c.losses) == [0, 1, 2] for c in probes.candidates.values())


def test_families_are_compared_on_the_splits_they_share():
    cv = fake_cv(folds=3, repeats=1)
    probes = run(cv)
    del probes.candidates["network"].losses[1]
    assert probes.splits(["baseline", "trees"]) == [0, 1, 2]
    assert probes.splits(["trees", "network"]) == [0, 2]


def test_families_not_allowed_are_not_fitted():
    cv = fake_cv(folds=3, repeats=1)
    probes = run(cv, ("baseline", "trees"))
    assert {family for family, _ in fitted(cv)} == {"baseline", "trees"}
    assert probes.not_tried == {}


def test_the_baseline_alone_is_judged_once():
    cv = fake_cv(folds=3, repeats=2)
    assert sorted(run(cv, ("baseline",)).candidates["baseline"].losses) == [0]


def test_the_local_families_keep_to_their_share_of_the_budget():
    cv = fake_cv(folds=5, repeats=3, budget=60.0, costs=COSTS, errors={"linear": 0.5, "trees": 0.5, "network": 0.5})
    probes = run(cv, sharpened=judging(cv))
    before = next(i for i, task in enumerate(cv.here.tasks) if task.family == "network")
    spent = sum(COSTS[task.family] for task in cv.here.tasks[:before])
    assert spent <= LOCAL_SHARE * 60.0 + 1.0
    trees = probes.candidates["trees"]
    assert 1 < len(trees.losses) < 15
    assert sorted(trees.losses) == list(range(len(trees.losses)))
    assert 1 <= len(probes.candidates["network"].losses) < 15
    assert cv.clock.left() > 0.3 * 60.0


def test_the_reserve_is_left_alone():
    cv = fake_cv(folds=5, repeats=3, budget=40.0, costs=COSTS)
    run(cv, reserve=30.0)
    assert cv.clock.left() >= 29.0


def test_a_network_without_a_worker_is_named_with_its_reason():
    cv = fake_cv(folds=3, repeats=1, budget=40.0)
    cv.worker = None
    assert run(cv).not_tried == {"network": "budget"}


def test_a_network_without_time_is_not_tried():
    cv = fake_cv(folds=3, repeats=1, budget=4.0, costs={"trees": 0.8})
    probes = run(cv)
    assert probes.not_tried["network"].startswith("budget")
    assert "trees" in probes.candidates


@pytest.mark.parametrize("error", [WorkerDied("the worker process ended: no keras"), None])
def test_a_worker_that_does_not_come_up_leaves_the_network_out(error):
    cv = fake_cv(folds=3, repeats=1, budget=40.0)

    def wait_ready(seconds):
        if error:
            raise error
        cv.clock.now += seconds
        from automl.clock import OutOfTime

        raise OutOfTime

    cv.worker.wait_ready = wait_ready
    probes = run(cv)
    assert "network" not in probes.candidates
    assert probes.not_tried["network"] == (str(error) if error else "budget: the worker was not ready in time")


def test_a_family_that_fails_is_named_with_its_reason_and_not_tried_again():
    def trouble(task):
        if task.family == "trees":
            raise FitFailed("no room")

    cv = fake_cv(folds=3, repeats=1, trouble=trouble)
    probes = run(cv)
    assert probes.not_tried == {"trees": "no room"}
    assert fitted(cv).count(("trees", 0)) == 1
    assert ("trees", 1) not in fitted(cv)
    assert sorted(probes.candidates["linear"].losses) == [0, 1, 2]


def test_a_family_that_fails_later_keeps_its_first_splits():
    def trouble(task):
        if task.family == "trees" and sum(t.family == "trees" for t in cv.here.tasks) == 3:
            raise FitFailed("no room")

    cv = fake_cv(folds=5, repeats=1, trouble=trouble)
    probes = run(cv)
    assert sorted(probes.candidates["trees"].losses) == [0, 1]
    assert sorted(probes.candidates["linear"].losses) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("when", [2, 5, 8, 10])
def test_an_interruption_keeps_what_there_is(when):
    def trouble(_task):
        if len(cv.here.tasks) == when:
            raise KeyboardInterrupt

    cv = fake_cv(folds=3, repeats=1, trouble=trouble)
    probes = run(cv)
    assert probes.interrupted
    assert "baseline" in probes.candidates
    assert set(probes.candidates) | set(probes.not_tried) == set(ALL)
    assert set(probes.not_tried.values()) <= {"interrupted"}
    assert len(cv.here.tasks) == when


def test_an_interruption_before_anything_was_learnt_ends_the_run():
    def trouble(_task):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(fake_cv(trouble=trouble))


def test_the_verdict_sharpens_as_evidence_comes_in():
    seen = []
    cv = fake_cv(folds=3, repeats=1)
    run(cv, sharpened=lambda probes: seen.append({n: len(c.losses) for n, c in probes.candidates.items()}))
    assert seen[0] == {"baseline": 1, "linear": 1, "trees": 1}
    assert {"baseline": 3, "linear": 3, "trees": 3, "network": 2} in seen


def test_a_first_look_at_few_rows_of_large_data(monkeypatch):
    monkeypatch.setattr(module, "LARGE", 319)
    seen = []
    cv = fake_cv(numbers("regression", 400), repeats=1, budget=100.0)
    probes = run(cv, sharpened=judging(cv, seen=seen))
    assert list(probes.look) == ["baseline", "linear", "trees"]
    assert [len(t.train) for t in cv.here.tasks[:6]] == [80, 80, 80, 320, 320, 320]
    assert probes.look["trees"] is not probes.candidates["trees"]
    assert probes.look["trees"].losses == {0: probes.candidates["trees"].rungs[80][1]}
    assert seen[0].evidence["splits"] == 1
    assert seen[0].evidence["families"]["trees"].loss == probes.look["trees"].loss()


@pytest.mark.parametrize(("budget", "large"), [(None, 319), (100.0, 320)])
def test_no_look_where_trials_are_counted_or_rows_are_few(monkeypatch, budget, large):
    monkeypatch.setattr(module, "LARGE", large)
    cv = fake_cv(numbers("regression", 400), repeats=1, budget=budget)
    assert run(cv).look == {}
    assert len(cv.here.tasks[0].train) == 320


def test_the_rungs_of_every_family_but_the_baseline():
    cv, probes = raced({"baseline": 1, "linear": 0.9, "trees": 0.3, "network": 0.6}, {"network": 0.1})
    assert {name: sorted(c.rungs) for name, c in probes.candidates.items()} == {
        "baseline": [], "linear": [80, 160], "trees": [80, 160], "network": [80, 160],
    }  # fmt: skip
    assert all(n == 0 for (_, n), task in zip(fitted(cv), cv.here.tasks, strict=True) if len(task.train) < 320)


def test_an_under_trained_family_is_not_judged_on_rungs():
    def info(task):
        return {"rounds": 20, "cut_by_time": task.family == "trees"}

    _, probes = raced({"baseline": 1, "linear": 0.9, "trees": 0.3}, {}, info=info)
    assert probes.candidates["trees"].rungs == {}
    assert len(probes.candidates["linear"].rungs) == 2


def test_a_family_that_cannot_change_the_verdict_gets_no_further_split():
    """Fits of 3 % of the budget; linear is as good as trees or hopeless, the network is hopeless."""
    costs = {"linear": 3.0, "trees": 3.0, "network": 3.0}
    cv, probes = raced({"baseline": 1, "linear": 1.5, "trees": 0.2, "network": 1.5}, costs)
    assert splits_of(cv, "linear") == splits_of(cv, "trees") == splits_of(cv, "network") == [0]
    assert engine.decide(cv, probes, Asked()).family == "trees"
    cv, probes = raced({"baseline": 1, "linear": 0.5, "trees": 0.5, "network": 1.5}, costs)
    assert len(splits_of(cv, "linear")) > 1
    assert len(splits_of(cv, "trees")) > 1
    assert splits_of(cv, "network") == [0]


@pytest.mark.parametrize(("price", "along"), [(0.05, True), (0.5, False)])
def test_a_family_out_of_play_goes_along_where_it_costs_next_to_nothing(price, along):
    """Linear is far behind, trees and the network are alike: on splits that linear lacks nothing could be compared."""
    costs = {"linear": price, "trees": 1.0, "network": 2.0}
    errors = {"baseline": 1.0, "linear": 2.0, "trees": 0.5, "network": 0.5}
    _, probes = raced(errors, costs, budget=600.0)

    assert len(probes.splits(["trees", "network"])) > 4
    assert (len(probes.splits(["linear", "trees", "network"])) > 4) is along


def test_cheap_fits_go_on_to_four_splits_whatever_the_verdict():
    errors = {"baseline": 1, "linear": 1.5, "trees": 0.2, "network": 1.5}
    cv, probes = raced(errors, {"linear": 0.9, "trees": 0.9, "network": 0.9})
    assert splits_of(cv, "linear") == splits_of(cv, "trees") == splits_of(cv, "network") == [0, 1, 2, 3]
    assert engine.decide(cv, probes, Asked()).evidence["method"] == "correlated t over 4 splits"


def test_doubt_about_the_baseline_keeps_the_race_going():
    data = replace(numbers("regression", 400), y=np.random.default_rng(0).normal(size=400))
    cv = fake_cv(data, repeats=3, budget=200.0, errors={"trees": 0.98}, costs={"trees": 2.5}, rows=320)
    run(cv, ("baseline", "trees"), sharpened=judging(cv))
    assert len(splits_of(cv, "trees")) > 1
    clear = fake_cv(data, repeats=3, budget=200.0, errors={"trees": 0.2}, costs={"trees": 2.5}, rows=320)
    run(clear, ("baseline", "trees"), sharpened=judging(clear))
    assert splits_of(clear, "trees") == [0]


def test_a_family_over_a_limit_gets_no_further_split():
    errors, costs = {"baseline": 1, "linear": 0.9, "trees": 0.2}, {"linear": 3.0, "trees": 3.0}
    slow = {"trees": ModelCost(1.0, 1.0, 10_000, 100)}
    cv, probes = raced(errors, costs, asked=Asked(latency_seconds=0.1), weights=slow)
    assert splits_of(cv, "trees") == [0]
    assert engine.decide(cv, probes, Asked(latency_seconds=0.1)).family == "linear"


RACES = {
    "trees ahead": {"baseline": 1, "linear": 0.9, "trees": 0.2, "network": 0.5},
    "network ahead": {"baseline": 1, "linear": 0.9, "trees": 0.6, "network": 0.2},
    "all alike": {"baseline": 1, "linear": 0.5, "trees": 0.5, "network": 0.5},
    "nothing to learn": {"baseline": 1, "linear": 3.0, "trees": 3.0, "network": 3.0},
}
PRICES = [
    {"linear": 0.002, "trees": 0.004, "network": 0.01},
    {"linear": 0.002, "trees": 0.02, "network": 0.02},
    {"linear": 0.03, "trees": 0.03, "network": 0.02},
]
"""Seconds of a fit as shares of the budget."""


@pytest.mark.parametrize("race", RACES)
@pytest.mark.parametrize("price", PRICES)
@pytest.mark.parametrize("budget", [60.0, 600.0])
def test_deciding_costs_no_more_than_is_allowed(race, price, budget):
    costs = {family: share * budget for family, share in price.items()}
    cv, probes = raced(RACES[race], costs, budget)
    decision = engine.decide(cv, probes, Asked())
    assert probes.unused_seconds(decision.family) <= allowance(budget) + 1e-9
    assert decision.evidence["deciding_seconds"] == pytest.approx(probes.unused_seconds(decision.family), abs=0.01)
    tried = {task.family for task in cv.here.tasks}
    assert tried == set(ALL), "two families that are alike leave the network its part"


def test_where_all_probes_are_used_again_they_cost_nothing():
    cv = fake_cv(numbers("regression", 400), budget=60.0, costs=COSTS)
    probes = probe(cv, ALL, 0.0, judging(cv), lambda _candidates, _seconds: False)
    assert probes.reuse_all
    assert set(probes.candidates) == set(ALL)
    assert all(candidate.rungs == {} for candidate in probes.candidates.values())
    assert probes.unused_seconds("linear") == 0


@pytest.mark.parametrize("errors", RACES.values())
def test_where_trials_are_counted_every_family_is_judged_everywhere(errors):
    every = {}
    for seconds in (0.0, 1_000.0):
        costs = dict.fromkeys(ALL, seconds)
        cv, probes = raced(errors, costs, budget=None)
        every[seconds] = [
            (task.family, len(task.train), n) for task, (_, n) in zip(cv.here.tasks, fitted(cv), strict=True)
        ]
        assert all(sorted(c.losses) == list(range(15)) for c in probes.candidates.values())
        assert all(len(c.rungs) == 2 for name, c in probes.candidates.items() if name != "baseline")
        assert {task.limits.seconds for task in cv.here.tasks} == {None}
    assert every[0.0] == every[1_000.0]


def test_a_family_in_play_is_probed_with_further_configurations(monkeypatch):
    use_fakes(monkeypatch, trees={"given": tuple({"error": e} for e in (0.5, 0.2, 0.9, 0.4, 0.1))})
    cv = fake_cv(folds=5, repeats=1, errors={"linear": 0.45})
    probes = run(cv, ("baseline", "linear", "trees"))
    assert probes.candidates["trees"].params == {"error": 0.2}
    assert sorted(c.params["error"] for c in probes.others) == [0.4, 0.5, 0.9]
    assert all(sorted(c.losses) == [0, 1, 2, 3] for c in probes.others)  # the best of them goes on
    assert sorted(probes.candidates["trees"].losses) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("cost", "probed"), [(1.0, [0.9]), (7.0, [])])
def test_a_family_out_of_play_is_where_it_is_cheap(monkeypatch, cost, probed):
    use_fakes(monkeypatch, trees={"given": ({"error": 0.9}, {"error": 0.1})})
    cv = fake_cv(folds=5, repeats=1, budget=600.0, errors={"linear": 0.01}, costs={**COSTS, "trees": cost})
    probes = run(cv, ("baseline", "linear", "trees"), sharpened=lambda p: engine.decide(cv, p, Asked()))
    assert [c.params["error"] for c in probes.others] == probed


@pytest.mark.parametrize("budget", [600.0, None], ids=["seconds", "trials"])
def test_a_further_configuration_of_cheap_fits_may_take_what_is_cheap(monkeypatch, budget):
    use_fakes(monkeypatch, trees={"given": ({"error": 0.9}, {"error": 0.1})})
    cv = fake_cv(folds=5, repeats=1, budget=budget, errors={"linear": 0.5}, costs={**COSTS, "trees": 0.01})
    cv.here.trouble = lambda task: cv.here.costs.update(trees=2.0) if task.params.get("error") == 0.1 else None
    probes = run(cv, ("baseline", "linear", "trees"), sharpened=lambda p: engine.decide(cv, p, Asked()))
    assert probes.candidates["trees"].params == {"error": 0.1}


def test_the_network_goes_on_only_beside_those_it_is_compared_with():
    costs = {"baseline": 0.01, "linear": 0.01, "trees": 8.0, "network": 2.0}
    cv = fake_cv(folds=5, repeats=3, budget=200.0, costs=costs, errors={"linear": 2.0, "trees": 0.5, "network": 0.5})
    probes = run(cv, sharpened=lambda p: engine.decide(cv, p, Asked()))
    assert set(probes.candidates["network"].losses) <= set(probes.candidates["trees"].losses)


@pytest.mark.parametrize(("modality", "tried"), [("table", False), ("image", True)])
def test_a_network_that_is_compiled_for_long_gets_the_time_for_it(modality, tried):
    cv = fake_cv(folds=3, repeats=1, budget=60.0, costs={"trees": 4.6, "network": 7.0})
    cv.dataset = replace(cv.dataset, problem=replace(cv.dataset.problem, modality=modality))
    probes = run(cv, sharpened=lambda p: engine.decide(cv, p, Asked()))
    assert ("network" in probes.candidates) is tried
    assert cv.clock.left() > 0.5 * 60.0


def test_ctrl_c_beside_the_worker_keeps_what_the_worker_has_judged(monkeypatch):
    done, remote = threading.Event(), module.Race.remote

    def noted(race, name):
        remote(race, name)
        done.set()

    def trouble(task):
        if task.family == "trees":
            assert done.wait(30)
            raise KeyboardInterrupt

    monkeypatch.setattr(module.Race, "remote", noted)
    cv = fake_cv(budget=100.0, trouble=trouble)
    probes = probe(cv, ALL, 0.0, lambda _probes: None, lambda *_: False)
    assert probes.interrupted
    assert probes.candidates["network"].losses
    assert probes.not_tried == {"trees": "interrupted"}
