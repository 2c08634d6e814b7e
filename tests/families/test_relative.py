"""Families told what is relative to the level of a series."""

from dataclasses import replace

import numpy as np
import pytest

from automl import families
from automl.data.dataset import Dataset
from automl.families.base import Limits
from automl.families.relative import Relation, RelativeModel, offered
from automl.types import Problem
from tests.forecast.panel import built, daily

LIMITS = Limits(threads=1)


def rows(*, scale="difference", explainable=False, days=300, y=None):
    """(problem, dataset, forecast) of a series that grows all the time."""
    frame = daily(days)
    made = built(frame if y is None else frame.assign(y=y), 5)
    forecast = replace(made.forecast, scale=scale)
    problem = Problem(
        "table", "regression", "rmse", columns=made.columns, forecast=forecast, explainable=explainable
    )  # fmt: skip
    return Dataset(problem, made.inputs, made.y, order=made.order, origin=made.origin)


@pytest.mark.parametrize("scale", ["difference", "ratio"])
def test_trees_follow_a_trend_beyond_what_they_have_seen(scale):
    data = rows()
    past, later = np.arange(180), np.arange(200, len(data))
    family, inputs = families.load("trees"), data.inputs.iloc[later]

    def error(params):
        found = family.fit(params, data.take(past), LIMITS).predict(inputs)[:, 0]
        return np.abs(found - data.y[later]).mean()

    assert error({"relative": scale}) < 0.5 * error({"relative": "none"})


@pytest.mark.parametrize("name", ["linear", "trees"])
@pytest.mark.parametrize("scale", ["none", "difference", "ratio"])
def test_a_model_comes_back_from_its_folder(tmp_path, name, scale):
    data, family = rows(), families.load(name)
    model = family.fit({"relative": scale}, data, LIMITS)
    model.save(tmp_path)

    again = family.load(tmp_path, data.problem)
    assert again.predict(data.inputs) == pytest.approx(model.predict(data.inputs))
    assert again.predict(data.inputs).dtype == np.float32
    assert isinstance(again, RelativeModel) == (scale != "none")
    assert (tmp_path / "relative.json").exists() == (scale != "none")


def test_the_final_fit_is_on_the_same_scale():
    model = families.load("linear").fit({"relative": "ratio"}, rows(), LIMITS)

    assert model.final_params()["relative"] == "ratio"
    assert (model.family, model.info["parameters"] > 0) == ("linear", True)


@pytest.mark.parametrize("name", ["linear", "trees", "network"])
def test_the_scale_of_the_series_is_tried_first_and_the_others_next(name):
    family, problem = families.load(name), rows(scale="ratio").problem

    found = [params["relative"] for params in family.defaults(problem, 200)]
    assert found[:3] == ["ratio", "none", "difference"]
    assert set(found[3:]) <= {"ratio"}
    assert next(knob for knob in family.space(problem, 200) if knob.name == "relative").choices == tuple(found[:3])
    plain = replace(problem, forecast=None)
    assert all("relative" not in params for params in family.defaults(plain, 200))
    assert all(knob.name != "relative" for knob in family.space(plain, 200))


def test_what_is_printed_whole_sees_values_as_they_are():
    assert offered(rows(explainable=True).problem) == ("none",)


def test_ratios_are_offered_only_above_zero():
    y = daily(300)["y"].to_numpy() - 60

    assert offered(rows(y=y).problem) == ("difference", "none")


def test_the_name_says_what_is_learnt():
    family = families.load("trees")

    assert family.describe({"relative": "ratio"}).endswith(", ratio to the level")
    assert family.describe({"relative": "none"}) == family.describe({})


def test_predictions_of_what_was_never_below_zero_end_there():
    data = rows()
    relation = Relation.of("difference", data.problem.forecast, data.y)
    level = data.inputs[relation.level].to_numpy()

    assert relation.back(np.full((len(data), 1), -1e6), data.inputs).min() == 0
    assert replace(relation, lowest=None).back(np.full((len(data), 1), -1e6), data.inputs).max() < 0
    assert relation.back(np.zeros((len(data), 1)), data.inputs)[:, 0] == pytest.approx(level)


def test_a_ratio_to_a_level_near_zero_stays_finite():
    data = rows()
    relation = Relation.of("ratio", data.problem.forecast, data.y)
    frame = data.inputs.assign(**{relation.level: 0.0})

    assert np.isfinite(relation.inputs(frame.iloc[50:]).to_numpy(float)).all()


def test_the_model_is_not_told_the_level():
    data = rows()
    relation = Relation.of("difference", data.problem.forecast, data.y)

    assert relation.level not in relation.inputs(data.inputs)
    assert relation.level not in [column.name for column in relation.problem(data.problem).columns]
    inputs = data.inputs.iloc[50:]
    moved = inputs.assign(**{name: inputs[name] + 1e3 for name in data.problem.forecast.values})
    assert relation.inputs(moved).to_numpy(float) == pytest.approx(relation.inputs(inputs).to_numpy(float))


@pytest.mark.parametrize("metric", ["rmse", "mae", "pinball:0.9"])
def test_the_baseline_is_the_value_whole_seasons_before(tmp_path, metric):
    data = rows()
    data = replace(data, problem=replace(data.problem, metric=metric))
    family, naive = families.load("baseline"), data.inputs[data.problem.forecast.lag(7)].to_numpy()
    model = family.fit({}, data, LIMITS)
    model.save(tmp_path)

    found = family.load(tmp_path, data.problem).predict(data.inputs)[:, 0]
    shift = found - naive
    assert shift == pytest.approx(shift[0], abs=1e-3)
    if metric == "pinball:0.9":
        assert (data.y <= found).mean() == pytest.approx(0.9, abs=0.01)
    else:
        assert shift[0] == pytest.approx(0, abs=1e-4)
