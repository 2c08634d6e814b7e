"""Series laid out on dense steps, so that a lag is a subtraction; nothing here sees a later step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Grid:
    """Every series from its first to its last step, one after the other.

    Attributes:
        place: (n,) position of each row.
        first: (n,) position where the series of the row begins.
        values: (m,) target at each position, where unknown the last known one before; NaN before there is any.
        latest: (m,) row at each position, where there is none the last one before.
        known: (n,) position of the last known target of the row's series, -1 without one.
    """

    place: Array
    first: Array
    values: Array
    latest: Array
    known: Array

    def at(self, back: int) -> Array:
        """(n,) last known target so many steps before each row; NaN before the series begins."""
        place = self.place - back
        found: Array = np.where(place >= self.first, self.values[np.maximum(place, 0)], np.nan)
        return found

    def row_at(self, back: int) -> Array:
        """(n,) the row so many steps before each row, or the last one before that; -1 before the series begins."""
        place = self.place - back
        found: Array = np.where(place >= self.first, self.latest[np.maximum(place, 0)], -1)
        return found

    def window(self, width: int, back: int) -> tuple[Array, Array]:
        """(n,) mean and (n,) standard deviation of the last `width` values known `back` steps before each row.

        A window that begins before the series is shorter; NaN where nothing is known in it.
        """
        centre = self._centre()
        known = np.isfinite(self.values)
        moved = np.where(known, self.values - centre, 0.0)
        count, total, square = (np.concatenate([[0.0], np.cumsum(v)]) for v in (known, moved, moved**2))
        end = np.maximum(self.place - back + 1, self.first)
        start = np.maximum(end - width, self.first)
        with np.errstate(invalid="ignore", divide="ignore"):
            n = count[end] - count[start]
            mean = (total[end] - total[start]) / n
            spread = np.sqrt(np.maximum((square[end] - square[start]) / n - mean**2, 0.0))
        return mean + centre[self.place], spread

    def _centre(self) -> Array:
        """(m,) the first known value of each position's series: sums of differences to it lose fewer digits."""
        begins = np.zeros(len(self.values), bool)
        begins[self.first] = True
        series = np.cumsum(begins) - 1
        known = np.flatnonzero(np.isfinite(self.values))
        centres = np.zeros(series[-1] + 1 if len(series) else 0)
        found, where = np.unique(series[known], return_index=True)
        centres[found] = self.values[known[where]]
        of_position: Array = centres[series]
        return of_position


def lay_out(codes: Array, steps: Array, y: Array) -> Grid:
    """The grid of rows.

    Args:
        codes: (n,) series of each row.
        steps: (n,) whole step of each row, none twice in a series.
        y: (n,) targets, NaN where unknown.
    """
    _, series = np.unique(codes, return_inverse=True)
    count = series.max() + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, series, steps)
    np.maximum.at(high, series, steps)
    begins = np.concatenate([[0], np.cumsum(high - low + 1)]).astype(np.int64)
    place = begins[series] + (steps - low[series]).astype(np.int64)
    rows = np.full(begins[-1], -1, np.int64)
    rows[place] = np.arange(len(place))
    targets = np.full(begins[-1], np.nan)
    targets[place] = y
    start = np.repeat(begins[:-1], np.diff(begins))  # of the series that each position belongs to
    values = _filled(np.where(np.isfinite(targets), np.arange(len(targets)), -1), start)
    latest = _filled(np.where(rows >= 0, np.arange(len(rows)), -1), start)
    known = values[begins[1:] - 1]  # the last one of each series
    return Grid(
        place,
        begins[series],
        np.where(values >= 0, targets[values], np.nan),
        np.where(latest >= 0, rows[latest], -1),
        known[series],
    )


def _filled(positions: Array, start: Array) -> Array:
    """Each position or the last one before it in the same series, -1 without one."""
    filled = np.maximum.accumulate(positions)
    return np.where(filled >= start, filled, -1)
