"""Dates as numbers a model can use: elapsed time and the parts of the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

DAY = 86_400.0
PARTS = ("elapsed", "year", "month_sin", "month_cos", "day", "weekday_sin", "weekday_cos", "hour_sin", "hour_cos")


def date_parts(seconds: Array) -> Array:
    """(n, 9) parts, in the order of `PARTS`, of (n,) seconds since 1970 (UTC); NaN stays NaN.

    Months, weekdays and hours come as sine and cosine, so that December lies beside January.
    """
    known = np.isfinite(seconds)
    stamps = np.where(known, seconds, 0.0)
    days = np.floor(stamps / DAY).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    month = (months - days.astype("datetime64[Y]")).astype(float)  # 0..11
    weekday = np.mod(np.floor(stamps / DAY) + 3, 7)  # 1970-01-01 was a Thursday
    hour = np.mod(stamps, DAY) / 3600.0
    columns = [
        stamps / DAY,
        days.astype("datetime64[Y]").astype(float) + 1970,
        *_cycle(month, 12),
        (days - months).astype(float) + 1,
        *_cycle(weekday, 7),
        *_cycle(hour, 24),
    ]
    parts = np.stack(columns, axis=1)
    parts[~known] = np.nan
    return parts


def _cycle(values: Array, period: float) -> tuple[Array, Array]:
    angle = 2 * np.pi * values / period
    return np.sin(angle), np.cos(angle)
