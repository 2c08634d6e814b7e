"""Solvers for sparse matrices: ridge regression and logistic regression, with a strength chosen on rows set aside.

The matrix stays in single precision and is never copied: most of the time goes into products with it.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.families.linear.rows import PATH_SHARE, SOLVE_SHARE, Rows, Timer, climb, log_loss

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array

C_PATH = tuple(float(f"{c:.3g}") for c in 10 ** np.arange(-2, 4.01, 0.5))
"""Inverse penalties tried: rows of TF-IDF have length one, so that larger ones than for standardised columns pay."""
ALPHA_PATH = tuple(float(f"{a:.3g}") for a in 10 ** np.arange(-2, 3.01, 0.5))
PLAIN_C, PLAIN_ALPHA = 10.0, 1.0
ITERATIONS, PATH_ITERATIONS = 100, 40
TOLERANCE, PATH_TOLERANCE = 3e-3, 1e-2
"""Of the gradient's largest element, for a ridge regression of the residual, as a share of that without coefficients:
the more terms and classes there are, the smaller gradients are from the start."""
LOSS_TOLERANCE = 1e-3
"""Times the tolerance: the smallest share of the loss that a step is to save."""
RESIDUAL = 0.03
"""Times the tolerance: what is left of the residual of a ridge regression, whose steps are cheap."""
CORRECTIONS = 5
"""Steps that the quasi-Newton method remembers; with many classes these take as long as the products."""

Pairs = list[tuple["Array", "Array"]]


def logistic(rows: Rows, c: float | None, folds: Pairs, timer: Timer) -> tuple[float, Array, Array, bool]:
    """(C, (d, k) coefficients, (k,) intercept, whether time ended the choice); k is 1 for two classes.

    The penalty is that of scikit-learn: C sum of weighted losses + half the squared coefficients.
    """
    return _fitted(_Classes, rows, (c, C_PATH, PLAIN_C), folds, timer)


def ridge(rows: Rows, alpha: float | None, folds: Pairs, timer: Timer) -> tuple[float, Array, Array, bool]:
    """(alpha, (d, 1) coefficients, (1,) intercept, whether time ended the choice), the penalty that of scikit-learn."""
    return _fitted(_Values, rows, (alpha, ALPHA_PATH, PLAIN_ALPHA), folds, timer)


def _fitted(
    maker: Any, rows: Rows, strengths: tuple[float | None, tuple[float, ...], float], folds: Pairs, timer: Timer
) -> tuple[float, Array, Array, bool]:
    given, path, plain = strengths
    cut, start = False, None
    if given is None:
        given, cut, start = _choose(maker, rows, (path, plain), folds, timer) if folds else (plain, False, None)
    solver = maker(rows)
    if start is not None:
        solver.solved = start
    solver.solve(given, ITERATIONS, TOLERANCE, timer.deadline(SOLVE_SHARE))
    return given, *solver.solution(), cut or bool(solver.late)


def _choose(
    maker: Any, rows: Rows, strengths: tuple[tuple[float, ...], float], folds: Pairs, timer: Timer
) -> tuple[float, bool, Array | None]:
    """The strength of the lowest loss on rows not learnt from, whether time ended the choice, a solution to start from.

    Each solution is started from the one before.
    """
    parts = [(maker(rows.take(fit)), rows.take(check)) for fit, check in folds]
    solved: dict[float, Array] = {}
    losses: dict[float, float] = {}

    def judge(strength: float) -> float:
        for solver, _ in parts:
            solver.solve(strength, PATH_ITERATIONS, PATH_TOLERANCE, timer.deadline(PATH_SHARE))
        losses[strength] = float(np.mean([solver.loss(check) for solver, check in parts]))
        if losses[strength] <= min(losses.values()):
            solved.clear()
            solved[strength] = parts[0][0].solved
        return losses[strength]

    strength, cut = climb(*strengths, judge, timer)
    return strength, cut, solved.get(strength)


class _Classes:
    """Limited-memory BFGS on the mean loss (Liu and Nocedal 1989), by SciPy."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.late = rows, False
        self.outputs = 1 if rows.outputs == 2 else rows.outputs
        weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
        self.total = float(weight.sum())
        self.weight = (weight / self.total)[:, None]
        classes = np.arange(rows.outputs) if self.outputs > 1 else np.ones(1)
        self.hot = rows.y[:, None] == classes
        self.absent = ~self.hot.any(axis=0) if self.outputs > 1 else np.zeros(1, bool)
        shares = np.clip(self.weight.T @ self.hot, 1e-9, 1 - 1e-9)[0]
        self.turned = rows.matrix.T
        self.solved = np.zeros((rows.matrix.shape[1] + 1, self.outputs))
        self.solved[-1] = np.log(shares / (1 - shares)) if self.outputs == 1 else np.log(shares)
        self.steepest = float(np.abs(self._loss(self.solved.ravel(), 0.0)[1]).max())

    def solve(self, c: float, iterations: int, tolerance: float, deadline: float) -> None:
        """Move to this inverse penalty."""
        from scipy.optimize import minimize

        penalty = 1 / (c * self.total)
        options = {
            "maxiter": iterations, "gtol": tolerance * self.steepest, "ftol": LOSS_TOLERANCE * tolerance,
            "maxcor": CORRECTIONS,
        }  # fmt: skip
        found = minimize(
            self._loss, self.solved.ravel(), (penalty,), "L-BFGS-B", jac=True, options=options,
            callback=_until(deadline),
        )  # fmt: skip
        self.solved, self.late = found.x.reshape(self.solved.shape), time.monotonic() > deadline

    def _loss(self, flat: Array, penalty: float) -> tuple[float, Array]:
        """The penalised mean loss and its gradient."""
        from scipy.special import log_expit, log_softmax

        solved = flat.reshape(self.solved.shape)
        scores = self.rows.matrix @ solved[:-1].astype(np.float32) + solved[-1]
        if self.outputs == 1:
            logs = np.where(self.hot, log_expit(scores), log_expit(-scores))
            errors = np.exp(log_expit(scores)) - self.hot
            loss = -float((self.weight * logs).sum())
        else:
            logs = log_softmax(scores, axis=1)
            errors = np.exp(logs) - self.hot
            loss = -float((self.weight[:, 0] * logs[self.hot]).sum())
        errors *= self.weight
        gradient = np.empty_like(solved)
        gradient[:-1] = self.turned @ errors.astype(np.float32)
        gradient[:-1] += penalty * solved[:-1]
        gradient[-1] = errors.sum(axis=0)
        gradient[-1, self.absent] = 0.0
        return loss + penalty / 2 * float(np.vdot(solved[:-1], solved[:-1])), gradient.ravel()

    def solution(self) -> tuple[Array, Array]:
        """(d, k) coefficients and (k,) intercept."""
        return self.solved[:-1].astype(np.float32), self.solved[-1].copy()

    def loss(self, rows: Rows) -> float:
        """Mean log loss."""
        from scipy.special import expit, softmax

        coefficients, intercept = self.solution()
        scores = rows.matrix @ coefficients + intercept
        if self.outputs == 1:
            return log_loss(np.hstack([expit(-scores), expit(scores)]), rows)
        return log_loss(softmax(scores, axis=1), rows)


