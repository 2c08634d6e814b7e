from dataclasses import replace

import numpy as np
import pytest

from automl.data import split
from automl.errors import RunError
from automl.evaluate.final import (
    FRESH_SEED,
    MORE_ROWS,
    expected_seconds,
    open_test,
    refit,
)
from automl.families.base import FitFailed
from automl.workers.executor import WorkerDied
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers

ERRORS = {"baseline": 3.0, "linear": 0.5, "trees": 0.3, "network": 0.4}


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    return folder


def large(budget=None, **how):
    """600 rows with a test part; splits on the development part."""
    data = numbers("regression", 600)
    outer = split.outer(data)
    cv = fake_cv(data, budget=budget, **how)
    cv.splits = [
        replace(s, train=outer.development[s.train], check=outer.development[s.check])
        for s in split.splits(data.take(outer.development), 5, 1, 0)
    ]
    return cv, outer


def probes(cv, *names):
    return [judged(cv, name, ERRORS[name], splits=[0, 1]) for name in names]


def failing(*which):
    """Trouble for final fits of these families."""

    def trouble(task):
        if task.limits.full and task.family in which:
            raise FitFailed("no memory")

    return trouble


def written(model):
    return (model / "fake.txt").read_text().split()[0]


def test_the_test_part_is_predicted_by_fits_on_the_development_part(model):
    cv, outer = large()
    chosen, *others = probes(cv, "trees", "baseline", "linear")
    done = len(cv.here.tasks)
    tested = open_test(cv, outer, chosen, others, model, 0.0)
    assert np.array_equal(tested.rows, outer.test)
    assert tested.delivered is chosen
    assert set(tested.predictions) == {"trees-0", "baseline-0", "linear-0"}
    assert written(model) == "trees"
    for task in cv.here.tasks[done:]:
        assert task.limits.full
        assert np.array_equal(task.train, outer.development)
        assert np.array_equal(task.predict, outer.test)
    assert [t.save for t in cv.here.tasks[done:]] == [model, None, None]


def test_the_final_fit_takes_its_length_from_validation(model):
    cv, outer = large()
    chosen = judged(cv, "trees", 0.3, rounds=70)
    open_test(cv, outer, chosen, [], model, 0.0)
    assert cv.here.tasks[-1].params == {"error": 0.3, "rounds": 70}


@pytest.mark.parametrize(("broken", "delivered"), [(["trees"], "linear"), (["trees", "linear"], "baseline")])
def test_what_cannot_be_fitted_is_replaced_by_the_next(model, broken, delivered):
    cv, outer = large(trouble=failing(*broken), costs={"baseline": 0.0, "linear": 1.0, "trees": 2.0})
    chosen, *others = probes(cv, "trees", "baseline", "linear")
    tested = open_test(cv, outer, chosen, others, model, 0.0)
    assert tested.delivered.family == delivered
    assert written(model) == delivered
    assert chosen.reason == "final fit: no memory"
    assert "trees-0" not in tested.predictions


def test_when_nothing_can_be_fitted_every_reason_is_told(model):
    cv, outer = large(trouble=failing("trees", "baseline"))
    chosen, *others = probes(cv, "trees", "baseline")
    with pytest.raises(RunError, match="No model could be fitted") as caught:
        open_test(cv, outer, chosen, others, model, 0.0)
    assert "trees-0: final fit: no memory; baseline-0: final fit: no memory" in caught.value.where


def test_a_worker_that_dies_twice_is_a_failed_fit(model):
    def trouble(task):
        if task.limits.full and task.family == "network":
            raise WorkerDied("gone")

    cv, outer = large(trouble=trouble)
    chosen, *others = probes(cv, "network", "baseline")
    assert open_test(cv, outer, chosen, others, model, 0.0).delivered is others[0]


