"""A metric over cross-validation splits: computed in each split, averaged with equal weight.

Pooling the predictions of different fits would mix their scales: a constant baseline would score a ROC AUC below 0.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.evaluate.ranking import Scorer, mean_defined

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.evaluate.metrics import Metric


def split_codes(repeat: Array, fold: Array) -> Array:
    """One code a (repeat, fold) pair, in that order."""
    codes: Array = np.unique(np.stack([repeat, fold]), axis=1, return_inverse=True)[1]
    return codes


def by_split(metric: Metric, y: Array, predictions: Array, splits: Array, weight: Array | None = None) -> Array:
    """(J,) score of each split in natural sign, in the order of the codes; NaN where it is not defined.

    Args:
        metric: the metric.
        y: (n,) class codes or values.
        predictions: (n, classes) or (n, 1).
        splits: (n,) split code of each row.
        weight: (n,) row weights or None.
    """
    parts = _parts(splits)
    return np.array(
        [metric.score(y[rows], predictions[rows], None if weight is None else weight[rows]) for rows in parts]
    )


def split_scorer(metric: Metric, y: Array, predictions: Array, splits: Array | None) -> Scorer:
    """Scorer of the mean over splits where the metric is defined; over all rows at once without splits."""
    if splits is None:
        return metric.scorer(y, predictions)
    parts = [(rows, metric.scorer(y[rows], predictions[rows])) for rows in _parts(splits)]
    return lambda weight: mean_defined([score(weight[rows]) for rows, score in parts])


def _parts(splits: Array) -> list[Array]:
    """Row positions of each split."""
    order = np.argsort(splits, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(splits[order])) + 1)
