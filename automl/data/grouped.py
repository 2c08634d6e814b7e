"""Folds of whole groups: alike in rows and in target, and others with every generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

MOST = 5_000
"""Groups that are dealt out one by one; more of them are first tied together at random into as many bundles."""
ALIKE = 1.5
"""Groups whose sizes differ by less than this factor are dealt out in the order of their targets."""
NEAR = 0.5
"""A fold is not fuller than the emptiest one when it holds no more than this share of the group to come."""


def by_group(y: Array, groups: Array, folds: int, generator: np.random.Generator) -> Array:
    """(n,) folds with whole groups, two or more; as many folds as groups at most.

    Large groups go first, groups alike in size by their mean target, each to one of the emptiest folds: to the one
    that lacks such targets most, by chance where the folds differ by less than groups do. The first fold is the one
    nearest to its share of the rows, because a single one may be all that is judged; of two equally near, the smaller.
    """
    codes = _bundled(np.unique(groups, return_inverse=True)[1], generator)
    sizes, wanted = np.bincount(codes), len(y) / folds
    folds = min(folds, len(sizes))
    pulls = _pulls(y, codes)
    chance = np.sqrt(np.mean(pulls**2))
    load, off = np.zeros(folds), np.zeros(folds)
    fold_of: Array = np.empty(len(sizes), np.int64)
    for group in _ordered(sizes, pulls / sizes, generator):
        size, pull = sizes[group], pulls[group]
        surplus = off * np.sign(pull) + chance * generator.random(folds)
        fold = int(np.argmin(np.where(load <= load.min() + NEAR * size, surplus, np.inf)))
        fold_of[group] = fold
        load[fold] += size
        off[fold] += pull
    rank = np.empty(folds, np.int64)
    rank[np.lexsort((generator.random(folds), load, np.abs(load - wanted)))] = np.arange(folds)
    assigned: Array = rank[fold_of[codes]]
    return assigned


def _bundled(codes: Array, generator: np.random.Generator) -> Array:
    """(n,) codes of the groups, or of about `MOST` bundles of them when there are more."""
    sizes = np.bincount(codes)
    if len(sizes) <= MOST:
        return codes
    shuffled = generator.permutation(len(sizes))
    bundle = np.empty(len(sizes), np.int64)
    bundle[shuffled] = (np.cumsum(sizes[shuffled]) - 1) * MOST // len(codes)
    tied: Array = np.unique(bundle, return_inverse=True)[1][codes]
    return tied


def _pulls(y: Array, codes: Array) -> Array:
    """(groups,) by how much the ranks of a group's targets lie above the average, summed over its rows."""
    ranks = np.unique(y, return_inverse=True)[1].astype(float)
    return np.bincount(codes, weights=ranks - ranks.mean())


def _ordered(sizes: Array, means: Array, generator: np.random.Generator) -> Array:
    """Groups by falling size; those alike by mean target, from anywhere on and around.

    Chance decides where that is, and where one class of sizes ends.
    """
    count = len(sizes)
    classes = np.floor(np.log(sizes) / np.log(ALIKE) + generator.random())
    place = np.empty(count, np.int64)
    place[np.lexsort((generator.random(count), means))] = np.arange(count)
    order: Array = np.lexsort(((place + generator.integers(count)) % count, -classes))
    return order