def test_rivals_are_tested_as_time_allows_the_cheap_ones_first(model):
    costs = {"linear": 1.0, "trees": 4.0, "network": 20.0, "baseline": 0.1}
    cv, outer = large(budget=100.0, costs=costs)
    chosen, *others = probes(cv, "trees", "baseline", "linear", "network")
    cv.clock.now = 80.0
    tested = open_test(cv, outer, chosen, others, model, 5.0)
    assert list(tested.predictions) == ["trees-0", "baseline-0", "linear-0"]
    assert cv.clock.left(5.0) > 0


def test_without_time_the_cheapest_is_delivered(model):
    cv, outer = large(budget=100.0, costs={"baseline": 0.01, "trees": 4.0})
    chosen, *others = probes(cv, "trees", "baseline")
    cv.clock.now = 99.0
    tested = open_test(cv, outer, chosen, others, model, 2.0)
    assert tested.delivered.family == "baseline"
    assert "out of time" in chosen.reason


def test_the_last_resort_is_the_best_by_validation_that_the_time_allows(model):
    cv, outer = large(budget=100.0, costs={"baseline": 0.01, "linear": 1.0, "trees": 4.0, "network": 20.0})
    chosen, *others = probes(cv, "trees", "baseline", "linear", "network")
    cv.here.trouble, cv.clock.now = failing("trees"), 80.0  # 13 s after the failed fit
    done = len(cv.here.tasks)
    assert open_test(cv, outer, chosen, others, model, 3.0).delivered.family == "linear"
    assert [t.family for t in cv.here.tasks[done:]] == ["trees", "linear", "baseline"]


def test_of_those_the_time_allows_the_dear_one_is_not_first(model):
    cv, outer = large(trouble=failing("trees"), costs={"baseline": 0.0, "linear": 9.0, "network": 1.0, "trees": 2.0})
    chosen, *others = probes(cv, "trees", "baseline", "linear", "network")
    assert open_test(cv, outer, chosen, others, model, 0.0).delivered.family == "network"


def test_in_place_of_an_ensemble_comes_what_was_chosen_without_one(model):
    cv, outer = large(costs={"trees": 2.0, "linear": 1.0})
    single, baseline, better = probes(cv, "linear", "baseline", "trees")
    both = replace(cv.candidate("ensemble", {}), members=((single, 0.5), (better, 0.5)))  # no model of theirs is kept
    assert open_test(cv, outer, both, [single, baseline, better], model, 0.0).delivered is single


@pytest.mark.parametrize(("others", "delivered"), [(["baseline", "linear"], "baseline"), (["linear"], "linear")])
def test_a_last_resort_that_the_time_cut_is_refused_while_another_remains(model, others, delivered):
    cv, outer = large(trouble=failing("trees"), info=lambda task: {"cut_by_time": task.family == "linear"})
    chosen, *others = probes(cv, "trees", *others)
    tested = open_test(cv, outer, chosen, others, model, 0.0)
    assert tested.delivered.family == delivered
    assert written(model) == delivered
    if delivered == "baseline":
        assert others[1].reason == "final fit: cut short by the time"


def test_no_fit_is_waited_for_beyond_what_is_really_left(model):
    cv, outer = large(budget=100.0)
    chosen, baseline = probes(cv, "trees", "baseline")
    cv.here.costs, cv.clock.now = {"trees": 9.0}, 98.0
    assert open_test(cv, outer, chosen, [baseline], model, 12.0).delivered is baseline
    assert cv.clock.now < 100.0


def small(budget=None, n=100, order=None, groups=None, **how):
    data = replace(numbers("regression", n), order=order, groups=groups)
    outer = split.outer(data)
    assert outer.protocol == "repeated_cv"
    return fake_cv(data, budget=budget, **how), outer


