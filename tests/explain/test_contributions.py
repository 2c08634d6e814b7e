from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from automl import families
from automl.errors import UsageError
from automl.explain.contributions import Contributions, check, contributions, reasons
from automl.families.base import Limits
from tests.explain.cards import LINEAR, fitted
from tests.explain.test_scorecard import margins
from tests.rows import column, mixed, numbers, rows_of

BOOSTED = {"rounds": 15, "max_depth": 3, "eta": 0.3}
MODELS = [("linear", params) for params in LINEAR] + [
    ("trees", BOOSTED),
    ("trees", {"additive": True, "rounds": 20}),
    ("trees", {**BOOSTED, "categories": "statistics"}),
]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize(("family", "params"), MODELS, ids=str)
def test_contributions_and_base_sum_to_what_the_model_says(task, family, params):
    _, data, model = fitted(task, family, params)  # with cells missing, and labels that training has not seen
    found = contributions(model, data.inputs)
    expected = np.asarray(margins(model, data.inputs), float)
    if task == "multiclass":
        expected = expected - expected.mean(axis=1, keepdims=True)
    assert found.columns == ('a "b"', "z'[1]", "yes", "city")
    assert found.values.shape == (len(data), 4, expected.shape[1])
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, expected, atol=1e-4)


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize(
    ("family", "params"), [("linear", {}), ("linear", {"text": "ngrams"}), ("trees", BOOSTED)], ids=str
)
def test_dates_and_texts_count_as_one_column_each(task, family, params):
    data = mixed(task=task)
    model = families.load(family).fit(params, data, Limits(threads=1))
    found = contributions(model, data.inputs)
    assert sorted(found.columns) == sorted(data.inputs.columns)
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, margins(model, data.inputs), atol=1e-4)


def test_categories_of_many_levels_are_one_column():
    rng = np.random.default_rng(0)
    city = rng.integers(-1, 30, 400).astype(np.int32)
    frame = pd.DataFrame({"x": rng.normal(size=400), "city": city})
    columns = [column("x"), column("city", "category", tuple(f"c{i}" for i in range(30)))]
    data = rows_of(frame, columns, np.sin(city) + frame["x"].to_numpy())
    model = families.load("trees").fit({**BOOSTED, "categories": "statistics"}, data, Limits(threads=1))
    assert "city: mean target" in model.names
    found = contributions(model, data.inputs)
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, margins(model, data.inputs), atol=1e-4)
    assert np.abs(found.values[:, found.columns.index("city")]).mean() > 0.2


def test_a_linear_contribution_is_the_coefficient_times_the_distance_from_the_mean():
    data = numbers("regression", 200)
    model = families.load("linear").fit({"alpha": 1e-3}, data, Limits(threads=1))
    found = contributions(model, data.inputs)
    x = data.inputs.to_numpy()
    expected = (x - x.mean(axis=0)) / x.std(axis=0) * model.coefficients[:, 0]
    np.testing.assert_allclose(found.values[:, :, 0], expected, atol=1e-9)
    np.testing.assert_allclose(found.base, data.y.mean(), atol=1e-6)


@pytest.mark.parametrize("family", ["linear", "trees"])
def test_a_saved_model_gives_the_same(family, tmp_path):
    _, data, model = fitted("multiclass", family, BOOSTED if family == "trees" else {"basis": "spline"})
    model.save(tmp_path)
    loaded = families.load(family).load(tmp_path, data.problem)
    np.testing.assert_allclose(
        contributions(loaded, data.inputs).values, contributions(model, data.inputs).values, atol=1e-6
    )


