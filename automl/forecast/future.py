"""Rows to predict, set behind the history of a model: new known targets extend it, later rows are forecast from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.data.cells import labels, simplify
from automl.data.contract import Typed, level_positions, typed
from automl.errors import ColumnMissing, DataError
from automl.forecast import made
from automl.forecast.grid import lay_out
from automl.forecast.history import History, read_columns
from automl.forecast.steps import number, words

if TYPE_CHECKING:
    from automl.types import Forecast

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Future:
    """Rows to predict.

    Attributes:
        checked: the rows as read, typed, with their odd cells counted.
        inputs: typed inputs of every row; of no meaning where there is a problem.
        problems: (n,) why a row cannot be forecast, '' where it can.
    """

    checked: Typed
    inputs: pd.DataFrame
    problems: Array


def future(frame: pd.DataFrame, y: Array, forecast: Forecast, history: History) -> Future:
    """Inputs of the rows given.

    Args:
        frame: as read: time, series and what is known in advance; other columns may be missing.
        y: (n,) targets, NaN where unknown.
        forecast: how inputs are made.
        history: the end of every series that was learnt from.

    Raises:
        ColumnMissing: the time, the series or a column known in advance is not there.
        DataError: a time stamp twice in a series.
    """
    columns = read_columns(forecast)
    wanted = [c.name for c in columns if c not in forecast.inputs or c.name in forecast.known]
    if missing := [name for name in wanted if name not in frame.columns]:
        raise ColumnMissing.from_names(missing, frame.columns)
    absent = {c.name: None for c in columns if c.name not in frame.columns}
    checked = typed(frame.assign(**absent) if absent else frame, columns)
    names, codes = _series(frame, forecast, history.names)
    times = checked.frame[forecast.time.name].to_numpy(np.float64)
    problems = np.full(len(frame), "", dtype=object)
    problems[codes < 0] = "no series is named"
    problems[np.isnan(times)] = "no time"
    read = np.flatnonzero(problems == "")
    _check_once(frame, times[read], codes[read], read, forecast)
    rows, own = _joined(history, History(checked.frame.iloc[read], y[read], names, codes[read]), forecast)
    steps = number(forecast.steps, rows.frame[forecast.time.name].to_numpy(np.float64), rows.codes)
    on = np.flatnonzero(np.isfinite(steps))
    problems[read[np.isnan(steps[own])]] = f"not a step of the series: a row every {words(forecast.steps)}"
    inputs = made.inputs(rows.frame.iloc[:0], lay_out(*(np.zeros(0, int),) * 3), forecast) if not len(on) else None
    if inputs is None:
        grid = lay_out(rows.codes[on], steps[on], rows.y[on])
        inputs = made.inputs(rows.frame.iloc[on].reset_index(drop=True), grid, forecast)
        back, ahead = grid.at(forecast.naive), grid.place - grid.known
        place = np.full(len(steps), -1)
        place[on] = np.arange(len(on))
        for row, where in zip(read, place[own], strict=True):
            if where >= 0:
                problems[row] = _problem(ahead[where], back[where], grid.known[where], forecast)
        spread = np.zeros(len(frame), np.int64)
        spread[read] = np.maximum(place[own], 0)
        inputs = inputs.iloc[spread].reset_index(drop=True)
    return Future(checked, inputs, problems)


def _problem(ahead: int, back: float, known: int, forecast: Forecast) -> str:
    """Why a row cannot be forecast; '' when it can."""
    if known < 0:
        return "no past of this series is known"
    if ahead > forecast.horizon:
        return f"{ahead:,} steps after the last known {forecast.target}; the horizon is {forecast.horizon}"
    if np.isnan(back):
        return f"{forecast.naive} steps before, nothing of this series is known"
    return ""


def _series(frame: pd.DataFrame, forecast: Forecast, known: tuple[str, ...]) -> tuple[tuple[str, ...], Array]:
    """All series, those of the history first, and (n,) which of them each row belongs to; -1 for none."""
    if forecast.series is None:
        return known, np.zeros(len(frame), np.int64)
    found, codes = labels(simplify(frame[forecast.series.name]))
    places = level_positions(found, known).astype(np.int64)
    new = np.flatnonzero(places < 0)
    places[new] = len(known) + np.arange(len(new))
    return (*known, *(found[i] for i in new)), np.append(places, -1)[codes]


def _check_once(frame: pd.DataFrame, times: Array, codes: Array, read: Array, forecast: Forecast) -> None:
    twice = pd.DataFrame({"time": times, "series": codes}).duplicated().to_numpy()
    if twice.any():
        name = forecast.time.name
        first = frame[name].iloc[int(read[np.flatnonzero(twice)[0]])]
        raise DataError(
            f"{int(twice.sum()):,} rows repeat a time stamp of their series.",
            where=f"column {name!r}, first {first}",
            hint="one row a time stamp",
        )


def _joined(history: History, new: History, forecast: Forecast) -> tuple[History, Array]:
    """History and new rows, and where the new ones stand; a row that is in both stands once, its known target kept."""
    name = forecast.time.name
    keys = [pd.MultiIndex.from_arrays([part.codes, part.frame[name].to_numpy(np.float64)]) for part in (history, new)]
    match = keys[0].get_indexer(keys[1])
    old = np.append(history.y, np.nan)[match]
    y = np.where(np.isnan(new.y), old, new.y)
    kept = np.ones(len(history.y), bool)
    kept[match[match >= 0]] = False
    frame = pd.concat([history.frame[kept], new.frame], ignore_index=True)
    codes = np.concatenate([history.codes[kept], new.codes])
    own = kept.sum() + np.arange(len(new.y))
    return replace(new, frame=frame, y=np.concatenate([history.y[kept], y]), codes=codes), own
