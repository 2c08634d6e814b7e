"""A table with a time column as rows that models learn to forecast from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.data.cells import labels, simplify
from automl.data.contract import typed
from automl.data.ordered import TEST_SHARE, last_part
from automl.errors import DataError
from automl.forecast import made, scale, season
from automl.forecast.grid import lay_out
from automl.forecast.history import History, read_columns
from automl.forecast.steps import find, number
from automl.types import Choice, Column, Forecast, Steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from automl.forecast.grid import Grid

Array = np.ndarray[Any, Any]

SMALLEST_WINDOW = 4
LEVEL_WINDOWS = 4


@dataclass(frozen=True)
class Built:
    """What forecasting models learn from.

    Attributes:
        forecast: how the inputs were made.
        columns: of the inputs.
        inputs: (n,) typed rows: those of known target that have a past.
        rows: (n,) their numbers in the data as read.
        y: (n,) targets.
        order: (n,) when each row is: its step, or where a step is a row its time.
        origin: (n,) the same of the moment that it is forecast from.
        times: (n,) time stamps: seconds since 1970, or numbers.
        blocks: (n,) code of the stretch of `horizon` steps a row lies in: forecast errors within one go together.
        choices: 'spacing', 'season' and 'scale' with their reasons.
        history: the end of every series.
    """

    forecast: Forecast
    columns: tuple[Column, ...]
    inputs: pd.DataFrame
    rows: Array
    y: Array
    order: Array
    origin: Array
    times: Array
    blocks: Array
    choices: dict[str, Choice[Any]]
    history: History


@dataclass(frozen=True)
class Asked:
    """What is to be forecast.

    Attributes:
        horizon: steps ahead.
        target: column.
        time: column of time stamps, 'date' or 'number'.
        series: column that names the series, or None.
        inputs: further columns.
        known: names of those that are known in advance.
    """

    horizon: int
    target: str
    time: Column
    series: str | None
    inputs: tuple[Column, ...]
    known: tuple[str, ...]


def build(frame: pd.DataFrame, y: Array, asked: Asked) -> Built:
    """Rows to learn from.

    Args:
        frame: as read.
        y: (n,) targets, NaN where there is none.
        asked: what to forecast.

    Raises:
        DataError: rows without time or series, a time stamp twice in a series, or too short a history.
    """
    past, first = _read(frame, y, asked)
    times = past.frame[asked.time.name].to_numpy(np.float64)
    spacing = find(times, past.codes, asked.time.kind == "date")
    steps = spacing.value
    numbers = number(steps, times, past.codes)
    grid = lay_out(past.codes, numbers, y)
    order = times if steps.unit == "rows" else numbers
    before = grid.row_at(asked.horizon)
    origin = order[before] if steps.unit == "rows" else numbers - asked.horizon
    usable = np.isfinite(y) & (before >= 0)
    _check_length(numbers, np.isfinite(y), 0, asked.horizon)
    _check_length(numbers, usable, 0, asked.horizon)
    seasonal, judged = _season(grid, y, steps, asked.horizon, partial(_known, order, origin), usable)
    others = season.candidates(grid, steps, asked.horizon, judged)
    forecast = _with_lags(first, steps, seasonal.value, others, int((grid.place - grid.first).max()) + 1)
    level = grid.window(forecast.windows[0], asked.horizon)[0]
    usable = np.isfinite(y) & np.isfinite(grid.at(forecast.naive))
    _check_length(numbers, usable, forecast.naive, asked.horizon)
    seen = usable & judged
    positive = bool(seen.any() and (y[seen] > 0).all() and (level[seen] > 0).all())
    forecast = replace(forecast, positive=positive, floor=float(level[seen].min()) if positive else 0.0)
    rows = np.flatnonzero(usable)
    inputs = made.inputs(past.frame, grid, forecast).iloc[rows].reset_index(drop=True)
    known = np.flatnonzero(judged[rows])
    scaled = scale.choose(inputs.iloc[known], y[rows][known], order[rows][known], origin[rows][known], forecast)
    forecast = replace(forecast, scale=scaled.value)
    return Built(
        forecast,
        made.columns(forecast),
        inputs,
        rows,
        y[rows],
        order[rows],
        origin[rows],
        times[rows],
        np.unique(order[rows], return_inverse=True)[1] // asked.horizon,
        {"spacing": spacing, "season": seasonal, "scale": scaled},
        past.tail(grid, forecast.reach),
    )


def _season(
    grid: Grid, y: Array, steps: Steps, horizon: int, known: Callable[[Array], Array], usable: Array
) -> tuple[Choice[int], Array]:
    """The season, and (n,) bool: the rows looked at for it, none of them later than the test part is forecast from.

    Which rows that is depends on those that the season leaves to learn from, so that it may be chosen once more.

    Args:
        known: (n,) bool of usable rows -> (n,) bool of those known before the test part.
        usable: (n,) bool: rows that have a past.
    """
    judged = known(usable)
    while True:
        chosen = season.choose(grid, y, steps, horizon, judged)
        usable = np.isfinite(y) & np.isfinite(grid.at(season.whole(chosen.value, horizon)))
        late = judged & usable & ~known(usable)
        if not late.any():
            return chosen, judged
        judged &= ~late


def _known(order: Array, origin: Array, usable: Array) -> Array:
    """(n,) bool: usable rows known when the first row of the test part is forecast; none where no row is usable."""
    rows, mask = np.flatnonzero(usable), np.zeros(len(usable), bool)
    if len(rows):
        mask[rows[last_part(order[rows], origin[rows])[0]]] = True
    return mask


def needed(naive: int, horizon: int) -> int:
    """Steps of history that training, validation and test take, each `horizon` steps from the next."""
    return naive + math.ceil((3 * (horizon - 1) + 2 * SMALLEST_WINDOW + 4) / (1 - TEST_SHARE))


def _read(frame: pd.DataFrame, y: Array, asked: Asked) -> tuple[History, Forecast]:
    """The rows, typed, and the forecast as far as it is known before the lags."""
    series, codes = None, np.zeros(len(frame), np.int64)
    names: tuple[str, ...] = ("",)
    if asked.series is not None:
        found, codes = labels(simplify(frame[asked.series]))
        if (codes < 0).any():
            raise DataError(
                f"{int((codes < 0).sum())} rows name no series.", where=f"column {asked.series!r}", hint="drop them"
            )
        names = tuple(found)
        series = Column(
            asked.series, "category", "feature", "names the series", 0, len(names), levels=tuple(sorted(names))
        )
    forecast = Forecast(
        asked.horizon, asked.target, asked.time, Steps(), 1, asked.horizon, (asked.horizon,), (SMALLEST_WINDOW,),
        series=series, inputs=asked.inputs, known=asked.known,
    )  # fmt: skip
    rows = typed(frame, read_columns(forecast)).frame
    times = rows[asked.time.name].to_numpy()
    if np.isnan(times).any():
        raise DataError(
            f"{int(np.isnan(times).sum())} rows have no time.", where=f"column {asked.time.name!r}", hint="drop them"
        )
    check_once(frame, times, codes, asked)
    return History(rows, y, names, codes), forecast


def check_once(frame: pd.DataFrame, times: Array, codes: Array, asked: Asked) -> None:
    """Refuse time stamps that stand twice in a series; a column that tells such rows apart is named.

    Raises:
        DataError: there are some.
    """
    stamps = pd.DataFrame({"time": times, "series": codes})
    twice = stamps.duplicated(keep=False).to_numpy()
    if not twice.any():
        return
    first = frame[asked.time.name].iloc[int(np.flatnonzero(twice)[0])]
    hint = "one row a time stamp: drop or add up the others"
    if asked.series is None:
        apart = _telling_apart(frame, stamps["time"], asked)
        hint = f"--series-id {apart}" if apart else f"--series-id COL for several series; else {hint}"
    raise DataError(
        f"{int(twice.sum()):,} rows share their time stamp with another row of the same series.",
        where=f"column {asked.time.name!r}, first {first}",
        hint=hint,
    )


def _telling_apart(frame: pd.DataFrame, times: pd.Series, asked: Asked) -> str | None:
    """The column with the fewest values, two or more, of which no time stamp has one twice."""
    found = []
    for column in asked.inputs:
        codes = labels(simplify(frame[column.name]))[1]
        distinct = len(np.unique(codes))
        if 1 < distinct <= len(frame) // 2 and not pd.DataFrame({"t": times, "c": codes}).duplicated().any():
            found.append((distinct, column.name))
    return min(found)[1] if found else None


def _check_length(numbers: Array, usable: Array, naive: int, horizon: int) -> None:
    there = int(np.ptp(numbers[usable])) + 1 if usable.any() else 0
    wanted = needed(0, horizon)
    if there < wanted:
        total = int(np.ptp(numbers)) + 1
        raise DataError(
            f"Too short a history to forecast {horizon} steps ahead: {total:,} steps where "
            f"{needed(naive or horizon, horizon):,} are needed.",
            where=f"--horizon {horizon}",
            hint="a smaller --horizon, or more history",
        )


def _with_lags(forecast: Forecast, steps: Steps, length: int, others: Iterable[int], longest: int) -> Forecast:
    """The forecast with the values and windows that are its inputs, those a series is long enough for."""
    horizon = forecast.horizon
    naive = season.whole(length, horizon)
    lags = {horizon, horizon + 1, horizon + 2, naive, naive + 1, naive + length, naive + 2 * length}
    lags |= {naive - 1} if naive > horizon else set()
    for other in others:
        back = season.whole(other, horizon)
        lags |= {back, back + other}
    level = length * -(-SMALLEST_WINDOW // length)
    windows = dict.fromkeys([level, *sorted(others), LEVEL_WINDOWS * level])
    half = longest // 2
    return replace(
        forecast,
        steps=steps,
        season=length,
        naive=naive,
        lags=tuple(sorted(lag for lag in lags if lag <= max(half, naive))),
        windows=tuple(width for width in windows if width == level or SMALLEST_WINDOW <= width <= half),
    )
