"""Losses on the rows set aside by which the best epoch is chosen, in NumPy; lower is better."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from automl.families.base import HARD_METRICS
from automl.families.quantile import MEDIAN, quantile_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array
    from automl.types import Problem

RANKING = frozenset({"roc_auc", "average_precision"})
"""Metrics of the order of the rows."""
TINY = 1e-7
"""Probabilities are kept this far from zero: float32 resolves no less."""


def log_loss(truth: Array, predicted: Array, weight: Array) -> float:
    """Weighted mean of -log of the probability given to the true class."""
    given = predicted[np.arange(len(truth)), truth.astype(np.int64)]
    return float(np.average(-np.log(np.maximum(given, TINY)), weights=weight))


def error(truth: Array, predicted: Array, weight: Array) -> float:
    """Weighted share of rows whose most probable class is not the true one."""
    return float(np.average(predicted.argmax(axis=1) != truth, weights=weight))


def auc_loss(truth: Array, predicted: Array, weight: Array) -> float:
    """One minus the weighted area under the ROC curve of the second class; ties count half, one class gives 0.5."""
    _, place = np.unique(predicted[:, 1], return_inverse=True)
    positive = np.bincount(place, weight * (truth == 1))
    negative = np.bincount(place, weight * (truth == 0))
    pairs = positive.sum() * negative.sum()
    above = negative.sum() - np.cumsum(negative)
    return float((positive * (above + 0.5 * negative)).sum() / pairs) if pairs > 0 else 0.5


def rmse(truth: Array, predicted: Array, weight: Array) -> float:
    """Root of the weighted mean squared error."""
    return float(np.sqrt(np.average((predicted[:, 0] - truth) ** 2, weights=weight)))


def pinball(truth: Array, predicted: Array, weight: Array, level: float = MEDIAN) -> float:
    """Twice the weighted mean pinball loss of a quantile: the mean absolute error of the median."""
    error = truth - predicted[:, 0]
    return float(2 * np.average(np.maximum(level * error, (level - 1) * error), weights=weight))


def loss_of(problem: Problem) -> Callable[[Array, Array, Array], float]:
    """The loss that stands for the run's metric, as a function of truth, prediction and row weights."""
    if problem.task == "regression":
        level = quantile_of(problem.metric)
        return rmse if level is None else partial(pinball, level=level)
    if problem.metric in HARD_METRICS:
        return error
    return auc_loss if problem.metric in RANKING and problem.outputs == 2 else log_loss
