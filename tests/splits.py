"""Scores of cross-validation splits, the plain way: what the fast one is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from automl.evaluate.metrics import Metric

Array = np.ndarray[Any, Any]


def by_split(metric: Metric, y: Array, predictions: Array, splits: Array, weight: Array | None = None) -> Array:
    """(J,) score of each split in natural sign, in the order of the codes; NaN where it is not defined.

    Args:
        metric: the metric.
        y: (n,) class codes or values.
        predictions: (n, classes) or (n, 1).
        splits: (n,) split code of each row.
        weight: (n,) row weights or None.
    """
    parts = [np.flatnonzero(splits == code) for code in np.unique(splits)]
    return np.array(
        [metric.score(y[rows], predictions[rows], None if weight is None else weight[rows]) for rows in parts]
    )
