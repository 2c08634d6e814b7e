import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl.families.base import FitFailed, Limits
from automl.families.trees import FAMILY, boosting, memory
from automl.families.trees.encoding import MOST_CLASSES, encode
from tests.rows import column, mixed, numbers, rows_of

CITIES = ("Aarau", "Bern", "Genève", "Oslo", "Zürich")


def fit(data, params=None, **limits):
    return FAMILY.fit(params or {}, data, Limits(threads=1, **limits))


def short(rounds=20):
    return {**FAMILY.defaults(numbers().problem, 100)[0], "rounds": rounds}


def cities(codes, effect):
    codes = np.asarray(codes, np.int32)
    frame = pd.DataFrame({"city": codes, "z": np.zeros(len(codes))})
    return rows_of(frame, [column("city", "category", CITIES), column("z")], effect[codes])


def test_a_category_never_seen_is_missing_and_not_its_neighbour():
    rng = np.random.default_rng(0)
    effect = np.array([0.0, -3.0, 0.0, 0.0, 3.0])  # of the cities seen: Bern, Genève, Zürich
    train = cities(rng.choice([1, 2, 4], 3_000), effect)
    model = fit(train, rounds := {"eta": 0.3, "max_depth": 3, "rounds": 60}, full=True)
    asked = cities([0, 3, -1, 1, 2, 4], np.zeros(6))
    aarau, oslo, missing, bern, geneve, zurich = model.predict(asked.inputs)[:, 0]
    assert [bern, geneve, zurich] == pytest.approx([-3, 0, 3], abs=0.05)
    assert aarau == oslo == missing
    # Not the neighbour in sort order either: turning the truth round must not turn the prediction of the unseen round.
    mirrored = fit(cities(train.inputs["city"].to_numpy(), -effect), rounds, full=True)
    turned = mirrored.predict(asked.inputs)[:, 0]
    assert turned[0] == turned[1] == turned[2]
    assert turned[3] == pytest.approx(3, abs=0.05)


def test_a_category_absent_from_this_fold_is_missing():
    rng = np.random.default_rng(0)
    data = cities(rng.integers(0, 5, 1_000), np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))
    fold = data.take(np.flatnonzero(data.inputs["city"] != 2))
    predicted = fit(fold, {"eta": 0.3, "max_depth": 3}).predict(cities([2, -1, 0, 4], np.zeros(5)).inputs)[:, 0]
    assert predicted[0] == predicted[1]
    assert predicted[2:] == pytest.approx([-2, 2], abs=0.1)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_predictions_have_the_form_of_the_task(task):
    data = numbers(task, 200)
    predicted = fit(data, short()).predict(data.inputs)
    assert predicted.shape == (200, data.problem.outputs)
    assert predicted.dtype == np.float32
    if task == "regression":
        assert np.corrcoef(predicted[:, 0], data.y)[0, 1] > 0.8
    else:
        np.testing.assert_allclose(predicted.sum(axis=1), 1, atol=1e-5)
        assert (predicted.argmax(axis=1) == data.y).mean() > 0.8
    assert fit(data, short()).predict(data.inputs.iloc[:1]).shape == (1, data.problem.outputs)


@pytest.mark.parametrize("kind", [{"reg_alpha": 3.5}, {"additive": True}, {"kind": "extra", "trees": 20}], ids=str)
def test_the_unit_and_the_zero_of_a_target_make_no_difference(tmp_path, kind):
    data = numbers("regression", 300)
    params = kind if "kind" in kind else {**short(60), **kind}
    plain = fit(data, params).predict(data.inputs)[:, 0]
    assert np.corrcoef(plain, data.y)[0, 1] > 0.8
    for unit, zero in ((1e-9, 0.0), (2e9, 0.0), (1.0, 1e5)):
        model = fit(replace(data, y=unit * data.y + zero), params)
        model.save(tmp_path)
        found = type(model).load(tmp_path, model.problem).predict(data.inputs)[:, 0]
        np.testing.assert_allclose((found.astype(float) - zero) / unit, plain, atol=0.05)


def test_equal_targets_are_predicted():
    data = replace(numbers("regression", 53), y=np.full(53, 0.1))
    np.testing.assert_allclose(fit(data, short()).predict(data.inputs), 0.1, rtol=1e-6)