def test_small_data_are_judged_on_fresh_splits_of_all_rows(model):
    cv, outer = small()
    chosen, *others = probes(cv, "trees", "baseline")
    done = len(cv.here.tasks)
    tested = open_test(cv, outer, chosen, others, model, 0.0)
    assert np.array_equal(tested.rows, np.arange(100))
    tasks = [t for t in cv.here.tasks[done:] if not t.limits.full and t.family == "trees"]
    assert len(tasks) == 15
    seen = {s.check.tobytes() for s in cv.splits}
    assert not any(t.predict.tobytes() in seen for t in tasks)
    for t in tasks:
        assert not set(t.train) & set(t.predict)
    assert [t.family for t in cv.here.tasks[done:] if t.limits.full] == ["trees", "baseline"]
    assert all(np.array_equal(t.train, np.arange(100)) for t in cv.here.tasks[done:] if t.limits.full)
    assert written(model) == "trees"
    assert tested.delivered is chosen
    assert tested.stale == ""
    assert set(tested.predictions) == {"trees-0", "baseline-0"}


@pytest.mark.parametrize("families", [["trees", "baseline"], ["baseline", "trees"]])
def test_guessing_is_the_same_for_all_rows_of_small_data(model, families):
    cv, outer = small()
    chosen, *others = probes(cv, *families)
    guesses = open_test(cv, outer, chosen, others, model, 0.0).predictions["baseline-0"]
    assert np.unique(guesses) == pytest.approx([cv.dataset.y.mean()])


def test_rivals_of_small_data_are_judged_after_the_last_fit_by_as_many_repeats(model):
    cv, outer = small(budget=100.0, costs={"trees": 1.0, "linear": 0.5})
    chosen, *others = probes(cv, "trees", "linear", "baseline")
    cv.clock.now, done = 80.0, len(cv.here.tasks)  # two repeats and the last fit of trees; all three of linear ones
    open_test(cv, outer, chosen, others, model, 1.0)
    fits = [(t.family, t.limits.full) for t in cv.here.tasks[done:]]
    assert fits == [("trees", False)] * 10 + [("trees", True)] + [("linear", False)] * 10 + [("baseline", True)]


def test_small_data_that_cannot_be_judged_anew_in_time_are_judged_where_they_were(model):
    cv, outer = small(budget=100.0, costs={"network": 12.0})
    chosen, baseline = probes(cv, "network", "baseline")
    before = dict(chosen.fits)

    def adapt(task):
        if task.family == "network" and not task.limits.full:
            raise FitFailed("no time for an epoch")

    cv.here.trouble, cv.clock.now = adapt, 70.0
    tested = open_test(cv, outer, chosen, [baseline], model, 1.0)
    assert tested.delivered is chosen
    assert tested.stale == "the time was too short for fresh splits"
    judged = np.unique(np.concatenate([cv.splits[number].check for number in before]))
    assert tested.rows.tolist() == judged.tolist()
    assert {len(p) for p in tested.predictions.values()} == {len(judged)}


def test_the_last_fit_may_take_a_part_of_the_reserve_before_it_is_given_up(model):
    cv, outer = large(budget=100.0)
    chosen, baseline = probes(cv, "trees", "baseline")
    cv.here.costs, cv.clock.now = {"trees": 9.0}, 80.0
    assert open_test(cv, outer, chosen, [baseline], model, 12.0).delivered is chosen
    assert next(t for t in cv.here.tasks if t.limits.full).limits.seconds == 8.0
    cv.here.costs, cv.clock.now = {"trees": 15.0}, 80.0
    assert open_test(cv, outer, chosen, [baseline], model, 12.0).delivered is baseline


def test_boosting_of_small_data_that_must_be_judged_late_leaves_time_for_its_last_fit(model):
    cv, outer = small(budget=100.0, costs={"trees": 8.0})
    chosen, *_ = probes(cv, "trees")

    def adapt(task):
        cv.clock.now += min(8.0, task.limits.seconds)

    cv.here.costs, cv.here.trouble, cv.clock.now = {}, adapt, 65.0
    assert open_test(cv, outer, chosen, [], model, 1.0).delivered is chosen
    assert cv.here.tasks[-1].limits.seconds >= 8.0


