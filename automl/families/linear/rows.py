"""What solvers are given: an encoded matrix with its target, and the folds that judge a strength of the penalty."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.data.split import assign_folds, set_aside

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array, Dataset

FEW_ROWS = 3_000
"""With fewer rows than this a strength is judged by five folds, with more by one holdout."""
FOLDS = 5
LEAST_CHECKED = 10
PATH_SHARE = 0.6
"""Share of a fit's time that choosing the strength may take; the rest is for the fit on all rows."""
WORSE = 3
"""A path ends after so many strengths in a row that are worse than the best."""


@dataclass(frozen=True)
class Rows:
    """Encoded training rows.

    Attributes:
        matrix: (n, d) float64.
        y: (n,) class codes or values.
        weight: (n,) or None.
        outputs: classes, or 1 for regression.
    """

    matrix: Array
    y: Array
    weight: Array | None
    outputs: int

    def take(self, rows: Array) -> Rows:
        """The rows at these positions."""
        weight = None if self.weight is None else self.weight[rows]
        return replace(self, matrix=self.matrix[rows], y=self.y[rows], weight=weight)


@dataclass(frozen=True)
class Timer:
    """How long choosing may take.

    Attributes:
        seconds: of the whole fit; None for no limit.
        started: time.monotonic() when the fit began.
    """

    seconds: float | None
    started: float

    def allows(self, step: float) -> bool:
        """True when another step of so many seconds leaves time for the last fit."""
        if self.seconds is None:
            return True
        return time.monotonic() - self.started + step <= PATH_SHARE * self.seconds

    @property
    def deadline(self) -> float:
        """When a single solution should be done (time.monotonic)."""
        return float("inf") if self.seconds is None else self.started + 0.9 * self.seconds


def folds(train: Dataset) -> list[tuple[Array, Array]]:
    """(rows to fit, rows to check): five folds for few rows, else one holdout; order and groups are respected.

    Empty when there is too little to check, or when a fold would learn from one class alone.
    """
    pairs = [set_aside(train, 0.2)]
    if len(train) < FEW_ROWS and train.order is None:
        assigned = assign_folds(train, FOLDS, np.random.default_rng([train.problem.seed, 3]))
        pairs = [(np.flatnonzero(assigned != f), np.flatnonzero(assigned == f)) for f in range(assigned.max() + 1)]
    checked = sum(len(check) for _, check in pairs)
    classes = train.problem.task != "regression"
    alone = classes and any(len(np.unique(train.y[fit])) < 2 for fit, _ in pairs)
    return [] if alone or checked < LEAST_CHECKED else pairs


def first_best(
    path: list[float], judge: Callable[[float], float], timer: Timer, plain: float
) -> tuple[float, bool]:
    """The strength of lowest loss on a path, and whether time ended it.

    Args:
        path: strengths, from the strongest penalty to the weakest.
        judge: strength -> loss; called in the order of the path.
        timer: ends the path early.
        plain: the strength when there was no time for any.
    """
    best, lowest, worse, step = plain, float("inf"), 0, 0.0
    for strength in path:
        began = time.monotonic()
        if not timer.allows(step):
            return best, True
        loss = judge(strength)
        step = 1.5 * (time.monotonic() - began)
        worse = worse + 1 if loss >= lowest else 0
        if loss < lowest:
            best, lowest = strength, loss
        if worse >= WORSE:
            break
    return best, False


def log_loss(probabilities: Array, rows: Rows) -> float:
    """Mean log loss of (n, outputs) probabilities."""
    right = np.maximum(probabilities[np.arange(len(rows.y)), rows.y], 1e-15)
    return float(np.average(-np.log(right), weights=rows.weight))