def test_a_class_absent_from_training_keeps_its_column():
    data = numbers("multiclass", 200)
    predicted = fit(data.take(np.flatnonzero(data.y != 1)), short()).predict(data.inputs)
    assert predicted.shape == (200, 3)
    assert set(predicted.argmax(axis=1)) == {0, 2}


def test_early_stopping_ends_it_and_keeps_the_best_rounds():
    model = fit(numbers("binary", 300, noise=3.0))
    assert 0 < model.info["rounds"] < 300
    assert model.booster.num_boosted_rounds() == model.info["rounds"]
    assert model.final_params()["rounds"] == model.info["rounds"]
    assert not model.info["cut_by_time"]


def test_a_full_fit_takes_the_rounds_given():
    model = fit(numbers("binary", 200), short(37), full=True)
    assert model.info["rounds"] == 37


def test_a_full_fit_learns_from_every_row():
    data = numbers("regression", 100, noise=0)
    odd = replace(data, y=np.where(np.arange(100) == 17, 50.0, data.y))
    params = {"eta": 0.5, "max_depth": 8, "min_child_weight": 0, "rounds": 60}
    assert fit(odd, params, full=True).predict(odd.inputs)[17, 0] > 30


def test_the_time_ends_it_with_a_usable_model():
    data = numbers("regression", 4_000, d=20)
    started = time.monotonic()
    model = fit(data, {"eta": 0.001, "max_depth": 8, "rounds": 100_000}, seconds=0.8, full=True)
    assert time.monotonic() - started < 5
    assert model.info["cut_by_time"]
    assert 0 < model.info["rounds"] < 100_000
    assert np.isfinite(model.predict(data.inputs)).all()


def test_no_time_at_all_still_gives_a_round():
    model = fit(numbers("binary", 100), seconds=0.0)
    assert model.info["rounds"] >= 1


def test_the_seed_repeats_whatever_the_threads():
    data = numbers("binary", 400)
    one, again = (fit(data, short(40)).predict(data.inputs) for _ in range(2))
    two = FAMILY.fit(short(40), data, Limits(threads=2)).predict(data.inputs)
    assert np.array_equal(one, again)
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_weights_matter():
    data = numbers("regression", 200, noise=2.0)
    heavy = replace(data, weight=np.where(data.y > 0, 50.0, 0.01))
    plain, weighted = (fit(d, short(), full=True).predict(d.inputs).mean() for d in (data, heavy))
    assert weighted > plain + 0.5


def test_saved_it_predicts_the_same_in_a_new_process(tmp_path):
    data = mixed()
    model = fit(data.take(np.arange(80)), short())
    model.save(tmp_path)
    data.inputs.to_pickle(tmp_path / "rows.pkl")
    code = (
        "import sys, json, pandas as pd\n"
        "from pathlib import Path\n"
        "from automl import families, jsonio\n"
        "from automl.types import Problem\n"
        "folder = Path(sys.argv[1])\n"
        "problem = jsonio.build(Problem, jsonio.read(folder / 'contract.json'))\n"
        "model = families.load('trees').load(folder, problem)\n"
        "print(json.dumps(model.predict(pd.read_pickle(folder / 'rows.pkl')).tolist()))\n"
    )
    from automl import jsonio

    jsonio.write(tmp_path / "contract.json", data.problem)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert np.array_equal(np.array(json.loads(done.stdout), np.float32), model.predict(data.inputs))


@pytest.mark.parametrize("name", ["a[0]", "b<c", 'say "hi"', "x]y", "ü;,\t", "", "f0"])
def test_names_with_special_characters(tmp_path, name):
    plain = numbers("binary", 80, d=2)
    frame = pd.DataFrame(plain.inputs.to_numpy(), columns=[name, "other"])
    odd = rows_of(frame, [column(name), column("other")], plain.y)
    model = fit(odd, short(5))
    model.save(tmp_path)
    assert np.array_equal(FAMILY.load(tmp_path, odd.problem).predict(odd.inputs), model.predict(odd.inputs))


