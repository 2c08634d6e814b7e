"""The metrics a run can optimise and report, in natural sign and in loss form, with row weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from automl.errors import UsageError
from automl.evaluate import counting
from automl.evaluate.counting import counted
from automl.evaluate.ranking import average_precision, one_vs_rest, roc_auc
from automl.evaluate.weights import Block, ratio, undefined, weighted_sum
from automl.types import Interval

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.types import Task

Prepare = Callable[["Array", "Array"], Block]
"""(y, predictions) -> Block: what depends on predictions alone is done once, weights come many times."""

Score = TypeVar("Score", float, "Array")

SMALLEST = 1e-15
"""Probabilities are clipped here before the logarithm."""


@dataclass(frozen=True)
class Metric:
    """A metric.

    Attributes:
        name: as typed after --metric.
        label: as people read it.
        tasks: tasks it is defined for.
        greater_is_better: the direction of its natural sign.
        prepare: see `Prepare`.
        bounds: what its natural sign is never below, and never above.
        per_class: True when its cost grows with the number of classes (more than two).
    """

    name: str
    label: str
    tasks: tuple[Task, ...]
    greater_is_better: bool
    prepare: Prepare
    bounds: tuple[float, float]
    per_class: bool = False

    @property
    def loss_name(self) -> str:
        """Name of the loss form: '1 - ROC AUC', 'log loss'."""
        return f"1 - {self.label}" if self.greater_is_better else self.label

    def block(self, y: Array, predictions: Array) -> Block:
        """The score in natural sign as a function of the row weights; always NaN when a prediction is not finite.

        Args:
            y: (n,) class codes (int) or target values.
            predictions: (n, classes) probabilities, or (n, 1) or (n,) values.
        """
        if not len(y) or not np.isfinite(predictions).all():
            return undefined
        return self.prepare(y, predictions)

    def score(self, y: Array, predictions: Array, weight: Array | None = None) -> float:
        """The score in natural sign; NaN where it is not defined (ROC AUC of one class).

        Args:
            y: (n,) class codes (int) or target values.
            predictions: (n, classes) probabilities, or (n, 1) or (n,) values.
            weight: (n,) row weights, zero or more; None = 1.
        """
        rows = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float)
        return float(self.block(y, predictions)(rows[:, None])[0])

    def loss(self, y: Array, predictions: Array, weight: Array | None = None) -> float:
        """The score in loss form: lower is better."""
        return self.to_loss(self.score(y, predictions, weight))

    def interval(self, value: float, low: float, high: float) -> Interval:
        """A score with its interval, cut at the metric's bounds: Student's t and rescaled draws do not know them."""
        ends = np.clip((low, high), *self.bounds).tolist()  # NaN stays
        return Interval(float(value), *ends)

    def to_loss(self, score: Score) -> Score:
        """Loss form of a score, or of an array of them; the same formula turns a loss back into a score."""
        return 1.0 - score if self.greater_is_better else score


def get(name: str, task: Task) -> Metric:
    """The metric of a name for a task; 'pinball:0.9' is the pinball loss of another quantile than the median.

    Raises:
        UsageError: unknown name, a metric of another task, or a quantile outside (0, 1).
    """
    base, _, quantile = name.partition(":")
    metric = METRICS.get(base)
    if metric is None or (quantile and base != "pinball"):
        raise UsageError.unknown("metric", name, names(task), where="--metric")
    if task not in metric.tasks:
        hint = f"for {task}: {', '.join(names(task))}"
        raise UsageError(f"The metric {name!r} is not defined for {task}.", where="--metric", hint=hint)
    return _pinball(name, quantile) if quantile else metric


def check_name(name: str) -> None:
    """Refuse a name that no task has, before any data is read.

    Raises:
        UsageError: unknown name.
    """
    if name.partition(":")[0] not in METRICS:
        raise UsageError.unknown("metric", name, METRICS, where="--metric")


def names(task: Task) -> list[str]:
    """Names of the metrics defined for a task."""
    return [name for name, metric in METRICS.items() if task in metric.tasks]


def default(task: Task) -> Metric:
    """The metric used when none is asked for."""
    return METRICS[{"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}[task]]


def _mean(rows: Callable[[Array, Array], Array], finish: Callable[[Array], Array] = np.asarray) -> Prepare:
    """Block factory of a weighted mean of row values, `finish` applied to the means."""

    def prepare(y: Array, predictions: Array) -> Block:
        values = rows(y, predictions)
        return lambda weight: finish(ratio(weighted_sum(values, weight), weight.sum(axis=0)))

    return prepare


def _log_loss(y: Array, predictions: Array) -> Array:
    p = np.clip(predictions.astype(float), SMALLEST, 1.0)
    return np.asarray(np.log(p.sum(axis=1)) - np.log(p[np.arange(len(y)), y]))


def _brier(y: Array, predictions: Array) -> Array:
    p = predictions.astype(float)
    if p.shape[1] == 2:
        return np.asarray((p[:, 1] - y) ** 2)
    return np.asarray((p**2).sum(axis=1) - 2 * p[np.arange(len(y)), y] + 1)


def _errors(y: Array, predictions: Array) -> Array:
    return np.asarray(predictions.reshape(len(y)).astype(float) - y)


def _squared(y: Array, predictions: Array) -> Array:
    return _errors(y, predictions) ** 2


def _absolute(y: Array, predictions: Array) -> Array:
    return np.abs(_errors(y, predictions))


def _relative(y: Array, predictions: Array) -> Array:
    return np.asarray(_absolute(y, predictions) / np.maximum(np.abs(y), np.finfo(float).eps))


def _squared_logs(y: Array, predictions: Array) -> Array:
    if y.min() < 0:
        raise UsageError("rmsle needs targets of zero or more.", where="--metric rmsle", hint="--metric rmse")
    p = np.maximum(predictions.reshape(len(y)).astype(float), 0.0)
    return np.asarray((np.log1p(p) - np.log1p(y)) ** 2)


def _quantile_errors(y: Array, predictions: Array, quantile: float) -> Array:
    errors = _errors(y, predictions)
    return np.asarray(np.maximum((1 - quantile) * errors, -quantile * errors))


def _r2(y: Array, predictions: Array) -> Block:
    squares = _squared(y, predictions)
    centred = y - y.mean()  # a large offset would cost digits in the sum of squares

    def block(weight: Array) -> Array:
        from_mean = centred[:, None] - ratio(weighted_sum(centred, weight), weight.sum(axis=0))
        spread = np.einsum("nd,nd,nd->d", weight, from_mean, from_mean)
        return 1.0 - ratio(weighted_sum(squares, weight), spread)

    return block


def _pinball(name: str, quantile: str) -> Metric:
    try:
        level = float(quantile)
    except ValueError:
        level = math.nan
    if not 0 < level < 1:
        hint = "a quantile between 0 and 1: pinball:0.9"
        raise UsageError(f"Cannot read the quantile in {name!r}.", where="--metric", hint=hint)
    rows = partial(_quantile_errors, quantile=level)
    return Metric(name, f"pinball loss at {level:g}", ("regression",), False, _mean(rows), LOSS)


SHARE, CORRELATION, LOSS = (0.0, 1.0), (-1.0, 1.0), (0.0, math.inf)
"""Bounds of a metric."""
BOTH: tuple[Task, ...] = ("binary", "multiclass")
VALUES: tuple[Task, ...] = ("regression",)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("roc_auc", "ROC AUC", BOTH, True, one_vs_rest(roc_auc), SHARE, per_class=True),
        Metric(
            "average_precision", "average precision", BOTH, True, one_vs_rest(average_precision), SHARE, per_class=True
        ),
        Metric("log_loss", "log loss", BOTH, False, _mean(_log_loss), LOSS),
        Metric("accuracy", "accuracy", BOTH, True, counted(counting.accuracy), SHARE),
        Metric("balanced_accuracy", "balanced accuracy", BOTH, True, counted(counting.balanced_accuracy), SHARE),
        Metric("f1", "F1", ("binary",), True, counted(counting.f1_second), SHARE),
        Metric("f1_macro", "macro F1", BOTH, True, counted(counting.f1_macro), SHARE),
        Metric("mcc", "MCC", BOTH, True, counted(counting.mcc), CORRELATION),
        Metric("brier", "Brier score", BOTH, False, _mean(_brier), (0.0, 2.0)),
        Metric("rmse", "RMSE", VALUES, False, _mean(_squared, np.sqrt), LOSS),
        Metric("mae", "MAE", VALUES, False, _mean(_absolute), LOSS),
        Metric("r2", "R²", VALUES, True, _r2, (-math.inf, 1.0)),
        Metric("mape", "MAPE", VALUES, False, _mean(_relative), LOSS),
        Metric("rmsle", "RMSLE", VALUES, False, _mean(_squared_logs, np.sqrt), LOSS),
        Metric("pinball", "pinball loss", VALUES, False, _mean(partial(_quantile_errors, quantile=0.5)), LOSS),
    )
}
