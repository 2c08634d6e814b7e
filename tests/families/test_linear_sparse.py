import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, Ridge

from automl.families.linear import sparse
from automl.families.linear.rows import Rows, Timer


def rows(task, weighted=False, n=200, d=30):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(n, d)) * (rng.uniform(size=(n, d)) < 0.2)
    score = 2 * matrix[:, 0] - matrix[:, 1] + rng.normal(0, 0.5, n) + 0.3
    y = {"binary": (score > 0).astype(int), "multiclass": np.digitize(score, [-0.3, 0.8]), "regression": score}[task]
    weight = rng.uniform(0.2, 3, n) if weighted else None
    return Rows(csr_matrix(matrix.astype(np.float32)), y, weight, {"binary": 2, "multiclass": 3}.get(task, 1))


def unlimited():
    return Timer(None, time.monotonic())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_classes_are_those_of_scikit_learn(monkeypatch, task, weighted):
    monkeypatch.setattr(sparse, "TOLERANCE", 1e-6)
    data = rows(task, weighted)
    _, coefficients, intercept, cut = sparse.logistic(data, 2.0, [], unlimited())
    expected = LogisticRegression(C=2.0, tol=1e-8, max_iter=1000).fit(data.matrix, data.y, sample_weight=data.weight)
    difference = data.matrix @ coefficients + intercept - expected.decision_function(data.matrix).reshape(200, -1)
    if task == "multiclass":  # scores of several classes are only told apart up to a constant a row
        difference -= difference.mean(axis=1, keepdims=True)
    assert not cut
    assert np.abs(difference).max() < 0.01


@pytest.mark.parametrize("weighted", [False, True])
def test_values_are_those_of_scikit_learn(weighted):
    data = rows("regression", weighted)
    _, coefficients, intercept, _ = sparse.ridge(data, 3.0, [], unlimited())
    expected = Ridge(alpha=3.0).fit(data.matrix.toarray().astype(float), data.y, sample_weight=data.weight)
    predicted = data.matrix @ coefficients[:, 0] + intercept[0]
    np.testing.assert_allclose(predicted, expected.predict(data.matrix.toarray()), atol=1e-3)


@pytest.mark.parametrize(("task", "solver"), [("multiclass", sparse.logistic), ("regression", sparse.ridge)])
def test_the_strength_is_chosen_on_rows_set_aside(task, solver):
    data = rows(task)
    folds = [(np.arange(150), np.arange(150, 200))]
    clear = solver(data, None, folds, unlimited())[0]
    noise = replace(data, y=np.random.default_rng(1).permutation(data.y))
    unclear = solver(noise, None, folds, unlimited())[0]
    assert (clear < unclear) == (task == "regression")
    assert clear != unclear


@pytest.mark.parametrize(("task", "solver"), [("binary", sparse.logistic), ("regression", sparse.ridge)])
def test_a_solution_ends_with_the_time(task, solver):
    data = rows(task)
    _, coefficients, intercept, cut = solver(data, None, [(np.arange(150), np.arange(150, 200))], Timer(1e-9, 0.0))
    assert cut
    assert np.isfinite(coefficients).all()
    assert np.isfinite(intercept).all()


@pytest.mark.parametrize(("task", "solver"), [("multiclass", sparse.logistic), ("regression", sparse.ridge)])
def test_no_columns_leave_shares_and_means(task, solver):
    data = rows(task)
    empty = replace(data, matrix=data.matrix[:, :0])
    _, coefficients, intercept, _ = solver(empty, 1.0, [], unlimited())
    expected = np.log(np.bincount(data.y) / 200) if task == "multiclass" else [data.y.mean()]
    assert coefficients.shape == (0, len(intercept))
    np.testing.assert_allclose(intercept - intercept.max(), expected - np.max(expected), atol=1e-3)


def test_a_class_without_rows_gets_hardly_any_probability():
    data = rows("multiclass")
    kept = data.take(np.flatnonzero(data.y != 1))
    _, coefficients, intercept, _ = sparse.logistic(kept, 1.0, [], unlimited())
    scores = data.matrix @ coefficients + intercept
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    assert (shares / shares.sum(axis=1, keepdims=True))[:, 1].max() < 1e-3
