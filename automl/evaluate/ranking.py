"""Metrics of order: area under the ROC curve and average precision, with weights and ties.

Rows are sorted once, into groups between the values that matter; every draw then costs sums over groups and one
cumulative sum, which makes the bootstrap cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.evaluate.weights import Block, divided, group_sums, mean_defined, ratio, undefined

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array


def roc_auc(positive: Array, values: Array) -> Block:
    """Block of P(a positive row ranks above a negative one), ties counting half; NaN when a side has no weight.

    The distinct values of the smaller side are the levels; each looks up the weight of the other side below it.

    Args:
        positive: (n,) bool.
        values: (n,) larger = more likely positive.
    """
    few = positive if 2 * np.count_nonzero(positive) <= len(positive) else ~positive
    levels, rows = np.unique(values[few]), np.arange(len(values))
    low, high = (np.searchsorted(levels, values, side) for side in ("left", "right"))
    # Groups 0..L: rows of the other side with that many levels at or below them; L+1..2L: own rows at each level.
    sums = group_sums(np.where(few, len(levels) + 1 + low, high), 2 * len(levels) + 1, rows, len(rows))
    equal = np.flatnonzero(~few & (low != high))
    ties = group_sums(low[equal], len(levels), equal, len(rows)) if len(equal) else None

    def block(weight: Array) -> Array:
        groups = sums(weight)
        own, below = groups[len(levels) + 1 :], np.cumsum(groups[: len(levels) + 1], axis=0)
        everything, below = below[-1], below[:-1]
        if ties is not None:
            below += 0.5 * ties(weight)
        share = ratio(np.einsum("ld,ld->d", own, below), own.sum(axis=0) * everything)
        return share if few is positive else 1.0 - share

    return block


def average_precision(positive: Array, values: Array) -> Block:
    """Block of the mean of the precision at each threshold, weighted by the recall it adds; NaN without positives.

    Rows of equal value share a threshold (as in scikit-learn: a step function, not interpolated).
    """
    if not positive.any():
        return undefined
    levels = np.unique(-values[positive])
    at = np.searchsorted(levels, -values)  # the first level that names the row; L = below every positive one
    rows = np.flatnonzero(at < len(levels))
    sums = group_sums(np.where(positive, at, at + len(levels))[rows], 2 * len(levels), rows, len(values))

    def block(weight: Array) -> Array:
        groups = sums(weight)
        found = groups[: len(levels)]
        hits, named = np.cumsum(found, axis=0), np.cumsum(found + groups[len(levels) :], axis=0)
        # Rows of zero weight in front would divide zero by zero.
        precision = divided(hits, named, named > 0, 0.0)
        return ratio(np.einsum("ld,ld->d", found, precision), hits[-1])

    return block


def one_vs_rest(kind: Callable[[Array, Array], Block]) -> Callable[[Array, Array], Block]:
    """The binary metric on the second class, or its plain mean over the classes that are in y.

    Returns:
        (y codes, (n, classes) probabilities) -> Block.
    """

    def prepare(y: Array, predictions: Array) -> Block:
        if predictions.shape[1] == 2:
            return kind(y == 1, predictions[:, 1])
        blocks = [kind(y == code, predictions[:, code]) for code in range(predictions.shape[1])]
        return lambda weight: mean_defined(np.array([block(weight) for block in blocks]))

    return prepare