def test_small_data_are_judged_although_the_metric_is_undefined_on_a_split(model):
    y = np.zeros(60, np.int64)
    y[:2] = 1  # two positive rows for five folds
    cv = fake_cv(numbers("binary", 60), budget=None)
    cv = fake_cv(replace(cv.dataset, y=y))
    outer = split.outer(cv.dataset)
    chosen = cv.candidate("trees", {"error": 0.5})
    cv.judge(chosen, next(i for i, s in enumerate(cv.splits) if y[s.check].any()))
    assert open_test(cv, outer, chosen, [], model, 0.0).delivered is chosen


def test_a_prediction_for_small_data_is_the_mean_over_the_repeats(model):
    cv, outer = small()
    chosen, *_ = probes(cv, "trees")
    done = len(cv.here.tasks)
    tested = open_test(cv, outer, chosen, [], model, 0.0)
    total = np.zeros(100)
    for task in cv.here.tasks[done:]:
        if not task.limits.full:
            total[task.predict] += cv.here.predictions(cv.dataset, task)[:, 0]
    np.testing.assert_allclose(tested.predictions["trees-0"][:, 0], total / 3, rtol=1e-5)
    assert len({s.check.tobytes() for s in split.splits(cv.dataset, 5, 3, FRESH_SEED)}) == 15


def test_small_data_by_time_leave_the_first_rows_unjudged(model):
    cv, outer = small(order=np.arange(120.0), n=120)
    chosen, *others = probes(cv, "trees", "baseline")
    tested = open_test(cv, outer, chosen, others, model, 0.0)
    assert tested.rows.tolist() == list(range(20, 120))
    assert all(len(p) == 100 for p in tested.predictions.values())
    assert tested.stale == "there is but one order of time"


def test_small_data_by_time_are_judged_by_the_splits_that_chose(model):
    cv, outer = small(order=np.arange(120.0), n=120)
    chosen = judged(cv, "trees", ERRORS["trees"])
    others = [*probes(cv, "linear"), judged(cv, "baseline", ERRORS["baseline"])]
    done = len(cv.here.tasks)
    tested = open_test(cv, outer, chosen, others, model, 0.0)
    own = np.concatenate([chosen.fits[split_].predictions for split_ in range(5)])
    judged_rows = np.concatenate([s.check for s in cv.splits])
    np.testing.assert_array_equal(tested.predictions["trees-0"], own[np.argsort(judged_rows)])
    fits = [(t.family, t.limits.full) for t in cv.here.tasks[done:]]
    assert fits == [("trees", True)] + [("linear", False)] * 5


def test_so_few_groups_have_no_fresh_splits(model):
    cv, outer = small(groups=np.arange(100) % 4)
    chosen, *others = probes(cv, "trees", "baseline")
    tested = open_test(cv, outer, chosen, others, model, 0.0)
    assert len(tested.rows) == 100
    assert tested.stale == "splits of so few groups are always the same"


def test_small_data_without_time_for_fresh_splits_are_judged_on_those_of_the_choice(model):
    cv, outer = small(budget=100.0, costs={"trees": 4.0})
    chosen = judged(cv, "trees", ERRORS["trees"], splits=range(5))
    cv.clock.now = 88.0  # enough for the final fit and one more, not for five
    tested = open_test(cv, outer, chosen, probes(cv, "baseline"), model, 2.0)
    assert tested.delivered is chosen
    assert tested.stale == "the time was too short for fresh splits"
    for split_, fitted in chosen.fits.items():
        np.testing.assert_array_equal(tested.predictions["trees-0"][cv.splits[split_].check], fitted.predictions)


def test_a_rival_of_small_data_without_time_has_no_figures(model):
    cv, outer = small(budget=100.0, costs={"trees": 0.5, "linear": 0.01})
    chosen, *others = probes(cv, "trees", "linear")
    cv.clock.now = 96.0
    tested = open_test(cv, outer, chosen, others, model, 1.0)
    assert set(tested.predictions) == {"trees-0"}
    assert tested.delivered is chosen


