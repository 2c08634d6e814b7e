"""What a delivered model's raw outputs become: calibrated probabilities, a named class, an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import jsonio
from automl.evaluate import calibrate, conformal, reliability
from automl.evaluate.calibrate import Calibration
from automl.evaluate.conformal import Band
from automl.evaluate.threshold import HARD, Threshold, hard_score, threshold

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.types import Problem

SHOWN = tuple(round(0.1 * i, 1) for i in range(1, 10))
"""Thresholds of the table of a report."""
RANGES = 10


@dataclass(frozen=True)
class Shape:
    """What is done to the outputs of a model before anyone sees them.

    Test figures are computed on what is delivered: metrics of probabilities on `predictions(raw)`, metrics of the
    predicted class on `scored(raw)`, whose argmax is the class named, so that the metrics need not know of thresholds.
    For regression both return what they are given.

    Attributes:
        calibration, threshold: for classes, else None.
        interval: for regression, else None; also None where none is stored.
    """

    calibration: Calibration | None = None
    threshold: Threshold | None = None
    interval: Band | None = None

    @classmethod
    def from_state(cls, manifest: dict[str, Any]) -> Shape:
        """From the keys 'calibration', 'threshold' and 'interval' of manifest.json, each of which may be missing."""
        calibration, named, interval = (manifest.get(key) for key in ("calibration", "threshold", "interval"))
        return cls(
            None if calibration is None else jsonio.build(Calibration, calibration),
            None if named is None else jsonio.build(Threshold, named),
            None if interval is None else jsonio.build(Band, interval),
        )

    def state(self) -> dict[str, Any]:
        """The three keys for manifest.json, plain JSON data."""
        return {
            "calibration": jsonio.plain(self.calibration),
            "threshold": jsonio.plain(self.threshold),
            "interval": jsonio.plain(self.interval),
        }

    def predictions(self, raw: Array) -> Array:
        """(n, classes) calibrated probabilities, or the (n, 1) values as they are."""
        return raw if self.calibration is None else self.calibration.apply(raw)

    def labels(self, raw: Array) -> Array:
        """(n,) codes of the classes named."""
        probabilities = self.predictions(raw)
        return (self.threshold or Threshold()).labels(probabilities)

    def scored(self, raw: Array) -> Array:
        """(n, classes) shares summing to one whose argmax is the class named; for metrics of the class only.

        Half the calibrated probabilities and half the named class where a threshold or weights name other classes
        than the most probable ones; else the calibrated probabilities.
        """
        probabilities = self.predictions(raw)
        if self.threshold is None or not self.threshold.changes:
            return probabilities
        named = np.eye(raw.shape[1], dtype=raw.dtype)[self.threshold.labels(probabilities)]
        return np.asarray(0.5 * probabilities + 0.5 * named, dtype=raw.dtype)

    def for_metric(self, metric: str, raw: Array) -> Array:
        """What a metric of this name is to be given."""
        return self.scored(raw) if metric in HARD else self.predictions(raw)

    def block(self, metric: str, y: Array, raw: Array, weight: Array | None = None) -> dict[str, Any]:
        """The `shape` block of report.json, from the judged rows (those of predictions.csv).

        Args:
            metric: the run's metric.
            y: (n,) class codes or values.
            raw: (n, outputs) what the model gave, before this shape.
            weight: (n,) row weights or None.
        """
        if self.interval is not None:
            return {"rows": len(y), "interval": _interval_block(self.interval, y, raw)}
        if self.calibration is None or self.threshold is None:
            return {}
        w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float)
        after = self.predictions(raw)
        return {
            "rows": len(y),
            "calibration": {**jsonio.plain(self.calibration), "knots": None, **_reliability(y, raw, after, w)},
            "threshold": {**jsonio.plain(self.threshold), **_threshold_block(self.threshold, metric, y, after, w)},
        }


def shape(
    metric: str,
    problem: Problem,
    oof_y: Array,
    oof_predictions: Array,
    splits: Array,
    weight: Array | None = None,
    rows: Array | None = None,
) -> Shape:
    """What to do to a model's outputs, learnt from its out-of-fold predictions only.

    Args:
        metric: the run's metric; thresholds are tuned only for metrics of the predicted class.
        problem: the task.
        oof_y: (n,) class codes or values.
        oof_predictions: (n, outputs).
        splits: (n,) split of cross-validation of each line.
        weight: (n,) row weights or None; intervals do not use them.
        rows: (n,) row of the data of each line; needed where repeated cross-validation predicts rows several times.
    """
    if problem.task == "regression":
        return Shape(interval=conformal.band(oof_y, oof_predictions, splits, rows))
    calibration = calibrate.calibrate(oof_y, oof_predictions, splits, weight, rows)
    named = threshold(metric, oof_y, calibration.apply(oof_predictions), splits, weight, rows)
    return Shape(calibration, named)


def _reliability(y: Array, before: Array, after: Array, weight: Array) -> dict[str, Any]:
    """Calibration error, Brier score and reliability curve of both, and the error that chance alone allows."""
    parts = {"before": before, "after": after}
    return {
        "judged": "the second class" if before.shape[1] == 2 else "the most probable class",
        "ece": {name: reliability.ece_interval(y, p, weight) for name, p in parts.items()},
        "chance": reliability.chance(y, after, weight),
        "brier": {name: calibrate.brier(y, p, weight) for name, p in parts.items()},
        "reliability": {name: reliability.curve(y, p, weight) for name, p in parts.items()},
    }


def _threshold_block(chosen: Threshold, metric: str, y: Array, p: Array, weight: Array) -> dict[str, Any]:
    """The metric on these rows by 0.5 or the largest probability and as chosen, and a table for two classes."""
    table = [] if p.shape[1] != 2 else [_at(t, y, p, weight) for t in sorted({*SHOWN, chosen.value or 0.5})]
    if metric not in HARD:
        return {"test": None, "table": table}
    named = {"default": p.argmax(axis=1), "tuned": chosen.labels(p)}
    return {"test": {key: hard_score(metric, y, labels, weight) for key, labels in named.items()}, "table": table}


def _at(value: float, y: Array, p: Array, weight: Array) -> dict[str, Any]:
    """Share of rows named the second class above a threshold, with precision, recall and F1 of it."""
    said = Threshold(value).labels(p) == 1
    hit, named, meant = (float(weight[part].sum()) for part in (said & (y == 1), said, y == 1))
    return {
        "threshold": value,
        "named": named / float(weight.sum()),
        "precision": hit / named if named > 0 else None,
        "recall": hit / meant if meant > 0 else None,
        "f1": 2 * hit / (named + meant) if named + meant > 0 else None,
    }


def _interval_block(band: Band, y: Array, raw: Array) -> dict[str, Any]:
    values = np.asarray(raw, dtype=float).reshape(len(y))
    lower, upper = band.bounds(values)
    inside, width = (y >= lower) & (y <= upper), upper - lower
    low, high = reliability.wilson(float(inside.mean()), len(y))
    return {
        **jsonio.plain(band),
        "coverage": {"value": float(inside.mean()), "low": low, "high": high},
        "mean_width": float(width.mean()),
        "score": float(conformal.winkler(y, lower, upper, band.level).mean()),
        "by_range": _by_range(values, inside, width),
    }


def _by_range(values: Array, inside: Array, width: Array) -> list[dict[str, Any]]:
    """Coverage and mean width in tenths of the rows by prediction."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, RANGES + 1)))
    slot = np.searchsorted(edges[1:-1], values, side="left")
    table = []
    for code in np.unique(slot):
        part = slot == code
        low, high = reliability.wilson(float(inside[part].mean()), int(part.sum()))
        table.append(
            {
                "low": float(values[part].min()),
                "high": float(values[part].max()),
                "prediction": float(values[part].mean()),
                "rows": int(part.sum()),
                "coverage": float(inside[part].mean()),
                "coverage_low": low,
                "coverage_high": high,
                "width": float(width[part].mean()),
            }
        )
    return table
