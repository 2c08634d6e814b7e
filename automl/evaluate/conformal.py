"""Prediction intervals for regression from out-of-fold residuals (split conformal, absolute residuals)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.evaluate import crossfit

if TYPE_CHECKING:
    from automl.data.dataset import Array

LEVEL = 0.9
"""Coverage of the `lower` and `upper` columns of a prediction."""
FEWEST_BINS, MOST_BINS, BIN_ROWS = 5, 10, 50
"""A width that follows the prediction is learnt from so many quantile bins, each of at least so many rows."""
NARROWEST = 0.05
"""The scale of a bin is at least this share of the overall one: a bin without errors is luck."""


@dataclass(frozen=True)
class Band:
    """A prediction interval: prediction minus to plus a half-width that may follow the prediction.

    Attributes:
        widths: half-widths in the target's unit: one for all predictions, or (k,) at the predictions in `at`, linear
            between them and constant outside.
        at: (k,) increasing predictions; empty for one width.
        floor: lower ends are cut here (0 for a target that was never negative), None = not at all.
        level: wanted coverage.
        reason: one sentence.
        evidence: rows; score {constant, adaptive}: cross-fitted mean interval score; gain {mean, error}; coverage of
            the chosen kind, cross-fitted.
    """

    widths: tuple[float, ...]
    at: tuple[float, ...] = ()
    floor: float | None = None
    level: float = LEVEL
    reason: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    def half(self, predictions: Array) -> Array:
        """(n,) half-widths for (n,) or (n, 1) predictions."""
        values = np.asarray(predictions, dtype=float).reshape(len(predictions))
        return np.interp(values, self.at, self.widths) if self.at else np.full(len(values), self.widths[0])

    def bounds(self, predictions: Array) -> tuple[Array, Array]:
        """(n,) lower and (n,) upper ends for (n,) or (n, 1) predictions."""
        values = np.asarray(predictions, dtype=float).reshape(len(predictions))
        half = self.half(values)
        lower, upper = values - half, values + half
        if self.floor is None:
            return lower, upper
        return np.maximum(lower, self.floor), np.maximum(upper, self.floor)


def band(y: Array, predictions: Array, splits: Array, rows: Array | None = None, level: float = LEVEL) -> Band | None:
    """The interval with the best cross-fitted interval score: one width, unless a varying one is better beyond noise.

    Args:
        y: (n,) target values.
        predictions: (n,) or (n, 1) out-of-fold predictions.
        splits, rows: as for `crossfit.folds`.
        level: wanted coverage.

    Returns:
        None without rows.

    Source: Lei et al. 2018, section 5.2 (residuals divided by a scale); Gneiting and Raftery 2007, eq. 43 (score).
    """
    if not len(y):
        return None
    p = np.asarray(predictions, dtype=float).reshape(len(y))
    constant, adaptive = _constant(y, p, level), _adaptive(y, p, level)
    folds, weight = crossfit.folds(splits, rows), np.ones(len(y))
    steady, steady_inside = _crossfitted(y, p, folds, level, adapt=False)
    evidence: dict[str, Any] = {"rows": crossfit.distinct(len(y), rows), "score": {"constant": float(steady.mean())}}
    chosen, inside = constant, steady_inside
    if adaptive.at:
        following, following_inside = _crossfitted(y, p, folds, level, adapt=True)
        gain = crossfit.gain(steady, following, weight, rows)
        evidence["score"]["adaptive"] = float(following.mean())
        evidence["gain"] = {"mean": gain.mean, "error": gain.error}
        if gain.beyond_noise:
            chosen, inside = adaptive, following_inside
    evidence["coverage"] = float(inside.mean())
    floor = 0.0 if y.min() >= 0 else None
    return Band(chosen.widths, chosen.at, floor, level, _reason(chosen), evidence)


def winkler(y: Array, lower: Array, upper: Array, level: float = LEVEL) -> Array:
    """(n,) interval scores: the width, plus 2 / (1 - level) times the distance of a target outside; lower is better."""
    outside = np.maximum(lower - y, 0) + np.maximum(y - upper, 0)
    return np.asarray(upper - lower + 2 / (1 - level) * outside)


def _constant(y: Array, p: Array, level: float) -> Band:
    return Band((quantile_width(y, p, level),), level=level)


def _adaptive(y: Array, p: Array, level: float) -> Band:
    """Half-widths in proportion to the mean residual of quantile bins of the prediction; one width with few rows."""
    bins = min(len(y) // BIN_ROWS, MOST_BINS)
    edges = np.unique(np.quantile(p, np.linspace(0, 1, bins + 1))) if bins >= FEWEST_BINS else np.empty(0)
    if len(edges) - 1 < FEWEST_BINS:
        return _constant(y, p, level)
    slot = np.searchsorted(edges[1:-1], p, side="left")
    count = np.bincount(slot, minlength=len(edges) - 1)
    residuals = np.abs(y - p)
    scale = np.bincount(slot, residuals, len(count)) / np.maximum(count, 1)
    scale = np.maximum(scale, NARROWEST * residuals.mean())
    at = np.bincount(slot, p, len(count)) / np.maximum(count, 1)
    if residuals.max() == 0 or not (np.diff(at) > 0).all():
        return _constant(y, p, level)
    shape = np.interp(p, at, scale)
    factor = quantile_width(y / shape, p / shape, level)
    return Band(tuple((factor * scale).tolist()), tuple(at.tolist()), level=level)


def _crossfitted(y: Array, p: Array, folds: Array, level: float, *, adapt: bool) -> tuple[Array, Array]:
    """(n,) interval scores and (n,) whether inside, each row by a band that has not seen it."""
    lower, upper = np.empty(len(y)), np.empty(len(y))
    for fold in np.unique(folds):
        inside = folds == fold
        rest = ~inside if (~inside).any() else inside  # a single row judges itself
        fitted = (_adaptive if adapt else _constant)(y[rest], p[rest], level)
        lower[inside], upper[inside] = fitted.bounds(p[inside])
    return winkler(y, lower, upper, level), (y >= lower) & (y <= upper)


def _reason(chosen: Band) -> str:
    if not chosen.at:
        return "One width for all predictions: a width that follows the prediction is not better beyond noise."
    return "The width follows the prediction: a better cross-fitted interval score than one width for all."


def quantile_width(y: Array, predictions: Array, level: float = LEVEL) -> float:
    """Half-width w, in the target's unit, such that prediction -w to +w covers a new row with probability >= level.

    The k-th smallest absolute residual with k = ceil((n + 1) level): the correction for a finite sample. With so few
    rows that k > n no finite width has the guarantee; then it is the largest residual.

    Args:
        y: (n,) target values.
        predictions: (n,) or (n, 1) out-of-fold predictions of the same rows.
        level: wanted coverage, between 0 and 1.

    Returns:
        Half-width; NaN without rows.

    Source: Lei et al. 2018, Distribution-free predictive inference for regression, algorithm 2; on out-of-fold
        residuals of cross-validation it is Vovk's cross-conformal in its simplest form.
    """
    residuals = np.abs(np.asarray(predictions, dtype=float).reshape(len(y)) - y)
    if not len(residuals):
        return math.nan
    # Rounding first: (n + 1) level may exceed a whole number by one part in 1e16.
    rank = min(math.ceil(round((len(residuals) + 1) * level, 9)), len(residuals))
    return float(np.partition(residuals, rank - 1)[rank - 1])
