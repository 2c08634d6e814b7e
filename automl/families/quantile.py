"""Quantiles that a metric asks for in place of the mean, of weighted rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

MEDIAN = 0.5
MEDIAN_METRICS = ("mae", "mape", "pinball")


def quantile_of(metric: str) -> float | None:
    """The quantile that a metric asks for: 0.5 for absolute errors, 0.9 for 'pinball:0.9', None for a mean."""
    name, _, level = metric.partition(":")
    return float(level or 0.5) if name in MEDIAN_METRICS else None


def weighted_quantile(values: Array, weight: Array, level: float) -> float:
    """The smallest of (n,) values at or below which this share of the weight lies."""
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    return float(values[order][min(np.searchsorted(total, total[-1] * level), len(order) - 1)])