def test_the_last_resort_of_small_data_is_always_judged(model):
    cv, outer = small(budget=100.0, costs={"trees": 4.0, "baseline": 0.001})
    chosen, *others = probes(cv, "trees", "baseline", "linear")
    cv.clock.now = 96.0
    tested = open_test(cv, outer, chosen, others, model, 5.0)
    assert tested.delivered is others[0]
    assert chosen.reason == "final fit: out of time"
    assert written(model) == "baseline"


def test_the_chosen_of_small_data_is_judged_once_even_late(model):
    cv, outer = small(budget=100.0, costs={"trees": 0.5})
    chosen, *_ = probes(cv, "trees")
    cv.clock.now = 96.0
    tested = open_test(cv, outer, chosen, [], model, 1.0)
    assert tested.delivered is chosen
    assert (tested.predictions["trees-0"] != 0).all()


def test_a_network_of_small_data_that_must_be_judged_late_leaves_time_for_its_last_fit(model):
    cv, outer = small(budget=100.0, costs={"network": 12.0}, info=lambda _task: {"planned_epochs": 5})
    chosen, baseline = probes(cv, "network", "baseline")  # two splits: its own predictions leave rows out

    def adapt(task):
        cv.clock.now += min(12.0, task.limits.seconds) if task.family == "network" else 0.0

    cv.here.costs, cv.here.trouble, cv.clock.now = {}, adapt, 40.0  # five fits as long as before, and none is left

    tested = open_test(cv, outer, chosen, [baseline], model, 1.0)

    assert tested.delivered is chosen
    assert (tested.predictions["network-0"] != 0).all()
    assert cv.clock.left(1.0) >= 0


def test_small_data_fall_back_too(model):
    cv, outer = small(trouble=failing("trees"))
    chosen, *others = probes(cv, "trees", "baseline")
    tested = open_test(cv, outer, chosen, others, model, 0.0)
    assert tested.delivered is others[0]
    assert written(model) == "baseline"


@pytest.fixture
def fresh(tmp_path):
    """An empty folder for a refit."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    return folder


def test_the_refit_is_on_every_row(model, fresh):
    cv, outer = large()
    chosen, *_ = probes(cv, "trees")
    open_test(cv, outer, chosen, [], model, 0.0)
    assert refit(cv, chosen, np.arange(600), fresh, 0.0) is not None
    assert (fresh / "fake.txt").read_text().endswith(" 600")
    assert not (model / "fake.txt").read_text().endswith(" 600")


def test_the_refit_needs_time(model, fresh):
    cv, outer = large(budget=100.0, costs={"trees": 4.0})
    chosen, *_ = probes(cv, "trees")
    open_test(cv, outer, chosen, [], model, 0.0)
    cv.clock.now = 100.0 - 4.0 * MORE_ROWS**2 - 1.0 + 0.1
    assert refit(cv, chosen, np.arange(600), fresh, 1.0) is None
    cv.clock.now -= 0.2
    assert refit(cv, chosen, np.arange(600), fresh, 1.0) is not None


@pytest.mark.parametrize("why", ["failed", "cut"])
def test_a_refit_that_fails_or_is_cut_is_none(model, fresh, why):
    cv, outer = large(budget=100.0)
    chosen, *_ = probes(cv, "trees")
    open_test(cv, outer, chosen, [], model, 0.0)
    if why == "failed":
        cv.here.trouble = failing("trees")
    else:
        cv.here.info = lambda _task: {"cut_by_time": True}
    assert refit(cv, chosen, np.arange(600), fresh, 1.0) is None


def test_a_fit_is_expected_to_take_as_long_as_the_longest():
    cv, _ = large(costs={"trees": 4.0})
    chosen, *_ = probes(cv, "trees")
    assert expected_seconds(chosen) == 4.0
    assert expected_seconds(cv.candidate("trees", {})) == 0.0
