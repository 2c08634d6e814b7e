"""Series in tables: which columns are the points of a series, and tables of one row a point as one row a series."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.data.cells import arrow_text, distinct, is_text, simplify
from automl.data.dates import dates, guess_date_format
from automl.errors import ColumnMissing, DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from automl.data.source import Table

Array = np.ndarray[Any, Any]

MOST_POINTS = 5_000
"""Points of a series that are kept; what comes after is cut."""
_NUMBERED = re.compile(r"(?P<prefix>.*?)[ _.\-]?(?P<index>\d+)")


@dataclass(frozen=True)
class Points:
    """Columns that together are one series a row.

    Attributes:
        channels: column names in the order of time, of each channel; all of the same length.
        prefixes: what the names of a channel begin with.
    """

    channels: tuple[tuple[str, ...], ...]
    prefixes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, channel after channel."""
        return tuple(name for channel in self.channels for name in channel)


def find_points(names: Iterable[str]) -> Points:
    """Columns named by a prefix and consecutive whole numbers, as channels of the length that most columns have."""
    found: dict[str, dict[int, str]] = {}
    for name in names:
        match = _NUMBERED.fullmatch(name.strip())
        if match:
            found.setdefault(match["prefix"], {}).setdefault(int(match["index"]), name)
    whole = {
        prefix: tuple(by_index[i] for i in sorted(by_index))
        for prefix, by_index in found.items()
        if max(by_index) - min(by_index) + 1 == len(by_index)
    }
    lengths = [len(channel) for channel in whole.values()]
    length = max(set(lengths), key=lambda n: (n * lengths.count(n), n), default=0)
    chosen = {prefix: channel for prefix, channel in whole.items() if len(channel) == length}
    return Points(tuple(chosen.values()), tuple(chosen))


def pivot(table: Table, series_id: str, time: str, target: str | None, keep: Sequence[str] = ()) -> Table:
    """One row a series from one row a point: columns <name>_0, <name>_1, ... in the order of time.

    Shorter series end in missing values. Rows stand in the order in which the series first appear.

    Args:
        table: as read.
        series_id: column that names the series of a row.
        time: column that orders the rows of a series.
        target: column to predict, constant within a series; None for predict.
        keep: further columns that describe the whole series (group, weight, split).

    Raises:
        ColumnMissing: a column is not there.
        DataError: a target that changes within a series, rows without time, values that are no numbers, or no values.
    """
    frame = table.frame
    about = [name for name in dict.fromkeys((series_id, *keep, target)) if name is not None and name != time]
    if missing := [name for name in (*about, time) if name not in frame.columns]:
        raise ColumnMissing.from_names(missing, frame.columns, where=table.source)
    values = [name for name in frame.columns if name not in (*about, time)]
    if not values:
        raise DataError("No column holds the values of the series.", where=table.source, hint="id, time and a value")
    if words := [name for name in values if is_text(simplify(frame[name])) and frame[name].notna().any()]:
        raise DataError(
            f"Columns that hold no numbers cannot be channels of a series: {', '.join(map(repr, words[:5]))}.",
            where=table.source,
            hint=f"--drop {','.join(words[:5])}",
        )
    codes, ids = pd.factorize(frame[series_id])
    if (codes < 0).any():
        raise DataError(f"{(codes < 0).sum()} rows name no series.", where=f"column {series_id!r}", hint="drop them")
    if target is not None:
        _check_constant(frame[target], codes, ids, target)
    whole = frame[about].groupby(codes, sort=True).first() if about else pd.DataFrame(index=range(len(ids)))
    place = _positions(codes, _times(frame[time], time))
    wide = pd.concat([whole.reset_index(drop=True), _wide(frame[values], codes, place, len(ids))], axis=1)
    reading = table.reading | {"points": len(frame), "series": len(ids)}
    return replace(table, frame=wide, reading=reading)


def fitted(wide: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """A pivoted frame with exactly these columns for its points: longer series are cut, shorter ones end in NaN."""
    missing = [name for name in names if name not in wide.columns]
    return pd.concat([wide, pd.DataFrame(np.nan, index=wide.index, columns=missing)], axis=1) if missing else wide


def _check_constant(values: pd.Series, codes: Array, ids: Any, target: str) -> None:
    distinct_values = values.groupby(codes).nunique()
    changing = np.flatnonzero(distinct_values.to_numpy() > 1)
    if len(changing):
        raise DataError(
            f"The target {target!r} changes within {len(changing):,} series.",
            where=f"first in series {ids[int(distinct_values.index[changing[0]])]!r}",
            hint="a series has one target; --horizon N forecasts one that changes",
        )


def _times(series: pd.Series, name: str) -> Array:
    """(n,) float64: numbers as they are, dates as seconds."""
    series = simplify(series)
    if series.dtype.kind in "biuf" and not is_text(series):
        times: Array = series.to_numpy(np.float64)
    elif is_text(series):
        texts, codes = distinct(arrow_text(series).fill_null(""))
        times = dates(series, guess_date_format(texts, np.bincount(codes, minlength=len(texts))))[0]
    else:
        times = dates(series)[0]
    if np.isnan(times).any():
        raise DataError(
            f"{int(np.isnan(times).sum())} rows have no time.", where=f"column {name!r}", hint="numbers or dates"
        )
    return times


def _positions(codes: Array, times: Array) -> Array:
    """(n,) place of each row within its series by time; equal times keep their order."""
    order = np.lexsort((times, codes))
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    sizes = np.diff([*starts, len(codes)])
    place = np.empty(len(codes), np.int64)
    place[order] = np.arange(len(codes)) - np.repeat(starts, sizes)
    return place


def _wide(values: pd.DataFrame, codes: Array, place: Array, count: int) -> pd.DataFrame:
    length = min(int(place.max()) + 1, MOST_POINTS)
    kept = place < length
    blocks = []
    for name in values.columns:
        cells = np.full((count, length), np.nan)
        cells[codes[kept], place[kept]] = simplify(values[name]).to_numpy(np.float64, na_value=np.nan)[kept]
        blocks.append(pd.DataFrame(cells, columns=[f"{name}_{i}" for i in range(length)]))
    return pd.concat(blocks, axis=1)
