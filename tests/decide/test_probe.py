import pytest

from automl.decide import probe as module
from automl.decide.probe import LOCAL_SHARE, probe
from automl.families.base import FitFailed
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


def run(cv, allowed=ALL, reserve=0.0, sharpened=None):
    return probe(cv, allowed, reserve, sharpened or (lambda _probes: None))


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
    cv = fake_cv(folds=5, repeats=3, budget=40.0, costs=COSTS)
    probes = run(cv)
    before = next(i for i, task in enumerate(cv.here.tasks) if task.family == "network")
    spent = sum(COSTS[task.family] for task in cv.here.tasks[:before])
    assert spent <= LOCAL_SHARE * 40.0 + 1.0
    trees = probes.candidates["trees"]
    assert 1 < len(trees.losses) < 15
    assert sorted(trees.losses) == list(range(len(trees.losses)))
    assert 1 <= len(probes.candidates["network"].losses) < 15
    assert cv.clock.left() > 0.3 * 40.0


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
    assert seen[0] == {}
    assert {"baseline": 1, "linear": 1, "trees": 1} in seen
    assert {"baseline": 3, "linear": 3, "trees": 3, "network": 2} in seen


def test_a_first_look_at_few_rows_of_large_data(monkeypatch):
    monkeypatch.setattr(module, "LOOK_ROWS", 50)
    cv = fake_cv(numbers("regression", 400), folds=5, repeats=1, budget=100.0)
    probes = run(cv)
    assert list(probes.look) == ["baseline", "linear", "trees"]
    assert [len(t.train) for t in cv.here.tasks[:3]] == [50, 50, 50]
    assert probes.look["trees"] is not probes.candidates["trees"]
    counted = fake_cv(numbers("regression", 400), folds=5, repeats=1)
    assert run(counted).look == {}