def told(task, named, values, cells):
    """The texts for contributions made up: two columns, k outputs."""
    _, data, model = fitted(task, "linear", {})
    found = Contributions(tuple(cells), np.asarray(values, float), np.zeros(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl.explain.contributions.contributions", lambda *_: found)
        rows = data.inputs.iloc[: len(found.values)]
        return reasons(model, rows, pd.DataFrame(cells), np.asarray(named))


def test_the_largest_come_first_whatever_their_sign():
    cells = {"a": [3.0], "b": ["x  y"], "c": [None], "d": [True]}
    got = told("regression", [0], [[[0.42], [-1.23456], [1234.6], [0.01]]], cells)
    assert got == {"reason_1": ["c=missing (+1235)"], "reason_2": ["b=x y (-1.23)"], "reason_3": ["a=3 (+0.42)"]}


def test_columns_that_move_nothing_are_not_named():
    got = told("regression", [0], [[[0.0], [0.5]]], {"a": [1], "b": [2]})
    assert got == {"reason_1": ["b=2 (+0.5)"], "reason_2": [""], "reason_3": [""]}


def test_contributions_are_those_of_the_class_named():
    cells = {"a": [1, 1], "b": [2, 2]}
    values = [[[0.5], [0.1]]] * 2
    assert told("binary", [0, 1], values, cells)["reason_1"] == ["a=1 (-0.5)", "a=1 (+0.5)"]
    values = [[[0.5, -0.4, 0.3], [0.1, -0.2, 0.6]]] * 2
    assert told("multiclass", [1, 2], values, cells)["reason_1"] == ["a=1 (-0.4)", "b=2 (+0.6)"]


def test_rows_are_told_in_blocks_as_they_are_at_once(monkeypatch):
    cells, data, model = fitted("multiclass", "trees", BOOSTED)
    named = model.predict(data.inputs).argmax(axis=1)
    whole = reasons(model, data.inputs, cells, named)
    monkeypatch.setattr("automl.explain.contributions.BLOCK_CELLS", 200)
    assert reasons(model, data.inputs, cells, named) == whole
    assert "city=7" in " ".join(whole["reason_1"] + whole["reason_2"] + whole["reason_3"])  # never seen, shown as it is


def test_no_rows_have_no_reasons():
    cells, data, model = fitted("binary", "trees", BOOSTED)
    got = reasons(model, data.inputs.iloc[:0], cells.iloc[:0], np.zeros(0, int))
    assert got == {"reason_1": [], "reason_2": [], "reason_3": []}


def test_long_cells_are_cut():
    got = told("regression", [0], [[[1.0], [0.5]]], {"a": ["word " * 30], "b": [""]})
    assert got["reason_1"] == ["a=" + ("word " * 30)[:37] + "... (+1)"]
    assert got["reason_2"] == ["b=missing (+0.5)"]


@pytest.mark.parametrize(
    ("family", "params", "what"),
    [("trees", {"kind": "extra", "trees": 10}, "a forest"), ("baseline", {}, "the baseline")],
)
def test_other_models_are_refused(family, params, what):
    data = numbers("binary", 200)
    model = families.load(family).fit(params, data, Limits(threads=1))
    with pytest.raises(UsageError, match=f"linear models and boosted trees on tables; this model is {what}") as caught:
        check(model, data.problem)
    assert "--families linear,trees" in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("told", "hint"),
    [
        ({"modality": "image"}, "leave --explain out: no model of images has them"),
        ({"modality": "audio"}, "leave --explain out: no model of recordings has them"),
        ({"forecast": SimpleNamespace()}, "leave --explain out: no forecast has them"),
    ],
)
@pytest.mark.parametrize("family", ["baseline", "linear", "network"])
def test_no_other_run_is_asked_for_where_none_would_have_contributions(family, told, hint):
    with pytest.raises(UsageError, match="on tables; this model is") as caught:
        check(SimpleNamespace(family=family), replace(numbers().problem, **told))
    assert caught.value.hint == hint


def test_a_folder_without_averages_is_refused():
    data = numbers("binary", 100)
    model = families.load("linear").fit({"C": 1.0}, data, Limits(threads=1))
    model.averages = None
    with pytest.raises(UsageError, match="does not hold the averages"):
        check(model, data.problem)
