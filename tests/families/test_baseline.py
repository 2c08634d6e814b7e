import numpy as np
import pytest

from automl.evaluate import metrics
from automl.families.base import Limits
from automl.families.baseline import FAMILY
from tests.rows import numbers


def fitted(data):
    return FAMILY.fit({}, data, Limits())


def test_classes_get_their_shares():
    data = numbers("multiclass", 90)
    predicted = fitted(data).predict(data.inputs.iloc[:4])
    assert predicted.dtype == np.float32
    np.testing.assert_allclose(predicted, np.full((4, 3), 1 / 3), rtol=1e-6)


def test_a_class_absent_from_training_has_probability_zero():
    data = numbers("multiclass", 90)
    data = data.take(np.flatnonzero(data.y != 1))
    assert fitted(data).predict(data.inputs)[0].tolist() == [0.5, 0.0, 0.5]


def test_weights_count():
    data = numbers("binary", 60)
    weight = np.where(data.y == 1, 3.0, 1.0)
    weighted = type(data)(data.problem, data.inputs, data.y, weight=weight)
    assert fitted(weighted).predict(data.inputs)[0, 1] == pytest.approx(np.average(data.y, weights=weight))


@pytest.mark.parametrize(("metric", "value"), [("rmse", np.mean), ("r2", np.mean), ("mae", np.median)])
def test_numbers_get_the_constant_that_the_metric_rewards(metric, value):
    data = numbers("regression", 61, metric=metric)
    data = type(data)(data.problem, data.inputs, np.exp(data.y))
    predicted = fitted(data).predict(data.inputs)
    assert predicted.shape == (61, 1)
    assert predicted[0, 0] == pytest.approx(value(data.y), rel=1e-6)


def test_the_median_is_weighted():
    data = numbers("regression", 5, metric="mae")
    data = type(data)(data.problem, data.inputs, np.array([1.0, 2, 3, 4, 100]), weight=np.array([1.0, 1, 1, 1, 9]))
    assert fitted(data).predict(data.inputs)[0, 0] == 100


@pytest.mark.parametrize("metric", ["rmse", "mae"])
def test_no_other_constant_is_better(metric):
    data = numbers("regression", 81, metric=metric)
    data = type(data)(data.problem, data.inputs, np.exp(data.y), weight=np.random.default_rng(0).uniform(0, 2, 81))
    score = metrics.get(metric, "regression")
    best = score.loss(data.y, fitted(data).predict(data.inputs), data.weight)
    for other in np.quantile(data.y, np.linspace(0.05, 0.95, 19)):
        assert best <= score.loss(data.y, np.full((81, 1), other), data.weight) + 1e-6


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_saved_and_loaded_it_predicts_the_same(tmp_path, task):
    data = numbers(task, 60)
    model = fitted(data)
    model.save(tmp_path)
    again = FAMILY.load(tmp_path, data.problem)
    assert np.array_equal(again.predict(data.inputs), model.predict(data.inputs))
    assert again.predict(data.inputs.iloc[:0]).shape == (0, data.problem.outputs)


def test_there_is_nothing_to_search():
    problem = numbers().problem
    assert FAMILY.space(problem, 100) == []
    assert FAMILY.defaults(problem, 100) == [{}]
    assert FAMILY.fit({}, numbers(), Limits()).final_params() == {}