class _Values:
    """Conjugate gradients on centred normal equations (Hestenes and Stiefel 1952), by SciPy."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.late = rows, False
        self.weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
        total = float(self.weight.sum())
        self.turned = rows.matrix.T
        self.mean = self.turned @ self.weight / total
        self.target = float(self.weight @ rows.y) / total
        self.aim = self._back(rows.y - self.target)
        self.solved = np.zeros(rows.matrix.shape[1])

    def _back(self, values: Array) -> Array:
        """The centred matrix, transposed, times the weighted values."""
        weighted = self.weight * values
        product: Array = self.turned @ weighted - self.mean * weighted.sum()
        return product

    def solve(self, alpha: float, iterations: int, tolerance: float, deadline: float) -> None:
        """Move to this penalty."""
        from scipy.sparse.linalg import LinearOperator, cg

        width = len(self.mean)
        if not width:
            return

        def product(vector: Array) -> Array:
            values: Array = self._back(self.rows.matrix @ vector - self.mean @ vector) + alpha * vector
            return values

        operator = LinearOperator((width, width), matvec=product, dtype=np.float64)
        stop = _until(deadline)
        self.solved = self._steps(operator, (iterations, tolerance), stop, cg)
        self.late = time.monotonic() > deadline

    def _steps(self, operator: Any, limits: tuple[int, float], stop: Callable[[Any], None], cg: Any) -> Array:
        """The solution, or where the deadline ended the way there."""
        last: Array = self.solved

        def watch(solution: Array) -> None:
            nonlocal last
            last = solution.copy()
            stop(solution)

        with suppress(StopIteration):
            cg(operator, self.aim, self.solved, rtol=RESIDUAL * limits[1], maxiter=limits[0], callback=watch)
        return last

    def solution(self) -> tuple[Array, Array]:
        """(d, 1) coefficients and (1,) intercept."""
        intercept = self.target - float(self.mean @ self.solved)
        return self.solved[:, None].astype(np.float32), np.asarray([intercept])

    def loss(self, rows: Rows) -> float:
        """Mean squared error."""
        coefficients, intercept = self.solution()
        errors = rows.y - rows.matrix @ coefficients[:, 0] - intercept[0]
        return float(np.average(errors**2, weights=rows.weight))


def _until(deadline: float) -> Callable[[Any], None]:
    """A callback that ends a solution at the deadline (time.monotonic) with the step it has reached."""

    def watch(_: Any) -> None:
        if time.monotonic() > deadline:
            raise StopIteration

    return watch
