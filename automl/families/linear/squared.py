"""Solvers with a squared penalty: ridge regression and logistic regression, by scikit-learn."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.families.linear.rows import Rows, Timer, climb, log_loss

if TYPE_CHECKING:
    from automl.data.dataset import Array

C_PATH = tuple(float(f"{c:.3g}") for c in 10 ** np.arange(-3.5, 2.01, 0.5))
"""Inverse penalties tried when none is given."""
ALPHA_PATH = tuple(float(a) for a in np.logspace(-2, 5, 15))
PLAIN_C = 0.316
"""Where the search begins, and what is taken when there are too few rows to choose."""
LARGE_RIDGE = 2e9
"""Rows times squared columns from which a ridge regression goes by products of columns."""
MAX_ITERATIONS, PATH_ITERATIONS, LEAST_ITERATIONS = 200, 60, 10
TOLERANCE, PATH_TOLERANCE = 3e-5, 1e-3
"""Of the gradient of the mean loss: solutions on the path are only compared."""
NEWTON_COLUMNS, NEWTON_WORK = 250, 5e8
"""Newton's method is the faster one up to so many coefficients, and multiplications for its matrix."""


def ridge(rows: Rows, alpha: float | None) -> tuple[float, Array, Array]:
    """(alpha, (d, 1) coefficients, (1,) intercept); alpha by generalised cross-validation unless given.

    Source: Golub, Heath and Wahba 1979, "Generalized cross-validation as a method for choosing a good ridge parameter".
    """
    from sklearn.linear_model import Ridge, RidgeCV

    count, width = rows.matrix.shape
    if alpha is None and count > width and count * width**2 > LARGE_RIDGE:
        return _ridge_by_products(rows)
    reduced, back = _reduced(rows)
    if alpha is not None:
        model = Ridge(alpha=alpha).fit(reduced.matrix, rows.y, sample_weight=rows.weight)
    else:
        model = RidgeCV(alphas=ALPHA_PATH).fit(reduced.matrix, rows.y, sample_weight=rows.weight)
        alpha = float(model.alpha_)
    return alpha, _back(np.asarray(model.coef_).reshape(-1, 1), back), np.asarray([float(model.intercept_)])


def _ridge_by_products(rows: Rows) -> tuple[float, Array, Array]:
    """The same from the products of columns alone: many times faster with many rows, and without a copy of them."""
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    total = float(weight.sum())
    mean, target = weight @ rows.matrix / total, float(weight @ rows.y) / total
    scaled = rows.matrix if rows.weight is None else rows.matrix * weight[:, None]
    values, vectors = np.linalg.eigh(scaled.T @ rows.matrix - total * np.outer(mean, mean))
    values = np.maximum(values, 0.0)
    turned = vectors.T @ (rows.matrix.T @ (weight * (rows.y - target)))
    squares = float(weight @ (rows.y - target) ** 2)

    def validated(alpha: float) -> float:
        kept = turned / (values + alpha)
        left = squares - 2 * float(kept @ turned) + float(kept**2 @ values)
        free = len(rows.y) - 1 - float((values / (values + alpha)).sum())
        return left / max(free, 1.0) ** 2

    alpha = min(ALPHA_PATH, key=validated)
    coefficients = vectors @ (turned / (values + alpha))
    return alpha, coefficients[:, None], np.asarray([target - float(mean @ coefficients)])


def logistic(
    rows: Rows, c: float | None, folds: list[tuple[Array, Array]], timer: Timer
) -> tuple[float, Array, Array, bool]:
    """(C, (d, k) coefficients, (k,) intercept, whether time ended the path); C from `C_PATH` unless given."""
    reduced, back = _reduced(rows)
    iterations = _iterations(reduced, timer)
    cut = False
    if c is None:
        c, cut = _choose(reduced, folds, timer, iterations) if folds else (PLAIN_C, False)
    coefficients, intercept = per_class(_fit(reduced, c, iterations, TOLERANCE), rows.outputs)
    return c, _back(coefficients, back), intercept, cut


def _choose(rows: Rows, folds: list[tuple[Array, Array]], timer: Timer, iterations: int) -> tuple[float, bool]:
    """The best of `C_PATH` by log loss on rows not learnt from, each started from the solution before."""
    parts = [(rows.take(fit), rows.take(check)) for fit, check in folds]
    models: list[Any] = [None] * len(parts)

    def judge(c: float) -> float:
        losses = []
        for i, (fit, check) in enumerate(parts):
            models[i] = _fit(fit, c, min(iterations, PATH_ITERATIONS), PATH_TOLERANCE, models[i])
            probabilities = np.zeros((len(check.y), rows.outputs))
            probabilities[:, models[i].classes_] = models[i].predict_proba(check.matrix)
            losses.append(log_loss(probabilities, check))
        return float(np.mean(losses))

    return climb(C_PATH, PLAIN_C, judge, timer)


def _fit(rows: Rows, c: float, iterations: int, tolerance: float, start: Any = None) -> Any:
    from scipy.linalg import LinAlgWarning
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    size = rows.matrix.shape[1] * (1 if rows.outputs == 2 else rows.outputs)
    newton = size <= NEWTON_COLUMNS and len(rows.y) * size**2 <= NEWTON_WORK
    solver = "newton-cholesky" if newton else "lbfgs"
    model = start or LogisticRegression(solver=solver, max_iter=iterations, warm_start=True, tol=tolerance)
    model.C = c
    with warnings.catch_warnings():
        # A path that stops at the iteration cap is still a fine candidate: it is judged on rows set aside. Where the
        # matrix of Newton's method is singular, scikit-learn goes on with lbfgs.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", LinAlgWarning)
        return model.fit(rows.matrix, rows.y, sample_weight=rows.weight)


def _iterations(rows: Rows, timer: Timer) -> int:
    """Iterations of one solution that fit into a quarter of the time, by the measured cost of a matrix product."""
    if timer.seconds is None:
        return MAX_ITERATIONS
    began = time.monotonic()
    rows.matrix @ np.ones((rows.matrix.shape[1], rows.outputs))
    cost = 3 * (time.monotonic() - began)
    return int(np.clip(0.25 * timer.seconds / max(cost, 1e-6), LEAST_ITERATIONS, MAX_ITERATIONS))


def per_class(model: Any, outputs: int) -> tuple[Array, Array]:
    """Coefficients with a column a class (one in all for two classes); absent classes at log odds of -20."""
    present = np.asarray(model.classes_)
    if outputs == 2:
        return model.coef_.T.astype(np.float64), model.intercept_.astype(np.float64)
    coefficients = np.zeros((model.coef_.shape[1], outputs))
    intercept = np.full(outputs, -20.0)
    if len(present) == 2:  # scikit-learn folds two present classes into one column
        coefficients[:, present[1]], intercept[present] = model.coef_[0], [0.0, float(model.intercept_[0])]
    else:
        coefficients[:, present], intercept[present] = model.coef_.T, model.intercept_
    return coefficients, intercept


def _reduced(rows: Rows) -> tuple[Rows, Array | None]:
    """The rows in as many coordinates as there are rows, and the way back, when there are more columns than rows.

    A squared penalty does not change under rotation, so that the solution is the same.
    Source: Hastie and Tibshirani 2004, "Efficient quadratic regularization for expression arrays".
    """
    count, width = rows.matrix.shape
    if width <= count:
        return rows, None
    back, triangle = np.linalg.qr(rows.matrix.T)
    return Rows(triangle.T, rows.y, rows.weight, rows.outputs), back


def _back(coefficients: Array, back: Array | None) -> Array:
    return coefficients if back is None else back @ coefficients
