import time
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, LogisticRegression

from automl.families.base import Limits
from automl.families.linear import FAMILY
from automl.families.linear.elastic import STRENGTHS
from automl.families.linear.rows import Timer, climb, folds
from tests.rows import numbers


def fit(data, params=None, **limits):
    return FAMILY.fit({"penalty": "elastic", **(params or {})}, data, Limits(**limits))


def standardised(data):
    X = data.inputs.to_numpy()
    return (X - X.mean(axis=0)) / X.std(axis=0)


def largest(X, residuals):
    return np.abs(X.T @ residuals).max() / len(X) / 0.5


@pytest.mark.parametrize("strength", [0.3, 0.01])
def test_values_are_those_of_scikit_learn(strength):
    data = numbers("regression", 200, d=6)
    X, y = standardised(data), (data.y - data.y.mean()) / data.y.std()
    expected = ElasticNet(alpha=strength * largest(X, y), l1_ratio=0.5, tol=1e-9).fit(X, y)
    model = fit(data, {"strength": strength})
    np.testing.assert_allclose(model.coefficients[:, 0], expected.coef_ * data.y.std(), atol=2e-3)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("strength", [0.3, 0.02])
def test_probabilities_are_those_of_scikit_learn(task, strength):
    data = numbers(task, 200, d=6)
    X = standardised(data)
    hot = np.eye(data.problem.outputs)[data.y]
    penalty = strength * largest(X, (hot - hot.mean(axis=0))[:, -1 if task == "binary" else slice(None)])
    expected = LogisticRegression(C=1 / (penalty * len(X)), l1_ratio=0.5, solver="saga", max_iter=20_000, tol=1e-7)
    expected.fit(X, data.y)
    predicted = fit(data, {"strength": strength}).predict(data.inputs)
    np.testing.assert_allclose(predicted, expected.predict_proba(X), atol=5e-3)


def test_a_strength_of_one_leaves_no_column():
    for task in ("binary", "multiclass", "regression"):
        assert not fit(numbers(task), {"strength": 1.0}).coefficients.any()


def test_columns_of_noise_are_left_out():
    model = fit(numbers("binary", 300, d=40))
    used = np.flatnonzero(np.abs(model.coefficients[:, 0]) > 1e-9)
    assert 0 in used
    assert len(used) < 30
    assert model.penalty["strength"] in STRENGTHS


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_more_columns_than_rows(task):
    data = numbers(task, 60, d=300)
    assert np.isfinite(fit(data).predict(data.inputs)).all()


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_weights_count_as_rows(task):
    data = numbers(task, 100)
    twice = np.repeat(np.arange(100), np.where(np.arange(100) < 50, 3, 1))
    weighted = replace(data, weight=np.where(np.arange(100) < 50, 3.0, 1.0))
    columns = (data.inputs.to_numpy() - data.inputs.to_numpy()[twice].mean(axis=0)) / data.inputs.to_numpy()[twice].std(
        axis=0
    )
    frame = data.inputs.assign(**{f"x{i}": columns[:, i] for i in range(3)})
    many = replace(data, inputs=frame.iloc[twice], y=data.y[twice])
    expected, found = (fit(d, {"strength": 0.05}).predict(d.inputs) for d in (many, weighted))
    np.testing.assert_allclose(found, expected[np.searchsorted(twice, np.arange(100))], atol=0.08)


def test_a_limit_is_kept():
    data = numbers("multiclass", 2_000, d=60)
    started = time.monotonic()
    model = fit(data, seconds=0.2)
    assert time.monotonic() - started < 1.0
    np.testing.assert_allclose(model.predict(data.inputs).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("losses", "best", "judged"),
    [
        ([5, 4, 3, 4, 5, 6, 7], 2, [2, 3, 4, 1, 0]),
        ([9, 9, 3, 2, 1, 2, 3], 4, [2, 3, 4, 5, 6]),
        ([1, 2, 3, 4, 5, 0, 0], 0, [2, 3, 4, 1, 0]),
        ([9, 9, 3, 4, 1, 2, 3], 4, [2, 3, 4, 5, 6]),
    ],
)
def test_the_search_for_a_strength_goes_downhill_from_its_start(losses, best, judged):
    asked = []
    assert climb(range(7), 2, lambda i: asked.append(i) or losses[i], Timer(None, 0.0)) == (best, False)
    assert asked == judged


def test_the_start_is_taken_when_there_is_no_time():
    assert climb(range(7), 2, lambda _: pytest.fail("judged"), Timer(0.0, time.monotonic() - 1)) == (2, True)


@pytest.mark.parametrize("n", [100, 5_000, 30_000])
def test_strengths_are_judged_with_rows_that_suffice(n):
    pairs = folds(numbers("binary", n))
    assert len(pairs) == (5 if n == 100 else 1)
    assert all(len(fit) <= 20_000 and not set(fit) & set(check) for fit, check in pairs)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_solution_that_the_time_ended_says_so(task):
    data = numbers(task, 200, d=6)
    assert fit(data, {"strength": 0.01}, seconds=1e-9).info["cut_by_time"]
    assert not fit(data, {"strength": 0.01}, seconds=600.0).info["cut_by_time"]
