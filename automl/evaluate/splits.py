"""A metric over cross-validation splits: computed in each split, averaged with equal weight.

Pooling the predictions of different fits would mix their scales: a constant baseline would score a ROC AUC below 0.5.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from automl.evaluate.weights import mean_defined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.dataset import Array
    from automl.evaluate.metrics import Metric
    from automl.evaluate.weights import Block


class SplitTable:
    """Scores of several candidates on the same resamples; what depends on predictions alone is done once.

    Args:
        metric: the metric.
        y: (n,) class codes or values.
        candidates: (n, classes) or (n, 1) predictions of each.
        splits: (n,) split of each row: the score is then the mean over splits where it is defined. Or None.
    """

    def __init__(self, metric: Metric, y: Array, candidates: Sequence[Array], splits: Array | None) -> None:
        self._size = len(candidates)
        self._parts: list[tuple[Array | None, list[Block]]] = (
            [(None, [metric.block(y, predictions) for predictions in candidates])]
            if splits is None
            else [(rows, _blocks(metric, y[rows], rows, candidates)) for rows in _parts(splits)]
        )

    def __call__(self, weight: Array, wanted: Array | None = None) -> Array:
        """(candidates, draws) scores; NaN where not defined or not wanted.

        Args:
            weight: (n, draws) row weights.
            wanted: (candidates, draws) bool, or None for all.
        """
        scores = np.full((len(self._parts), self._size, weight.shape[1]), math.nan)
        for out, (rows, blocks) in zip(scores, self._parts, strict=True):
            mine = weight if rows is None else np.take(weight, rows, axis=0)
            for i, block in enumerate(blocks):
                if wanted is None:
                    out[i] = block(mine)
                elif wanted[i].any():
                    out[i, wanted[i]] = block(np.compress(wanted[i], mine, axis=1))
        return mean_defined(scores)


def _blocks(metric: Metric, y: Array, rows: Array, candidates: Sequence[Array]) -> list[Block]:
    return [metric.block(y, np.take(predictions, rows, axis=0)) for predictions in candidates]


def _parts(splits: Array) -> list[Array]:
    """Row positions of each split."""
    order = np.argsort(splits, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(splits[order])) + 1)
