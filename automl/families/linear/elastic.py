"""Elastic nets: squared and absolute penalties together, which leave out columns (Zou and Hastie 2005).

The strength is a share of the smallest penalty at which no column is left, so that it means the same for every target
and number of rows.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.families.linear.rows import PATH_SHARE, SOLVE_SHARE, Rows, Timer, climb, log_loss

if TYPE_CHECKING:
    from automl.data.dataset import Array

RATIOS = {"elastic": 0.5, "l1": 0.98}
"""Share of the absolute penalty. With a little of the squared one the solution is unique also for equal columns."""
STRENGTHS = tuple(float(f"{s:.3g}") for s in 10 ** np.arange(-0.25, -3.6, -0.25))
PLAIN_STRENGTH = 0.0316
ITERATIONS, TOLERANCE = 300, 1e-4
CENTRED_CACHE = 2_000
"""Columns up to which products of columns are computed once."""


@dataclass
class _Centred:
    """Rows whose columns have mean zero, with what was taken away.

    Attributes:
        weight: (n,) weights of sum one.
    """

    matrix: Array
    mean: Array
    weight: Array


def fit(
    rows: Rows, penalty: str, strength: float | None, folds: list[tuple[Array, Array]], timer: Timer, regression: bool
) -> tuple[float, Array, Array, bool]:
    """(strength, (d, k) coefficients, (k,) intercept, whether time ended path or solution); k is 1 for two classes."""
    ratio = RATIOS[penalty]
    maker: Any = _Values if regression else _Classes
    cut = False
    if strength is None:
        strength, cut = _choose(maker, rows, ratio, folds, timer) if folds else (PLAIN_STRENGTH, False)
    solver = maker(rows, ratio)
    for step in [s for s in STRENGTHS if s > strength] + [strength]:  # warm starts
        if step == strength or timer.allows(0.0):
            solver.solve(step, timer.deadline(SOLVE_SHARE))
    return strength, *solver.solution(), cut or time.monotonic() > timer.deadline(SOLVE_SHARE)


def _choose(maker: Any, rows: Rows, ratio: float, folds: list[tuple[Array, Array]], timer: Timer) -> tuple[float, bool]:
    """The best of `STRENGTHS` by loss on rows not learnt from."""
    parts = [(maker(rows.take(fit), ratio), rows.take(check)) for fit, check in folds]

    def judge(strength: float) -> float:
        for solver, _ in parts:
            solver.solve(strength, timer.deadline(PATH_SHARE))
        return float(np.mean([solver.loss(check) for solver, check in parts]))

    return climb(STRENGTHS, PLAIN_STRENGTH, judge, timer)


def _centred(rows: Rows) -> _Centred:
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    weight = weight / weight.sum()
    mean = weight @ rows.matrix
    return _Centred(rows.matrix - mean, mean, weight)


class _Values:
    """Coordinate descent on a standardised target, by scikit-learn."""

    def __init__(self, rows: Rows, ratio: float) -> None:
        centred = _centred(rows)
        self.mean, self.ratio = centred.mean, ratio
        self.target = float(centred.weight @ rows.y)
        self.scale = float(np.sqrt(centred.weight @ (rows.y - self.target) ** 2)) or 1.0
        root = np.sqrt(centred.weight * len(rows.y))[:, None]
        self.matrix = np.asfortranarray(centred.matrix * root)
        self.y = (rows.y - self.target) / self.scale * root[:, 0]
        self.largest = float(np.abs(self.matrix.T @ self.y).max(initial=0.0)) / len(rows.y) / ratio or 1.0
        self.gram = bool(self.matrix.shape[1] <= min(len(rows.y), CENTRED_CACHE))
        self.products = self.matrix.T @ self.matrix if self.gram else False
        self.coefficients = np.zeros(self.matrix.shape[1])

    def solve(self, strength: float, deadline: float) -> None:
        """Move to this strength."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import enet_path

        if time.monotonic() > deadline:
            return
        with warnings.catch_warnings():
            # A path is judged on rows set aside: a solution near the optimum is as good as the optimum.
            warnings.simplefilter("ignore", ConvergenceWarning)
            _, path, _ = enet_path(
                self.matrix, self.y, l1_ratio=self.ratio, alphas=[strength * self.largest],
                precompute=self.products, coef_init=self.coefficients, tol=TOLERANCE, max_iter=ITERATIONS,
            )  # fmt: skip
        self.coefficients = path[:, 0]

    def solution(self) -> tuple[Array, Array]:
        """(d, 1) coefficients and (1,) intercept in the unit of the target."""
        coefficients = self.coefficients * self.scale
        return coefficients[:, None], np.asarray([self.target - self.mean @ coefficients])

    def loss(self, rows: Rows) -> float:
        """Mean squared error."""
        coefficients, intercept = self.solution()
        errors = rows.y - rows.matrix @ coefficients[:, 0] - intercept[0]
        return float(np.average(errors**2, weights=rows.weight))


