"""Dates written as text: which format a column is in, and its cells as seconds since 1970."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from automl.data.cells import NUMBER_MARKERS, arrow_text, distinct, is_marker, is_text, simplify

Array = np.ndarray[Any, Any]

ISO = "ISO8601"
"""pandas' name for any ISO 8601 form: with 'T', fractions of a second or a zone."""
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_SHAPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^\d{4}-\d{1,2}-\d{1,2}$", ("%Y-%m-%d",)),
    (r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", (ISO,)),
    (r"^\d{4}-\d{1,2}$", ("%Y-%m",)),
    (r"^\d{4}/\d{1,2}/\d{1,2}", tuple("%Y/%m/%d" + time for time in _TIMES)),
    (r"^\d{1,2}\.\d{1,2}\.\d{4}", tuple("%d.%m.%Y" + time for time in _TIMES)),
    (r"^\d{1,2}\.\d{1,2}\.\d{2}$", ("%d.%m.%y",)),
    # Month first unless a day above 12 contradicts it: the reading of the country that uses slashes most.
    (r"^\d{1,2}/\d{1,2}/\d{4}", tuple(day + time for time in _TIMES for day in ("%m/%d/%Y", "%d/%m/%Y"))),
    (r"^\d{1,2}/\d{1,2}/\d{2}($|\s)", tuple(day + time for time in _TIMES for day in ("%m/%d/%y", "%d/%m/%y"))),
    (r"^\d{1,2}-\d{1,2}-\d{4}", tuple(day + time for time in _TIMES for day in ("%d-%m-%Y", "%m-%d-%Y"))),
    (r"^\d{1,2}[- ][A-Za-z]{3}[- ]\d{4}$", ("%d-%b-%Y", "%d %b %Y")),
    (r"^\d{1,2}[- ][A-Za-z]{3}[- ]\d{2}$", ("%d-%b-%y", "%d %b %y")),
    (r"^[A-Za-z]{3} \d{1,2},? \d{4}$", ("%b %d, %Y", "%b %d %Y")),
    (r"^[A-Za-z]{4,9} \d{1,2},? \d{4}$", ("%B %d, %Y", "%B %d %Y")),
)


def guess_date_format(texts: pa.Array, counts: Array) -> str:
    """The format in which at least 95 % of the cells are dates, '' when there is none.

    Args:
        texts: distinct, trimmed, markers removed.
        counts: (texts,) cells each stands for.
    """
    for shape, formats in _SHAPES:
        fits = pc.match_substring_regex(texts, shape).to_numpy(zero_copy_only=False)
        if counts[fits].sum() < 0.95 * counts.sum():
            continue
        parsed = [(counts[np.isfinite(_parse(texts, name))].sum(), name) for name in formats]
        cells, best = max(parsed, key=lambda pair: pair[0])
        if cells >= 0.95 * counts.sum():
            return best
    return ""


def leading_format(texts: pa.Array, counts: Array) -> tuple[str, Array, Array]:
    """The format of most cells, '' where none is a date, and (texts,) bool each: in that format; in any.

    Args:
        texts, counts: as for `guess_date_format`.
    """
    best, leading, dated = "", np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    for shape, formats in _SHAPES:
        fits = pc.match_substring_regex(texts, shape).to_numpy(zero_copy_only=False)
        if not fits.any():
            continue
        for name in formats:
            read = np.zeros(len(texts), dtype=bool)
            read[fits] = np.isfinite(_parse(texts.filter(pa.array(fits)), name))
            dated |= read
            if counts[read].sum() > counts[leading].sum():
                best, leading = name, read
    return best, leading, dated


def _parse(texts: pa.Array, date_format: str) -> Array:
    values = pd.to_datetime(pd.Series(texts.to_pylist(), dtype="str"), format=date_format, errors="coerce", utc=True)
    return seconds(values.dt.tz_localize(None).to_numpy())


def seconds(values: Array) -> Array:
    """(n,) float64 seconds since 1970 of datetime64 values, NaN for none."""
    since: Array = (values - np.datetime64(0, "s")) / np.timedelta64(1, "s")
    return since


def dates(series: pd.Series, date_format: str = "") -> tuple[Array, Array]:
    """(n,) float64 seconds since 1970, NaN = missing, and a mask of the cells that have a value but no date.

    Text is read in `date_format`; cells that are not in it are tried as ISO dates, so that a file written by another
    program still reads.
    """
    series = simplify(series)
    if series.dtype.kind == "M":
        return seconds(series.to_numpy()), np.zeros(len(series), dtype=bool)
    if not is_text(series):
        return np.full(len(series), np.nan), series.notna().to_numpy()
    texts, codes = distinct(arrow_text(series))
    marker = is_marker(texts, NUMBER_MARKERS)
    values = _parse(texts, date_format or ISO)
    odd = ~np.isfinite(values) & ~marker
    if odd.any() and date_format not in ("", ISO):
        dashed = odd & pc.match_substring_regex(texts, r"^\d{4}-\d{2}-\d{2}").to_numpy(zero_copy_only=False)
        values[dashed] = _parse(texts.filter(pa.array(dashed)), ISO)
        odd = ~np.isfinite(values) & ~marker
    return np.append(values, np.nan)[codes], np.append(odd, False)[codes]
