"""What is learnt of a series: its values, their difference to the level known, or their ratio to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.types import Choice, Scale

if TYPE_CHECKING:
    import pandas as pd

    from automl.types import Forecast

Array = np.ndarray[Any, Any]

PENALTIES = (0.1, 10.0, 1000.0)
"""Squared penalties on standardised columns, of which each scale has its best."""
TIE = 0.03
"""Share of the least error within which a scale counts as good as the best."""
MOST_ROWS = 20_000
REASONS: dict[Scale, str] = {
    "none": "the value itself",
    "difference": "the difference to the level known",
    "ratio": "the ratio to the level known",
}


def scales(forecast: Forecast) -> tuple[Scale, ...]:
    """Those there are for a series, the simplest first."""
    return ("none", "difference", "ratio") if forecast.positive else ("none", "difference")


def related(values: Array, level: Array, scale: Scale) -> Array:
    """(n, ...) values told by the (n,) level."""
    level = level.reshape(-1, *[1] * (values.ndim - 1))
    return values if scale == "none" else values - level if scale == "difference" else values / level


def unrelated(values: Array, level: Array, scale: Scale) -> Array:
    """The reverse of `related`."""
    level = level.reshape(-1, *[1] * (values.ndim - 1))
    return values if scale == "none" else values + level if scale == "difference" else values * level


def choose(inputs: pd.DataFrame, y: Array, order: Array, origin: Array, forecast: Forecast) -> Choice[Scale]:
    """The scale on which a ridge regression of what was known before forecasts the later half of the rows best.

    Of several as good as the best, the one that follows the level most closely.

    Args:
        inputs: (n,) made inputs; of them only numbers are used.
        y: (n,) targets.
        order, origin: (n,) when each row is, and when it is forecast from.
        forecast: what the inputs are; `positive` and `floor` are set.
    """
    begin = np.median(order)
    later = order >= begin
    earlier = order <= origin[later].min() if later.any() else ~later
    if earlier.sum() < 2 or not later.any():
        return Choice("difference", "too few rows to compare", {})
    level = np.maximum(inputs[forecast.level].to_numpy(np.float64), forecast.floor if forecast.positive else -np.inf)
    numeric = inputs.select_dtypes("floating")
    values = [name for name in forecast.values if name != forecast.level]
    spread = numeric[[forecast.spread]].to_numpy()
    rest = numeric.drop(columns=[*forecast.values, forecast.spread]).to_numpy()
    fit, check = _some(np.flatnonzero(earlier)), _some(np.flatnonzero(later))
    errors: dict[Scale, float] = {}
    for scale in scales(forecast):
        own = related(numeric[values].to_numpy(), level, scale)
        alone = level[:, None] if scale == "none" else np.zeros((len(y), 0))
        spreads = related(spread, level, scale) if scale == "ratio" else spread
        x = _standard(np.hstack([own, alone, spreads, rest]), fit)
        target = related(y, level, scale)
        found = [_ridge(x[fit], target[fit], x[check], penalty) for penalty in PENALTIES]
        errors[scale] = min(float(np.sqrt(np.mean((unrelated(p, level[check], scale) - y[check]) ** 2))) for p in found)
    least = min(errors.values())
    # What moves with the level costs a linear model nothing, and is what trees need as soon as the level moves.
    best = next(scale for scale in reversed(scales(forecast)) if errors[scale] <= (1 + TIE) * least)
    which = "best" if errors[best] == least else f"as well as the best, within {TIE:.0%},"
    reason = f"{REASONS[best]}: a ridge regression forecast later rows {which} from it (root mean squared error)"
    return Choice(best, reason, {str(scale): error for scale, error in errors.items()})


def _some(rows: Array) -> Array:
    """The rows, or as many as are enough, evenly spread."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_ROWS)).astype(np.int64)]


def _standard(x: Array, fit: Array) -> Array:
    """(n, d) columns with mean 0 and deviation 1 in the rows to fit, missing cells at 0."""
    known = np.isfinite(x[fit])
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, x[fit], 0.0).sum(axis=0) / count
    deviation = np.sqrt((np.where(known, x[fit] - mean, 0.0) ** 2).sum(axis=0) / count)
    return np.where(np.isfinite(x), (x - mean) / np.where(deviation > 0, deviation, 1.0), 0.0)


def _ridge(x: Array, y: Array, new: Array, penalty: float) -> Array:
    mean = y.mean()
    coefficients = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ (y - mean))
    found: Array = new @ coefficients + mean
    return found