def test_columns_without_a_value_are_no_obstacle():
    data = numbers("binary", 100)
    frame = data.inputs.assign(x1=np.nan, x2=np.nan)
    model = fit(replace(data, inputs=frame), short())
    assert (model.predict(frame).argmax(axis=1) == data.y).mean() > 0.8
    assert np.isfinite(model.predict(frame.assign(x0=np.nan))).all()


def test_absolute_errors_are_fitted_when_they_are_judged():
    rng = np.random.default_rng(0)
    data = numbers("regression", 400, metric="mae")
    data = replace(data, y=np.exp(2 * rng.normal(size=400)))
    absolute = fit(data, short(60)).predict(data.inputs)
    squared = fit(replace(data, problem=replace(data.problem, metric="rmse")), short(60)).predict(data.inputs)
    assert np.abs(absolute[:, 0] - data.y).mean() < np.abs(squared[:, 0] - data.y).mean()


def skewed(n=800):
    data = numbers("regression", n)
    return replace(data, y=np.exp(data.y + np.random.default_rng(0).normal(0, 0.8, n)))


def test_the_logarithm_of_a_target_is_smeared_on_rows_set_aside_and_in_the_final_fit_as_given(tmp_path):
    data = skewed()
    model = fit(data, {**short(), "target": "log"})
    final = model.final_params()
    assert final["smearing"] == model.info["smearing"] == model.transform.smearing > 1.05
    again = fit(data, final, full=True)
    assert again.transform.smearing == final["smearing"]
    assert again.predict(data.inputs).min() >= 0
    again.save(tmp_path)
    assert np.array_equal(FAMILY.load(tmp_path, data.problem).predict(data.inputs), again.predict(data.inputs))


@pytest.mark.parametrize("target", ["power", "quantile"])
def test_targets_of_both_signs_are_bent_and_smeared_and_the_final_fit_is_told(tmp_path, target):
    data = skewed()
    data = replace(data, y=data.y - 3)
    model = fit(data, {**short(60), "target": target})
    final = model.final_params()
    assert final["smearing"] == model.info["smearing"] == model.transform.smearing > 0.1
    again = fit(data, final, full=True)
    assert again.transform.smearing == final["smearing"]
    predicted = again.predict(data.inputs)
    assert data.y.min() <= predicted.min() < 0 < predicted.max() <= data.y.max()
    again.save(tmp_path)
    assert np.array_equal(FAMILY.load(tmp_path, data.problem).predict(data.inputs), predicted)
    median = fit(replace(data, problem=replace(data.problem, metric="mae")), {**short(), "target": target})
    assert median.final_params()["smearing"] == 0


def test_medians_pass_through_the_logarithm_without_smearing():
    data = skewed()
    model = fit(replace(data, problem=replace(data.problem, metric="mae")), {**short(), "target": "log"})
    assert model.final_params()["smearing"] == 1


def test_a_few_rows_set_no_smearing():
    assert fit(skewed(40), {**short(), "target": "log"}).transform.smearing == 1


def test_a_logarithm_of_negative_targets_is_a_failed_fit():
    with pytest.raises(FitFailed, match="values of zero and more"):
        fit(numbers("regression", 50), {**short(), "target": "log"})


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_categories_with_many_levels_as_statistics(tmp_path, task):
    rng = np.random.default_rng(0)
    levels = tuple(str(i) for i in range(60))
    codes = rng.integers(-1, 60, 1_500).astype(np.int32)
    effect = rng.normal(size=61)
    y = effect[codes] if task == "regression" else np.digitize(effect[codes], [0, 0.7][: 1 + (task == "multiclass")])
    data = rows_of(pd.DataFrame({"shop": codes}), [column("shop", "category", levels)], y, task=task)
    model = fit(data, {**short(60), "categories": "statistics"})
    targets = 3 if task == "multiclass" else 1
    assert len(model.names) == model.booster.num_features() == targets + 1
    predicted = model.predict(data.inputs)
    wrong = predicted[:, 0] - y if task == "regression" else predicted.argmax(axis=1) != y
    assert np.abs(wrong).mean() < 0.2
    model.save(tmp_path)
    assert np.array_equal(FAMILY.load(tmp_path, data.problem).predict(data.inputs), predicted)


