"""Metrics of order: area under the ROC curve and average precision, with weights and ties.

Rows are sorted once; every weight vector then costs one gather and one cumulative sum, which makes the bootstrap cheap.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

Scorer = Callable[["Array"], float]
"""Row weights (n,) -> score."""


def roc_auc(positive: Array, values: Array) -> Scorer:
    """Scorer of P(a positive row ranks above a negative one), ties counting half; NaN when a side has no weight.

    Each row of the smaller side looks up the weight of the other side below it in a cumulative sum.

    Args:
        positive: (n,) bool.
        values: (n,) larger = more likely positive.
    """
    up, down = _ascending(positive, values), _ascending(~positive, values)
    few, many = (up, down) if len(up) <= len(down) else (down, up)
    low, high = (np.searchsorted(values[many], values[few], side) for side in ("left", "right"))
    tied = bool((low != high).any())
    total = _Cumulative(many)

    def score(weight: Array) -> float:
        below, mine = total(weight), weight[few]
        pairs = float(mine.sum()) * float(below[-1])
        if not pairs > 0:
            return math.nan
        share = dot(mine, 0.5 * (below[low] + below[high]) if tied else below[low]) / pairs
        return share if few is up else 1.0 - share

    return score


def average_precision(positive: Array, values: Array) -> Scorer:
    """Scorer of the mean of the precision at each threshold, weighted by the recall it adds; NaN without positives.

    Rows of equal value share a threshold (as in scikit-learn: a step function, not interpolated).
    """
    up, everyone = _ascending(positive, -values), _ascending(np.ones(len(values), dtype=bool), -values)
    ends_up, ends_all = (np.searchsorted(-values[rows], -values[up], "right") for rows in (up, everyone))
    found, named = _Cumulative(up), _Cumulative(everyone)

    def score(weight: Array) -> float:
        hits, rows = found(weight), named(weight)[ends_all]
        if not hits[-1] > 0:
            return math.nan
        # Rows of zero weight in front would divide zero by zero.
        return dot(weight[up], hits[ends_up] / np.where(rows > 0, rows, 1.0)) / float(hits[-1])

    return score


def one_vs_rest(kind: Callable[[Array, Array], Scorer]) -> Callable[[Array, Array], Scorer]:
    """The binary metric on the second class, or its plain mean over the classes that are in y.

    Returns:
        (y codes, (n, classes) probabilities) -> Scorer.
    """

    def prepare(y: Array, predictions: Array) -> Scorer:
        if predictions.shape[1] == 2:
            return kind(y == 1, predictions[:, 1])
        scorers = [kind(y == code, predictions[:, code]) for code in range(predictions.shape[1])]
        return lambda weight: mean_defined([score(weight) for score in scorers])

    return prepare


def dot(a: Array, b: Array) -> float:
    """Inner product of two vectors, on one thread.

    `a @ b` starts BLAS threads from 10,000 elements on, which wait for each other when other processes use the cores:
    measured 50 times slower on a busy machine.
    """
    return float(np.einsum("i,i->", a, b))


def mean_defined(values: list[float]) -> float:
    """Mean of the values that are not NaN; NaN when all are."""
    defined = [value for value in values if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan


class _Cumulative:
    """Cumulative weights of rows in a given order, zero in front.

    Writes into the same two buffers each time: fresh ones of this size cost more in page faults than the sums.
    """

    def __init__(self, order: Array) -> None:
        self.order, self.ordered, self.sums = order, np.empty(len(order)), np.zeros(len(order) + 1)

    def __call__(self, weight: Array) -> Array:
        np.take(weight, self.order, out=self.ordered, mode="clip")
        np.cumsum(self.ordered, out=self.sums[1:])
        return self.sums


def _ascending(chosen: Array, values: Array) -> Array:
    """Positions of the chosen rows, by value."""
    rows = np.flatnonzero(chosen)
    return np.asarray(rows[np.argsort(values[rows])])
