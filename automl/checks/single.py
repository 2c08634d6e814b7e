"""How well each column alone predicts the target, out of fold, without any model library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts

Array = np.ndarray[Any, Any]

FOLDS = 3
BINS = 64
"""Quantile bins of a number column: fine enough that a smooth function of the column is followed."""


def column_scores(facts: CheckFacts) -> dict[str, float]:
    """Column -> score of the column alone: ROC AUC (mean over classes, one against the rest) or R2.

    The column is cut into bins (a category's levels are its bins); a row is predicted by the mean of its bin over the
    rows of the other two of three folds, shrunk to the overall mean by one row.
    """
    y = facts.probe[1]
    folds = np.random.default_rng(0).integers(0, FOLDS, len(y))
    classes = len(facts.classes)
    scores: dict[str, float] = {}
    for name, bins in facts.bins.items():
        scores[name] = _auc(bins, y, folds, classes) if classes else _r2(bins, y, folds)
    return scores


def bins_of(values: Array, *, category: bool) -> Array:
    """(n,) bin of each cell; missing cells have a bin of their own."""
    if category:
        return np.unique(values, return_inverse=True)[1]
    known = np.isfinite(values)
    bins = np.zeros(len(values), dtype=np.int64)
    if known.any():
        edges = np.unique(values[known])
        if len(edges) > BINS:
            edges = np.unique(np.quantile(values[known], np.linspace(0, 1, BINS + 1)))
        bins[known] = 1 + np.searchsorted(edges, values[known], side="right")
    return np.unique(bins, return_inverse=True)[1]


def _per_cell(bins: Array, folds: Array, weights: Array | None = None) -> Array:
    """(folds, bins) sums of weights, or counts."""
    width = int(bins.max()) + 1
    return np.bincount(folds * width + bins, weights, FOLDS * width).reshape(FOLDS, width)


def _means(counts: Array, sums: Array) -> Array:
    """(folds, bins) mean of the other folds' rows in the bin, shrunk by one row to their overall mean."""
    other_counts, other_sums = counts.sum(axis=0) - counts, sums.sum(axis=0) - sums
    overall = other_sums.sum(axis=1, keepdims=True) / np.maximum(other_counts.sum(axis=1, keepdims=True), 1)
    means: Array = (other_sums + overall) / (other_counts + 1)
    return means


def _r2(bins: Array, y: Array, folds: Array) -> float:
    scaled = (y - y.mean()) / (y.std() or 1.0)
    counts, sums, squares = (_per_cell(bins, folds, weights) for weights in (None, scaled, scaled**2))
    means = _means(counts, sums)
    error = float((squares - 2 * means * sums + means**2 * counts).sum())
    return 1.0 - error / max(float(squares.sum()), 1e-300)


def _auc(bins: Array, y: Array, folds: Array, classes: int) -> float:
    counts = _per_cell(bins, folds)
    areas = []
    for code in range(classes if classes > 2 else 1):
        positive = _per_cell(bins, folds, (y == (code if classes > 2 else 1)).astype(float))
        areas.append(area(_means(counts, positive), positive, counts - positive))
    known = [area for area in areas if np.isfinite(area)]
    return float(np.mean(known)) if known else 0.5


def area(scores: Array, positive: Array, negative: Array) -> float:
    """Area under the ROC curve from scores of cells that hold some positive and negative rows (ties count half)."""
    _, groups = np.unique(scores.ravel(), return_inverse=True)
    ups = np.bincount(groups, positive.ravel())
    downs = np.bincount(groups, negative.ravel())
    if ups.sum() == 0 or downs.sum() == 0:
        return float("nan")
    below = np.cumsum(downs) - downs
    return float((ups * (below + downs / 2)).sum() / (ups.sum() * downs.sum()))