def test_statistics_of_many_classes_are_those_of_the_most_frequent():
    data = numbers("binary", 1_200)
    codes = np.random.default_rng(0).integers(0, 30, 1_200).astype(np.int32)
    columns = [column("shop", "category", tuple(str(i) for i in range(30)))]
    data = rows_of(pd.DataFrame({"shop": codes}), columns, (codes % 14).astype(np.int64), task="multiclass")
    assert len(fit(data, {**short(3), "categories": "statistics"}).names) == MOST_CLASSES + 1


def test_groups_stay_whole_within_the_folds_of_statistics():
    groups = np.repeat(np.arange(60), 10)
    codes = (groups % 20).astype(np.int32)  # three groups a level
    columns = [column("shop", "category", tuple(str(i) for i in range(20)))]
    y = np.random.default_rng(0).normal(size=60)[groups]
    data = rows_of(pd.DataFrame({"shop": codes}), columns, y, groups=groups)
    matrix = encode(data, "statistics", data.y, np.arange(600)).matrix
    assert all(len(np.unique(matrix[groups == group, 0])) == 1 for group in range(60))


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_directions_hold(task):
    data = numbers(task, 500, d=2, noise=3.0)
    data = replace(data, problem=replace(data.problem, monotone={"x0": -1}))
    params = {"eta": 0.3, "max_depth": 4, "rounds": 50}
    line = pd.DataFrame({"x0": np.linspace(-3, 3, 100), "x1": 0.0})
    model = fit(data, params, full=True)
    assert model.info["monotone"] == {"x0": -1}
    assert (np.diff(model.predict(line)[:, -1]) <= 1e-6).all()
    free = fit(replace(data, problem=replace(data.problem, monotone={})), params, full=True)
    assert "monotone" not in free.info
    assert (np.diff(free.predict(line)[:, -1]) > 0).any()


def test_a_direction_beside_categories_and_text():
    data = mixed(400)
    data = replace(data, problem=replace(data.problem, monotone={"number": 1}))
    model = fit(data, short())
    assert model.booster.num_features() == len(model.names)
    line = data.inputs.iloc[[0] * 50].assign(number=np.linspace(-3, 3, 50))
    assert (np.diff(model.predict(line)[:, 1]) >= -1e-6).all()


def test_additive_stumps_are_sums_of_one_column_each():
    data = numbers("regression", 400)
    model = fit(replace(data, problem=replace(data.problem, explainable=True)), {"max_depth": 6, "rounds": 40})
    assert model.params["max_depth"] == 1
    a, b = np.meshgrid([-1.0, 1.0], [-1.0, 1.0])
    corners = pd.DataFrame({"x0": a.ravel(), "x1": b.ravel(), "x2": 0.0})
    low, high, second, both = model.predict(corners)[:, 0]
    assert both - second == pytest.approx(high - low, abs=1e-5)
    assert high - low > 1


def test_a_fit_that_would_not_fit_into_memory_is_made_smaller(monkeypatch):
    data = numbers("binary", 4_000)
    assert "downsized" not in fit(data, short(5)).info
    monkeypatch.setattr(memory.devices, "free_memory", lambda: 10**5)
    small = fit(data, short(5), full=True)
    assert fit(data, short(5), full=True, memory=10**10).info["downsized"] == small.info["downsized"]
    monkeypatch.setattr(memory.devices, "free_memory", lambda: 10**10)
    assert fit(data, short(5), full=True, memory=10**5).info["downsized"] == small.info["downsized"]
    assert small.info["downsized"]["rows"] == memory.FEWEST_ROWS
    assert small.info["downsized"]["max_bin"] == memory.FEWEST_BINS
    assert (small.predict(data.inputs).argmax(axis=1) == data.y).mean() > 0.8


def test_boosting_asks_for_the_gpus_that_the_fit_may_use(monkeypatch):
    asked = []
    monkeypatch.setattr(boosting, "device_for", lambda cells, gpus: asked.append((cells, gpus)) or "cpu")
    boosting.fit({"rounds": 1}, numbers(n=100), Limits(threads=1, gpus=(1,)))
    assert asked == [(300, (1,))]
