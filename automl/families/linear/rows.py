"""What solvers are given: an encoded matrix with its target, and the folds that judge a strength of the penalty."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.data.split import assign_folds, set_aside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from automl.data.dataset import Array, Dataset

FEW_ROWS = 3_000
"""With fewer rows than this a strength is judged by five folds, with more by one holdout."""
FOLDS = 5
LEAST_CHECKED = 10
PATH_SHARE, SOLVE_SHARE = 0.6, 0.9
"""Shares of a fit's time after which the choice of the strength, and the solution on all rows, are to end."""
WORSE = 2
"""The search for a strength turns after so many in a row that are worse than the best."""
PATH_ROWS = 20_000
"""Rows that a strength is judged with, at most: with more the choice matters little."""


@dataclass(frozen=True)
class Rows:
    """Encoded training rows.

    Attributes:
        matrix: (n, d) float64, or sparse float32 for texts.
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

    def deadline(self, share: float) -> float:
        """When this share of the time is over (time.monotonic)."""
        return float("inf") if self.seconds is None else self.started + share * self.seconds


def folds(train: Dataset) -> list[tuple[Array, Array]]:
    """(rows to fit, rows to check): five folds for few rows, else one holdout; order and groups are respected.

    Empty when there is too little to check, or when a fold would learn from one class alone.
    """
    pairs = [set_aside(train, 0.2)]
    if len(train) < FEW_ROWS and train.order is None:
        assigned = assign_folds(train, FOLDS, np.random.default_rng([train.problem.seed, 3]))
        pairs = [(np.flatnonzero(assigned != f), np.flatnonzero(assigned == f)) for f in range(assigned.max() + 1)]
    pairs = [(_some(fit, train.problem.seed), check) for fit, check in pairs]
    checked = sum(len(check) for _, check in pairs)
    classes = train.problem.task != "regression"
    alone = classes and any(len(np.unique(train.y[fit])) < 2 for fit, _ in pairs)
    return [] if alone or checked < LEAST_CHECKED else pairs


def _some(rows: Array, seed: int) -> Array:
    """The rows, or `PATH_ROWS` of them at random."""
    if len(rows) <= PATH_ROWS:
        return rows
    return np.sort(np.random.default_rng([seed, 4]).choice(rows, PATH_ROWS, replace=False))


def climb(path: Sequence[float], start: float, judge: Callable[[float], float], timer: Timer) -> tuple[float, bool]:
    """The strength of lowest loss near the start, and whether time ended the way there.

    Losses along a path have one valley but for noise: from the start it goes up the path, and down where that brought
    nothing, until strengths get worse. So a search that time ends early has judged sensible strengths.

    Args:
        path: strengths in order.
        start: where to begin, one of the path.
        judge: strength -> loss.
        timer: ends the search.
    """
    began = time.monotonic()
    if not timer.allows(0.0):
        return start, True
    best, lowest = start, judge(start)
    step = 1.5 * (time.monotonic() - began)
    place = list(path).index(start)
    for way in (path[place + 1 :], path[:place][::-1]):
        worse = 0
        for strength in way:
            if not timer.allows(step):
                return best, True
            loss = judge(strength)
            worse = 0 if loss < lowest else worse + 1
            if loss < lowest:
                best, lowest = strength, loss
            if worse >= WORSE:
                break
        if best != start:
            break
    return best, False


def log_loss(probabilities: Array, rows: Rows) -> float:
    """Mean log loss of (n, outputs) probabilities."""
    right = np.maximum(probabilities[np.arange(len(rows.y)), rows.y], 1e-15)
    return float(np.average(-np.log(right), weights=rows.weight))
