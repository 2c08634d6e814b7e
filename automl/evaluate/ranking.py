"""Metrics of order: area under the ROC curve and average precision, with weights and ties.

Rows are sorted once, into groups between the values that matter; every draw then costs sums over groups and one
cumulative sum, which makes the bootstrap cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.evaluate.weights import Block, divided, group_sums, mean_defined, ratio, running_sums, undefined

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
    order, below, upto = _levels(values, few)
    levels, own = int(upto[-1]), few[order]
    # Groups 0..L: rows of the other side with that many levels at or below them; L+1..2L: own rows at each level.
    codes = np.concatenate([upto[~own], levels + 1 + below[own]])
    sums = group_sums(codes, 2 * levels + 1, np.concatenate([order[~own], order[own]]), len(order))
    equal = ~own & (below < upto)
    ties = group_sums(below[equal], levels, order[equal], len(order)) if equal.any() else None

    def block(weight: Array) -> Array:
        groups = sums(weight)
        own, lower = groups[levels + 1 :], running_sums(groups[: levels + 1])
        everything, lower = lower[-1], lower[:-1]
        if ties is not None:
            lower += 0.5 * ties(weight)
        share = ratio(np.einsum("ld,ld->d", own, lower), own.sum(axis=0) * everything)
        return share if few is positive else 1.0 - share

    return block


def average_precision(positive: Array, values: Array) -> Block:
    """Block of the mean of the precision at each threshold, weighted by the recall it adds; NaN without positives.

    Rows of equal value share a threshold (as in scikit-learn: a step function, not interpolated).
    """
    if not positive.any():
        return undefined
    order, first, upto = _levels(-values, positive)  # `first`: the threshold that names the row
    levels, own = int(upto[-1]), positive[order]
    other = ~own & (first < levels)
    codes = np.concatenate([first[own], levels + first[other]])
    sums = group_sums(codes, 2 * levels, np.concatenate([order[own], order[other]]), len(order))

    def block(weight: Array) -> Array:
        groups = sums(weight)
        found = groups[:levels]
        hits, named = running_sums(found), running_sums(found + groups[levels:])
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


def _levels(values: Array, few: Array) -> tuple[Array, Array, Array]:
    """The rows by value, and for each how many levels (distinct values of the few) lie below it, and at or below it."""
    order = np.argsort(values)
    ranked = values[order]
    new = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    level = np.logical_or.reduceat(few[order], np.flatnonzero(new))
    run = np.cumsum(new) - 1
    upto = np.cumsum(level)[run]
    return order, upto - level[run], upto