class _Classes:
    """Accelerated proximal gradient steps (Beck and Teboulle 2009) with restarts (O'Donoghue and Candes 2015)."""

    def __init__(self, rows: Rows, ratio: float) -> None:
        self.rows, self.ratio, self.centred = rows, ratio, _centred(rows)
        self.outputs = 1 if rows.outputs == 2 else rows.outputs
        classes = np.arange(rows.outputs) if self.outputs > 1 else np.ones(1)
        self.hot = (rows.y[:, None] == classes).astype(np.float64)
        self.coefficients = np.zeros((rows.matrix.shape[1], self.outputs))
        shares = np.clip(self.centred.weight @ self.hot, 1e-9, 1 - 1e-9)
        self.intercept = np.log(shares / (1 - shares)) if self.outputs == 1 else np.log(shares)
        gradient, _ = self._gradient(self.coefficients, self.intercept)
        self.largest = float(np.abs(gradient).max(initial=0.0)) / ratio or 1.0
        self.steepness = (0.25 if self.outputs == 1 else 0.5) * max(_largest_curvature(self.centred), 1.0)

    def _gradient(self, coefficients: Array, intercept: Array) -> tuple[Array, Array]:
        probabilities = _probabilities(self.centred.matrix @ coefficients + intercept)
        errors = self.centred.weight[:, None] * (probabilities - self.hot)
        return self.centred.matrix.T @ errors, errors.sum(axis=0)

    def solve(self, strength: float, deadline: float) -> None:
        """Move to this strength."""
        penalty = strength * self.largest
        threshold = penalty * self.ratio / self.steepness
        shrink = 1 / (1 + penalty * (1 - self.ratio) / self.steepness)
        old, old_intercept = self.coefficients, self.intercept
        ahead, ahead_intercept, momentum = old, old_intercept, 1.0
        for _ in range(ITERATIONS):
            slope, slope_intercept = self._gradient(ahead, ahead_intercept)
            new = ahead - slope / self.steepness
            new = np.sign(new) * np.maximum(np.abs(new) - threshold, 0.0) * shrink
            new_intercept = ahead_intercept - slope_intercept / self.steepness
            step = new - old
            if float(np.vdot(ahead - new, step)) > 0:  # the momentum points uphill: start it again
                momentum = 1.0
            grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            ahead = new + (momentum - 1) / grown * step
            ahead_intercept = new_intercept + (momentum - 1) / grown * (new_intercept - old_intercept)
            moved = float(np.abs(step).max(initial=0.0)) + float(np.abs(new_intercept - old_intercept).max())
            old, old_intercept, momentum = new, new_intercept, grown
            if moved < TOLERANCE * max(float(np.abs(new).max(initial=0.0)), 0.1) or time.monotonic() > deadline:
                break
        self.coefficients, self.intercept = old, old_intercept

    def solution(self) -> tuple[Array, Array]:
        """(d, k) coefficients and (k,) intercept."""
        return self.coefficients, self.intercept - self.centred.mean @ self.coefficients

    def loss(self, rows: Rows) -> float:
        """Mean log loss."""
        coefficients, intercept = self.solution()
        probabilities = _probabilities(rows.matrix @ coefficients + intercept)
        if self.outputs == 1:
            probabilities = np.hstack([1 - probabilities, probabilities])
        return log_loss(probabilities, rows)


def _probabilities(scores: Array) -> Array:
    """Of the second class for one column of log odds, else of each class."""
    if scores.shape[1] == 1:
        from scipy.special import expit

        logistic: Array = expit(scores)
        return logistic
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    normed: Array = shares / shares.sum(axis=1, keepdims=True)
    return normed


def _largest_curvature(centred: _Centred) -> float:
    """The largest eigenvalue of the weighted covariance of the columns, by power iteration, rounded up by a tenth."""
    vector = np.random.default_rng(0).normal(size=centred.matrix.shape[1])
    value = 0.0
    for _ in range(15):
        vector /= np.linalg.norm(vector) or 1.0
        vector = centred.matrix.T @ (centred.weight * (centred.matrix @ vector))
        value = float(np.linalg.norm(vector))
    return 1.1 * value
