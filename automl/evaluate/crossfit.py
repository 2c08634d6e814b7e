"""Judging what is fitted to out-of-fold predictions: folds for it, and whether its gain is more than noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

FOLDS = 5


@dataclass(frozen=True)
class Gain:
    """A mean improvement per row with its standard error, in the unit of what was compared."""

    mean: float
    error: float

    @property
    def beyond_noise(self) -> bool:
        """More than one standard error above zero."""
        return self.mean > self.error


def folds(splits: Array, rows: Array | None = None) -> Array:
    """(n,) fold of each line, 0 to 4 at most: the splits of cross-validation, all lines of a row in one fold.

    Args:
        splits: (n,) split of cross-validation that a line was predicted in; with a single one the rows are divided
            at random.
        rows: (n,) row that a line is of, where repeated cross-validation predicts a row several times; its first
            split counts. None = every line is a row of its own.
    """
    lines = np.arange(len(splits)) if rows is None else rows
    _, first, back = np.unique(lines, return_index=True, return_inverse=True)
    codes = np.unique(splits[first], return_inverse=True)[1]
    if codes.max(initial=0) == 0:
        codes = np.random.default_rng(0).permutation(len(first))
    return np.asarray((codes % FOLDS)[back])


def distinct(count: int, rows: Array | None) -> int:
    """Number of different rows among the lines."""
    return count if rows is None else len(np.unique(rows))


def gain(before: Array, after: Array, weight: Array, rows: Array | None = None) -> Gain:
    """Weighted mean of before - after over the rows, paired; the lines of one row count as one observation.

    Args:
        before, after: (n,) losses of each line.
        weight: (n,) row weights.
        rows: as for `folds`.
    """
    codes = np.arange(len(before)) if rows is None else np.unique(rows, return_inverse=True)[1]
    sums = np.bincount(codes, weight * (before - after))
    shares = np.bincount(codes, weight)
    total = float(shares.sum())
    if total <= 0:
        return Gain(0.0, math.inf)
    mean = float(sums.sum()) / total
    return Gain(mean, float(np.sqrt(((sums - mean * shares) ** 2).sum())) / total)
