from dataclasses import replace

import numpy as np
import pytest

from automl.evaluate import bag
from automl.evaluate.cost import MORE_ROWS, member_seconds, refit_seconds, refits_seconds
from automl.evaluate.ensemble import ensemble
from automl.evaluate.journal import FORGOTTEN
from automl.families import ensemble as model_folder
from automl.families.base import FitFailed
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers

ROWS = np.arange(100)


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


@pytest.fixture
def kept(tmp_path):
    """A cross-validation that keeps models, an ensemble of two and its model folder."""

    def make(budget=None, **how):
        (tmp_path / "work").mkdir()
        cv = fake_cv(numbers("regression", 120), repeats=1, budget=budget, folder=tmp_path / "work", **how)
        cv.keep_models, cv.test = True, np.arange(100, 120)
        cv.splits = [replace(s, train=s.train[s.train < 100], check=s.check[s.check < 100]) for s in cv.splits]
        blended = ensemble(cv, [judged(cv, "linear"), judged(cv, "trees")])
        folder = tmp_path / "model"
        folder.mkdir()
        return cv, blended, folder

    return make


def models(folder):
    return {m.name: m.folders for m in model_folder.read(folder)}


def test_the_models_of_cross_validation_are_put_together(kept):
    cv, blended, folder = kept()
    fitted = bag.assemble(cv, blended, folder)
    assert len(models(folder)["trees-0"]) == 5
    assert all((folder / name / "fake.txt").is_file() for names in models(folder).values() for name in names)
    expected = sum(w * np.mean([c.sealed[s] for s in range(5)], axis=0) for c, w in blended.members)
    assert np.allclose(fitted.predictions, expected)
    assert len(fitted.predictions) == 20


def test_without_kept_models_there_is_nothing_to_put_together(kept):
    cv, blended, folder = kept()
    blended.members[0][0].models.clear()
    with pytest.raises(FitFailed, match="were not kept"):
        bag.assemble(cv, blended, folder)


def test_members_are_fitted_on_all_rows_with_other_seeds_while_time_lasts(kept):
    cv, blended, folder = kept(budget=1e6)
    bag.assemble(cv, blended, folder)
    done = bag.refit(cv, blended, ROWS, folder, 0.0)
    assert done.members == {"linear-0": bag.BAG, "trees-0": bag.BAG}
    assert done.weight == pytest.approx(1)
    last = cv.here.tasks[-1]
    assert last.limits.full
    assert np.array_equal(last.train, ROWS)
    assert len({t.seed for t in cv.here.tasks if t.family == "trees" and t.limits.full}) == bag.BAG
    assert models(folder)["trees-0"] == tuple(f"trees-0-all{i}" for i in range(bag.BAG))
    assert not list(folder.glob("*split*"))


def test_a_member_that_would_take_too_long_keeps_its_models(kept):
    cv, blended, folder = kept(budget=100.0, costs={"linear": 0.1, "trees": 10.0})
    bag.assemble(cv, blended, folder)
    cv.clock.now = 100.0 - 5.0
    done = bag.refit(cv, blended, ROWS, folder, 1.0)
    assert set(done.members) == {"linear-0"}
    assert len(models(folder)["trees-0"]) == 5
    assert cv.clock.now <= 99.0


def test_a_refit_that_fails_leaves_what_stands(kept):
    def trouble(task):
        if task.limits.full and task.family == "trees":
            raise FitFailed("no memory")

    cv, blended, folder = kept(trouble=trouble)
    bag.assemble(cv, blended, folder)
    done = bag.refit(cv, blended, ROWS, folder, 0.0)
    assert set(done.members) == {"linear-0"}
    assert all("split" in name for name in models(folder)["trees-0"])
    assert {p.name for p in folder.iterdir() if p.is_dir()} == {n for names in models(folder).values() for n in names}


def test_counted_trials_fit_each_member_once(kept):
    cv, blended, folder = kept()
    bag.assemble(cv, blended, folder)
    assert set(bag.refit(cv, blended, ROWS, folder, 0.0).members.values()) == {1}


def test_the_refit_of_an_ensemble_costs_that_of_its_members(kept):
    _, blended, _ = kept(costs={"linear": 1.0, "trees": 2.0})
    assert refit_seconds(blended) == pytest.approx(sum(refit_seconds(c) for c, _ in blended.members))
    assert refit_seconds(blended) > 3.0


def test_only_the_models_of_the_best_are_kept_and_a_resumed_run_knows_the_fits(kept):
    cv, _, _ = kept()
    better, worse = judged(cv, "trees", 0.5), judged(cv, "trees", 2.0)
    folders = list(worse.models.values())
    bag.forget([better, worse], 1)
    assert len(better.models) == 5
    assert worse.models == {}
    assert all([path.name for path in folder.iterdir()] == [FORGOTTEN] for folder in folders)
    done = len(cv.here.tasks)
    again = judged(cv, "trees", 2.0)
    assert len(cv.here.tasks) == done
    assert again.losses == worse.losses
    assert again.models == {}


def test_a_member_whose_fit_failed_keeps_no_model(kept):
    cv, _, _ = kept()
    pruned = judged(cv, "trees", 0.5, splits=[0])
    pruned.pruned = True
    bag.forget([pruned], 5)
    assert pruned.models == {}


@pytest.mark.parametrize(
    ("epochs", "cut", "taken"),
    [(40, False, True), (200, True, True), (90, True, True), (75, True, False)],
    ids=["by itself", "more epochs", "as many steps", "fewer steps"],
)
def test_a_network_that_is_refitted_ends_by_itself_or_takes_as_many_steps_as_before(kept, epochs, cut, taken):
    def info(task):
        if task.family != "trees":
            return {}
        return {"epochs": epochs if task.limits.full else 100, "cut_by_time": cut and task.limits.full}

    cv, blended, folder = kept(info=info)
    bag.assemble(cv, blended, folder)
    done = bag.refit(cv, blended, ROWS, folder, 0.0)
    assert ("trees-0" in done.members) == taken


def test_a_member_whose_schedule_time_set_needs_no_more_than_as_many_steps_on_all_rows(kept):
    cv, _, _ = kept(
        costs={"trees": 2.0, "network": 2.0},
        info=lambda task: {"planned_epochs": 10, "full_epochs": 60} if task.family == "network" else {},
    )
    shortened, whole = judged(cv, "network"), judged(cv, "trees")
    assert member_seconds(shortened) == pytest.approx(refit_seconds(shortened) / MORE_ROWS)
    assert member_seconds(whole) == refit_seconds(whole)


@pytest.mark.parametrize(("together", "expected"), [(False, 6.0), (True, 4.0)])
def test_refits_of_the_worker_count_beside_those_of_this_process_or_after_them(kept, together, expected):
    cv, _, _ = kept(costs={"linear": 2.0, "network": 4.0})
    several = [judged(cv, "linear"), judged(cv, "network")]
    once = refit_seconds(several[0]) / 2.0
    assert refits_seconds(several, 100.0, together=together) == pytest.approx(expected * once)
    assert refits_seconds(several, 3.0 * once, together=together) == pytest.approx(2.0 * once)  # the network cannot be
