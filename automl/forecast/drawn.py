"""Actual values beside their forecasts over time, for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset

MOST_POINTS = 300
"""Points of a series that are drawn: the last ones."""


def drawn(
    dataset: Dataset, rows: Array, predictions: Array, bounds: tuple[Array, Array] | None, times: Array
) -> dict[str, Any]:
    """The `forecast` block of report.json: one series of the judged rows, that of median error among the longest.

    Args:
        dataset: of all rows.
        rows: (k,) judged rows.
        predictions: (k,) their forecasts.
        bounds: (k,) lower and upper ends, or None.
        times: (k,) seconds since 1970, or numbers.
    """
    forecast = dataset.problem.forecast
    named = forecast.series if forecast is not None else None
    codes = np.zeros(len(rows), np.int64) if named is None else dataset.inputs[named.name].to_numpy()[rows]
    chosen = _typical(codes, np.abs(dataset.y[rows] - predictions))
    mine = np.flatnonzero(codes == chosen)
    mine = mine[np.argsort(times[mine], kind="stable")][-MOST_POINTS:]
    dated = forecast is not None and forecast.time.kind == "date"
    stamps = times[mine].astype("datetime64[s]").astype(str) if dated else times[mine]
    block: dict[str, Any] = {
        "name": "" if named is None or chosen < 0 else named.levels[chosen],
        "series": len(np.unique(codes)),
        "time": [str(stamp).removesuffix("T00:00:00") for stamp in stamps] if dated else stamps.tolist(),
        "target": dataset.y[rows][mine].tolist(),
        "prediction": predictions[mine].astype(float).tolist(),
    }
    if bounds is not None:
        block |= {"lower": bounds[0][mine].tolist(), "upper": bounds[1][mine].tolist()}
    return block


def _typical(codes: Array, errors: Array) -> int:
    """The series of median mean error among those with at least half the rows of the longest."""
    found, where, count = np.unique(codes, return_inverse=True, return_counts=True)
    mean = np.bincount(where, errors) / count
    long = np.flatnonzero(2 * count >= count.max())
    order = long[np.argsort(mean[long], kind="stable")]
    return int(found[order[len(order) // 2]])
