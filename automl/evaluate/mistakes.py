"""What a model gets wrong: the `errors` block of report.json."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.dataset import Array

WORST, POINTS, BINS, RANGES = 20, 500, 30, 10


def classification(classes: Sequence[str], y: Array, predictions: Array, rows: Array | None = None) -> dict[str, Any]:
    """Confusion (rows = true, columns = predicted), precision and recall a class, and the worst rows.

    Args:
        classes: labels in the order of the codes.
        y: (n,) class codes.
        predictions: (n, classes) probabilities.
        rows: (n,) row numbers to name rows by; positions when None.

    Returns:
        labels, confusion, per_class [{label, rows, precision, recall}] (null where nothing is predicted or true) and
        worst [{row, target, prediction, probability}]: rows predicted wrong, the true class held least likely first,
        with the probability given to the prediction.
    """
    said = predictions.argmax(axis=1)
    size = len(classes)
    confusion = np.bincount(y * size + said, minlength=size * size).reshape(size, size)
    return {
        "labels": list(classes),
        "confusion": confusion.tolist(),
        "per_class": [_per_class(label, confusion, code) for code, label in enumerate(classes)],
        "worst": _worst_classified(classes, y, predictions, _names(rows, len(y))),
    }


def regression(
    y: Array, predictions: Array, rows: Array | None = None, *, bounds: tuple[Array, Array] | None = None, seed: int = 0
) -> dict[str, Any]:
    """Histogram of the residuals (prediction - actual), a sample of points, error by range, and the worst rows.

    Args:
        y: (n,) target values.
        predictions: (n, 1) or (n,) values.
        rows: (n,) row numbers to name rows by; positions when None.
        bounds: lower and upper ends of the prediction intervals, for their coverage here.
        seed: of the sample of points.

    Returns:
        residuals {edges, counts}, points [[predicted, actual], ...], by_range (see `by_range`), coverage,
        interval_width (mean of upper - lower), worst [{row, target, prediction}] by absolute residual.
    """
    values = np.asarray(predictions, dtype=float).reshape(len(y))
    residuals = values - y
    names = _names(rows, len(y))
    shown = np.random.default_rng(seed).permutation(len(y))[:POINTS]
    tallies, edges = np.histogram(residuals, bins=_edges(residuals))
    return {
        "residuals": {"edges": edges.tolist(), "counts": tallies.tolist()},
        "points": [[float(values[i]), float(y[i])] for i in shown],
        "by_range": by_range(y, values),
        "coverage": None if bounds is None else float(((y >= bounds[0]) & (y <= bounds[1])).mean()),
        "interval_width": None if bounds is None else float((bounds[1] - bounds[0]).mean()),
        "worst": [
            {"row": names[i], "target": float(y[i]), "prediction": float(values[i])}
            for i in np.argsort(-np.abs(residuals), kind="stable")[:WORST]
        ],
    }


def by_range(y: Array, values: Array) -> list[dict[str, Any]]:
    """Bias (mean of prediction - actual) and error (mean absolute) in tenths of the rows by predicted value.

    By prediction and not by target: it is what a user sees, and ranges of the target show a bias to the middle for
    every model.
    """
    edges = np.unique(np.quantile(values, np.linspace(0, 1, RANGES + 1))) if len(values) else np.empty(0)
    slots = np.searchsorted(edges[1:-1], values, side="right")
    table = []
    for slot in np.unique(slots):
        inside = slots == slot
        errors = values[inside] - y[inside]
        table.append(
            {
                "low": float(edges[slot]),
                "high": float(edges[min(slot + 1, len(edges) - 1)]),
                "rows": int(inside.sum()),
                "bias": float(errors.mean()),
                "error": float(np.abs(errors).mean()),
            }
        )
    return table


def _per_class(label: str, confusion: Array, code: int) -> dict[str, Any]:
    hit, meant, said = (int(n) for n in (confusion[code, code], confusion[code].sum(), confusion[:, code].sum()))
    return {
        "label": label,
        "rows": meant,
        "precision": hit / said if said else None,
        "recall": hit / meant if meant else None,
    }


def _worst_classified(classes: Sequence[str], y: Array, predictions: Array, names: list[Any]) -> list[dict[str, Any]]:
    said = predictions.argmax(axis=1)
    wrong = np.flatnonzero(said != y)
    order = wrong[np.argsort(predictions[wrong, y[wrong]], kind="stable")][:WORST]
    return [
        {
            "row": names[i],
            "target": classes[y[i]],
            "prediction": classes[said[i]],
            "probability": float(predictions[i, said[i]]),
        }
        for i in order
    ]


def _names(rows: Array | None, count: int) -> list[Any]:
    names: list[Any] = np.asarray(np.arange(count) if rows is None else rows).tolist()
    return names


def _edges(residuals: Array) -> Array:
    """Equal bins over the central 99 % of the residuals; the outer bins reach to the extremes."""
    if not len(residuals):
        return np.array([0.0, 1.0])
    low, high = np.quantile(residuals, [0.005, 0.995])
    if not high > low or not math.isfinite(high - low):
        low, high = low - 0.5, low + 0.5
    edges = np.linspace(low, high, BINS + 1)
    edges[0], edges[-1] = min(edges[0], residuals.min()), max(edges[-1], residuals.max())
    return edges
