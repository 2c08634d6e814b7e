"""The inputs of a forecast: values, means and spread of the past of the target, the calendar, and other columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.encode.dates import DAY, PARTS, date_parts
from automl.types import SEASONS, Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automl.forecast.grid import Grid
    from automl.types import Forecast

Array = np.ndarray[Any, Any]


def columns(forecast: Forecast) -> tuple[Column, ...]:
    """The columns that `inputs` makes."""
    why = "made from time and the past of the target"
    made = [Column(name, "number", "feature", why, 0, 0) for name in _names(forecast)]
    others = [
        column if column.name in forecast.known else replace(column, name=_before(forecast, column.name))
        for column in forecast.inputs
    ]
    named = () if forecast.series is None else (forecast.series,)
    return (*named, *made, *others)


def inputs(frame: pd.DataFrame, grid: Grid, forecast: Forecast) -> pd.DataFrame:
    """Typed inputs of every row, each from what was known `horizon` steps before.

    Args:
        frame: typed columns as read: time, series and `forecast.inputs`.
        grid: of the same rows.
        forecast: what is made.
    """
    horizon = forecast.horizon
    data: dict[str, Any] = calendar(frame[forecast.time.name].to_numpy(np.float64), forecast)
    if forecast.series is not None:
        data[forecast.series.name] = frame[forecast.series.name].to_numpy()
    data |= {forecast.lag(back): grid.at(back) for back in forecast.lags}
    windows = {width: grid.window(width, horizon) for width in forecast.windows}
    data |= {forecast.mean(width): mean for width, (mean, _) in windows.items()}
    data[forecast.spread] = windows[forecast.windows[0]][1]
    if forecast.season > 1:
        data[forecast.seasonal] = _seasonal(grid, forecast)
    source = grid.row_at(horizon)
    for column in forecast.inputs:
        values = frame[column.name]
        if column.name in forecast.known:
            data[column.name] = values.array
        else:
            data[_before(forecast, column.name)] = _taken(values, source)
    return pd.DataFrame(data, index=pd.RangeIndex(len(frame)), copy=False)


def calendar(times: Array, forecast: Forecast) -> dict[str, Array]:
    """The parts of the calendar that differ between steps, by name; of numbers the point of the season.

    Elapsed time and the year are none: they lie beyond all that was learnt from as soon as there is something to
    forecast, and a trend is in the past values.
    """
    parts = dict(zip(PARTS, date_parts(times).T, strict=True)) if forecast.time.kind == "date" else {}
    if forecast.steps.unit == "numbers" and forecast.season > 1:
        angle = 2 * np.pi * (times - forecast.steps.origin) / (forecast.steps.every * forecast.season)
        parts = {"season_sin": np.sin(angle), "season_cos": np.cos(angle)}
    return {_part(forecast, name): parts[name] for name in _parts(forecast)}


def _parts(forecast: Forecast) -> tuple[str, ...]:
    """Names of the parts of the calendar by the spacing."""
    unit, every = forecast.steps.unit, forecast.steps.every
    if unit == "numbers":
        return ("season_sin", "season_cos") if forecast.season > 1 else ()
    if forecast.time.kind != "date" or (unit == "months" and every % 12 == 0):
        return ()
    month = ("month_sin", "month_cos")
    if unit == "months":
        return month
    if unit == "seconds" and every % (7 * DAY) == 0:
        return (*month, "day")
    week = (*month, "day", "weekday_sin", "weekday_cos")
    whole_days = unit == "workdays" or (unit == "seconds" and every % DAY == 0)
    return week if whole_days else (*week, "hour_sin", "hour_cos")


def _part(forecast: Forecast, name: str) -> str:
    return f"{forecast.time.name}: {name}"


def _names(forecast: Forecast) -> Iterator[str]:
    yield from (_part(forecast, name) for name in _parts(forecast))
    yield from map(forecast.lag, forecast.lags)
    yield from map(forecast.mean, forecast.windows)
    yield forecast.spread
    if forecast.season > 1:
        yield forecast.seasonal


def _before(forecast: Forecast, name: str) -> str:
    return f"{name}, {forecast.horizon} {'step' if forecast.horizon == 1 else 'steps'} before"


def _seasonal(grid: Grid, forecast: Forecast) -> Array:
    """(n,) mean of the same point of the last seasons known, of as many as there are."""
    past = np.stack([grid.at(forecast.naive + i * forecast.season) for i in range(SEASONS)])
    count = np.isfinite(past).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, np.nansum(past, axis=0) / np.maximum(count, 1), np.nan)


def _taken(values: pd.Series, source: Array) -> Any:
    """Typed values of other rows, missing where there is no such row (-1)."""
    if values.dtype.kind == "f":
        return np.append(values.to_numpy(), np.nan)[source]
    if values.dtype.kind == "i":
        return np.append(values.to_numpy(), np.asarray([-1], values.dtype))[source]
    return pd.array(np.append(values.to_numpy(dtype=object), "")[source], dtype="str")
