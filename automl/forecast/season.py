"""The season of a series: the steps after which its naive forecast is nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.encode.dates import DAY
from automl.types import Choice

if TYPE_CHECKING:
    from automl.forecast.grid import Grid
    from automl.types import Steps

Array = np.ndarray[Any, Any]

PERIODS = (("hour", 3600.0), ("day", DAY), ("week", 7 * DAY), ("year", 365.25 * DAY))
WORKDAYS = (("week", 5), ("year", 261))
MOST_SHARE = 1 / 3
"""A season counts only when its naive forecast leaves two thirds of a series to be judged on."""
ACF_STEPS = 5_000
"""Steps of the longest series that the autocorrelation is taken of."""


def whole(season: int, horizon: int) -> int:
    """Steps back of the naive forecast: the fewest whole seasons that reach over the horizon."""
    return season * -(-horizon // season)


def calendar(steps: Steps) -> dict[int, str]:
    """Steps a season -> its name, of the seasons that the calendar suggests."""
    if steps.unit == "months":
        return {int(12 / steps.every): "year"} if 12 % steps.every == 0 and steps.every < 12 else {}
    if steps.unit == "workdays":
        return {count: name for name, count in WORKDAYS}
    if steps.unit != "seconds":
        return {}
    return {
        round(seconds / steps.every): name
        for name, seconds in PERIODS
        if round(seconds / steps.every) > 1 and (name == "year" or seconds % steps.every == 0)
    }


def candidates(grid: Grid, steps: Steps, horizon: int, judged: Array) -> dict[int, str]:
    """Seasons whose naive forecast leaves enough of the history, each with where it comes from."""
    depth = (grid.place - grid.first)[judged]
    longest = int(depth.max()) + 1 if len(depth) else 0
    found = calendar(steps)
    repeats = _autocorrelated(grid, judged, longest)
    if repeats > 1:
        found.setdefault(repeats, "autocorrelation")
    return {season: name for season, name in found.items() if whole(season, horizon) <= MOST_SHARE * longest}


def choose(grid: Grid, y: Array, steps: Steps, horizon: int, judged: Array) -> Choice[int]:
    """The season whose naive forecast has the least mean absolute error on the rows judged; 1 for the last known value.

    Args:
        grid: of all rows.
        y: (n,) targets, NaN where unknown.
        steps: the spacing.
        horizon: steps ahead.
        judged: (n,) bool: rows that may be looked at, none of the test part.
    """
    names = {1: "the last known value", **candidates(grid, steps, horizon, judged)}
    forecasts = {season: grid.at(whole(season, horizon)) for season in names}
    rows = judged & np.isfinite(y) & np.all([np.isfinite(f) for f in forecasts.values()], axis=0)
    if len(names) == 1 or not rows.any():
        return Choice(1, "no season fits three times into the history", {})
    errors = {season: float(np.abs(y[rows] - f[rows]).mean()) for season, f in forecasts.items()}
    # Whole seasons back may be the horizon itself: then the last known value is a seasonal one.
    best = min(errors, key=lambda season: (errors[season], season == 1, season))
    told = {f"{names[s]} ({s} {'step' if s == 1 else 'steps'})": error for s, error in errors.items()}
    if best == 1:
        return Choice(1, f"no season's naive forecast is nearer than the last known value {horizon} steps back", told)
    source = f"the {names[best]}" if names[best] != "autocorrelation" else "the strongest autocorrelation"
    reason = f"{source}, {best} steps: its naive forecast has the least mean absolute error {horizon} steps ahead"
    return Choice(best, reason, told)


def _autocorrelated(grid: Grid, judged: Array, longest: int) -> int:
    """The lag of the highest peak of the autocorrelation of the longest series without its trend; 0 without a peak.

    Source: autocorrelation by the fast Fourier transform (Wiener and Khinchin).
    """
    rows = np.flatnonzero(judged)
    if longest < 12:
        return 0
    last = rows[np.argmax((grid.place - grid.first)[rows])]
    values = grid.values[max(grid.first[last], grid.place[last] + 1 - ACF_STEPS) : grid.place[last] + 1]
    values = values[np.isfinite(values)]
    if len(values) < 12 or np.ptp(values) == 0:
        return 0
    at = np.arange(len(values))
    values = values - np.polyval(np.polyfit(at, values, 1), at)
    spectrum = np.fft.rfft(values, 2 * len(values))
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: len(values) // 3 + 1]
    peaks = np.flatnonzero((correlation[1:-1] > correlation[:-2]) & (correlation[1:-1] >= correlation[2:])) + 1
    peaks = peaks[(peaks > 1) & (correlation[peaks] > 2 / np.sqrt(len(values)) * correlation[0])]
    return int(peaks[correlation[peaks].argmax()]) if len(peaks) else 0
