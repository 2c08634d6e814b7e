import time
from dataclasses import replace

import numpy as np
import pytest

from automl.errors import RunError
from automl.families.base import Limits
from automl.families.trees import FAMILY, memory
from tests.rows import column, mixed, numbers, rows_of

KINDS = ("extra", "forest")


def fit(data, params=None, **limits):
    return FAMILY.fit({"kind": "extra", "trees": 30, **(params or {})}, data, Limits(threads=1, **limits))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_predictions_have_the_form_of_the_task(kind, task):
    data = numbers(task, 200)
    predicted = fit(data, {"kind": kind}).predict(data.inputs)
    assert predicted.shape == (200, data.problem.outputs)
    assert predicted.dtype == np.float32
    if task == "regression":
        assert np.corrcoef(predicted[:, 0], data.y)[0, 1] > 0.9
    else:
        np.testing.assert_allclose(predicted.sum(axis=1), 1, atol=1e-5)
        assert (predicted.argmax(axis=1) == data.y).mean() > 0.9
        assert predicted.min() > 0


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_class_absent_from_training_keeps_its_column(task):
    data = numbers(task, 200)
    predicted = fit(data.take(np.flatnonzero(data.y != 1))).predict(data.inputs)
    assert predicted.shape == (200, data.problem.outputs)
    assert 0 < predicted[:, 1].max() < 0.05


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_saved_it_predicts_the_same(tmp_path, kind, task):
    data = mixed(task=task)
    model = fit(data.take(np.arange(80)), {"kind": kind})
    model.save(tmp_path)
    again = FAMILY.load(tmp_path, data.problem)
    assert np.array_equal(again.predict(data.inputs), model.predict(data.inputs))
    assert (again.info, again.params) == (model.info, model.params)
    assert {path.name for path in tmp_path.iterdir()} == {"arrays.npz", "encoder.json"}


def test_damaged_trees_are_refused(tmp_path):
    data = numbers("binary", 100)
    fit(data).save(tmp_path)
    with np.load(tmp_path / "arrays.npz") as file:
        arrays = dict(file)
    arrays["forest/feature"][0] = 99
    np.savez(tmp_path / "arrays.npz", **arrays)
    with pytest.raises(RunError, match="trees of the model are damaged"):
        FAMILY.load(tmp_path, data.problem)


def test_more_trees_begin_with_the_same_trees_whatever_the_threads():
    data = numbers("regression", 200)
    few = fit(data, {"trees": 14}).trees
    more = FAMILY.fit({"kind": "extra", "trees": 20}, data, Limits(threads=2)).trees
    assert (len(few), len(more)) == (14, 20)
    assert np.array_equal(more.number[: len(few.number)], few.number)


def test_the_time_ends_it_with_a_usable_model():
    data = numbers("regression", 3_000, d=20)
    started = time.monotonic()
    model = fit(data, {"trees": 100_000}, seconds=0.6)
    assert time.monotonic() - started < 4
    assert model.info["cut_by_time"]
    assert 2 <= model.final_params()["trees"] == model.info["rounds"] < 100_000
    assert np.isfinite(model.predict(data.inputs)).all()


def test_no_time_at_all_still_gives_two_trees():
    assert fit(numbers("binary", 100), seconds=0.0).info["trees"] == 2


def test_weights_matter():
    data = numbers("regression", 200, noise=2.0)
    heavy = replace(data, weight=np.where(data.y > 0, 50.0, 0.01))
    plain, weighted = (fit(d, {"min_leaf": 20}).predict(d.inputs).mean() for d in (data, heavy))
    assert weighted > plain + 0.5


@pytest.mark.parametrize(("target", "none", "lowest"), [("log", 1, 0), ("power", 0, -1), ("quantile", 0, -1)])
def test_a_transformed_target_is_smeared_on_rows_set_aside_and_in_the_final_fit_as_given(target, none, lowest):
    data = numbers("regression", 600)
    data = replace(data, y=np.exp(data.y + np.random.default_rng(0).normal(0, 0.8, 600)) + lowest)
    model = fit(data, {"target": target})
    final = model.final_params()
    assert final["smearing"] == model.transform.smearing == model.info["smearing"] > none
    again = FAMILY.fit(final, data, Limits(threads=1, full=True))
    assert again.transform.smearing == final["smearing"]
    assert again.predict(data.inputs).min() >= lowest


def test_directions_hold(tmp_path):
    rng = np.random.default_rng(0)
    data = numbers("regression", 400, d=2, noise=3.0)
    frame = data.inputs.assign(x1=np.where(rng.random(400) < 0.2, np.nan, data.inputs["x1"]))
    data = replace(data, inputs=frame, problem=replace(data.problem, monotone={"x0": 1}))
    model = fit(data, {"min_leaf": 1})
    assert model.info["monotone"] == {"x0": 1}
    line = frame.iloc[:1].loc[lambda f: f.index.repeat(50)].assign(x0=np.linspace(-3, 3, 50), x1=np.nan)
    assert (np.diff(model.predict(line)[:, 0]) >= -1e-6).all()
    free = fit(replace(data, problem=replace(data.problem, monotone={})), {"min_leaf": 1})
    assert (np.diff(free.predict(line)[:, 0]) < 0).any()
    model.save(tmp_path)
    assert np.array_equal(FAMILY.load(tmp_path, data.problem).predict(frame), model.predict(frame))


def test_categories_with_many_levels_as_statistics(tmp_path):
    import pandas as pd

    rng = np.random.default_rng(0)
    levels = tuple(str(i) for i in range(40))
    effect = rng.normal(size=40)
    codes = rng.integers(0, 40, 400).astype(np.int32)
    data = rows_of(pd.DataFrame({"shop": codes}), [column("shop", "category", levels)], effect[codes])
    model = fit(data, {"categories": "statistics"})
    assert model.names == ["shop: mean target", "shop: log count"]
    assert np.corrcoef(model.predict(data.inputs)[:, 0], data.y)[0, 1] > 0.9
    model.save(tmp_path)
    again = FAMILY.load(tmp_path, data.problem)
    assert np.array_equal(again.predict(data.inputs), model.predict(data.inputs))


def test_the_size_stays_bounded_as_rows_grow():
    data = numbers("regression", 20_000, d=3)
    trees = fit(data, {"trees": 2}).trees
    assert sum(a.nbytes for a in trees.arrays().values()) / 2 * 300 < 50 * 2**20


@pytest.mark.parametrize("kind", KINDS)
def test_columns_without_a_value_and_cells_missing_only_in_new_rows_are_no_obstacle(kind):
    data = numbers("binary", 200)
    frame = data.inputs.assign(x1=np.nan)
    model = fit(replace(data, inputs=frame), {"kind": kind})
    assert (model.predict(frame).argmax(axis=1) == data.y).mean() > 0.8
    assert np.isfinite(model.predict(frame.assign(x0=np.nan, x1=1.0))).all()


def test_a_forest_that_would_not_fit_into_memory_is_made_smaller(monkeypatch):
    data = numbers("binary", 2_000)
    monkeypatch.setattr(memory.devices, "free_memory", lambda: 1_500_000)
    model = fit(data, {"trees": 100})
    monkeypatch.setattr(memory.devices, "free_memory", lambda: 10**10)
    whole = fit(data, {"trees": 100})

    assert fit(data, {"trees": 100}, memory=1_500_000).info["downsized"] == model.info["downsized"]
    assert model.info["downsized"]["trees"] == model.info["trees"] < 100
    assert model.info["downsized"]["rows"] == 1_000
    assert "downsized" not in whole.info
    assert whole.info["trees"] == 100
