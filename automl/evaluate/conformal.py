"""Prediction intervals for regression from out-of-fold residuals (split conformal, absolute residuals)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

LEVEL = 0.9
"""Coverage of the `lower` and `upper` columns of a prediction."""


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


def coverage(y: Array, predictions: Array, width: float) -> float:
    """Share of rows whose target lies within `width` of its prediction; NaN without rows."""
    if not len(y):
        return math.nan
    return float(np.mean(np.abs(np.asarray(predictions, dtype=float).reshape(len(y)) - y) <= width))
