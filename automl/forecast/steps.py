"""Time stamps as whole numbers of steps: the spacing of a series, found and told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.encode.dates import DAY
from automl.errors import DataError
from automl.types import Choice, Steps

if TYPE_CHECKING:
    from collections.abc import Iterator

Array = np.ndarray[Any, Any]

COMPLETE = 0.5
"""Share of the steps between first and last that must have a row; a grid with more holes than that is no grid."""
MONTH_DAYS = 27
WORKWEEK = 10
"""Days in a row without a weekend that show a series of workdays."""
EXACT = 1e-3
"""Steps that a time stamp may lie beside its step."""
_NAMES = ((7 * DAY, "week"), (DAY, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


def find(times: Array, codes: Array, dated: bool) -> Choice[Steps]:
    """The spacing of the series, with its reason; evidence counts steps and those without a row.

    Args:
        times: (n,) seconds since 1970 where `dated`, else numbers; none missing, none twice in a series.
        codes: (n,) series of each row.
        dated: whether the column holds dates.

    Raises:
        DataError: no series has two rows.
    """
    order = np.lexsort((times, codes))
    apart = np.diff(times[order])[np.diff(codes[order]) == 0]
    if not len(apart):
        raise DataError("No series has two rows: there is no past to forecast from.", hint="another --series-id")
    for steps in _candidates(times, apart, dated):
        numbers = number(steps, times, codes)
        if not np.isfinite(numbers).all() or _twice(numbers, codes):
            continue
        spans, series = _spans(numbers, codes)
        if len(times) >= COMPLETE * spans:
            missing = int(spans - len(times))
            reason = f"a row every {words(steps)}"
            if missing:
                reason += f", but for {missing:,} of {int(spans):,} steps, where the last known value stands in"
            return Choice(steps, reason, {"steps": int(spans), "missing": missing, "series": series})
    spans, series = _spans(number(Steps(), times, codes), codes)
    reason = "time stamps without a regular spacing: a step is a row, in the order of time"
    return Choice(Steps(), reason, {"steps": int(spans), "missing": 0, "series": series})


def number(steps: Steps, times: Array, codes: Array) -> Array:
    """(n,) float64 step of each time stamp, NaN where it lies beside the steps; for 'rows' its rank in the series."""
    if steps.unit == "rows":
        order = np.lexsort((times, codes))
        starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
        ranks = np.empty(len(times))
        ranks[order] = np.arange(len(times)) - np.repeat(starts, np.diff([*starts, len(times)]))
        return ranks
    exact = (_units(steps.unit, times) - steps.origin) / steps.every
    whole = np.round(exact)
    return np.where(np.abs(exact - whole) <= EXACT, whole, np.nan)


def words(steps: Steps) -> str:
    """The spacing in words: 'day', '15 minutes', 'workday'."""
    count, name = steps.every, "month"
    if steps.unit == "months":
        count, name = (count / 12, "year") if count % 12 == 0 else (count, "month")
    elif steps.unit == "workdays":
        name = "workday"
    elif steps.unit == "rows":
        name = "row"
    elif steps.unit == "numbers":
        return f"{count:g}"
    else:
        size, name = next((pair for pair in _NAMES if count % pair[0] == 0), (1.0, "second"))
        count /= size
    return name if count == 1 else f"{count:g} {name}s"


def _units(unit: str, times: Array) -> Array:
    days = np.floor(times / DAY)
    if unit == "months":
        months: Array = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.float64)
        return months
    if unit == "workdays":
        counted = np.busday_count(np.datetime64(0, "D"), days.astype("datetime64[D]")).astype(np.float64)
        return np.where(_weekday(times) < 5, counted, np.nan)
    return times


def _weekday(times: Array) -> Array:
    weekday: Array = np.mod(np.floor(times / DAY) + 3, 7)  # 1970-01-01 was a Thursday
    return weekday


def _candidates(times: Array, apart: Array, dated: bool) -> Iterator[Steps]:
    """Spacings worth a look, the most particular first."""
    midnight = dated and bool((times % DAY == 0).all())
    if midnight and np.median(apart) >= MONTH_DAYS * DAY:
        months = _units("months", times)
        every = max(float(np.round(np.median(apart) / (365.25 / 12 * DAY))), 1.0)
        yield Steps("months", every, float(months.min()))
    if midnight and len(times) >= WORKWEEK and (_weekday(times) < 5).all() and _most(apart) == DAY:
        yield Steps("workdays", 1.0, float(_units("workdays", times).min()))
    yield Steps("seconds" if dated else "numbers", _most(apart), float(times.min()))


def _most(apart: Array) -> float:
    """The most frequent distance."""
    values, counts = np.unique(np.round(apart, 6), return_counts=True)
    return float(values[counts.argmax()])


def _twice(numbers: Array, codes: Array) -> bool:
    return len(np.unique(np.stack([codes, numbers]), axis=1).T) < len(codes)


def _spans(numbers: Array, codes: Array) -> tuple[float, int]:
    """Steps from the first to the last of every series, together, and the number of series."""
    found, codes = np.unique(codes, return_inverse=True)
    low, high = np.full(len(found), np.inf), np.full(len(found), -np.inf)
    np.minimum.at(low, codes, numbers)
    np.maximum.at(high, codes, numbers)
    return float((high - low + 1).sum()), len(found)
