"""Text columns without hidden missing markers ('?', 'NA', blanks), and how many there were of each."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

MARKERS = ("NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?")
DASH = "-"
"""Missing only in a column that is otherwise numbers; elsewhere it may be a label."""
BLANKS = ("", *(" " * n for n in range(1, 17)), "\t")
VALUES = pa.array([*BLANKS, *MARKERS, *(f" {m}" for m in MARKERS), *(f"{m} " for m in MARKERS)])
Column = Any
"""A pyarrow.ChunkedArray."""


def remove_markers(column: Column) -> tuple[Column, dict[str, int]]:
    """The text column with markers as missing, and marker -> count.

    Cells without any character are missing but hide nothing: they are not counted. Blanks count as ' '.
    """
    return _remove(column, VALUES)


def _remove(column: Column, values: pa.Array) -> tuple[Column, dict[str, int]]:
    hidden = pc.is_in(column, value_set=values)
    found = pc.value_counts(pc.filter(column, hidden)).to_pylist()
    if not found:
        return column, {}
    counts: Counter[str] = Counter()
    for item in found:
        if item["values"]:
            counts[item["values"].strip() or " "] += item["counts"]
    return pc.if_else(hidden, pa.scalar(None, column.type), column), dict(counts)


def as_values(column: Column, decimal: str = ".") -> tuple[Column, dict[str, int]]:
    """A text column as numbers, dates or booleans where every cell is one, else unchanged; and the dashes removed."""
    counts: dict[str, int] = {}
    if (values := _parse(column, decimal)) is not None:
        return values, counts
    dashless, dashes = _remove(column, pa.array([DASH, f" {DASH}", f"{DASH} "]))
    if dashes and (values := _parse_numbers(dashless, decimal)) is not None:
        return values, dashes
    return column, counts


def _parse(column: Column, decimal: str) -> Column | None:
    if (numbers := _parse_numbers(column, decimal)) is not None:
        return numbers
    return _first_cast(pc.utf8_trim_whitespace(column), (pa.timestamp("us"), pa.bool_()))


def _parse_numbers(column: Column, decimal: str) -> Column | None:
    text = pc.utf8_trim_whitespace(column)
    if decimal == ",":
        text = pc.replace_substring(text, ",", ".")
    found = _first_cast(text, (pa.int64(), pa.float64()))
    floating = found is not None and pa.types.is_floating(found.type)
    return None if floating and digits_are_lost(text) else found


def digits_are_lost(text: Column) -> bool:
    """Whether whole numbers beyond int64 have more digits than a float keeps, so that several would become one."""
    long = pc.match_substring_regex(text, r"^[+-]?\d{19,}$")
    exact = pc.match_substring_regex(text, r"^[+-]?0*[1-9]\d{14,}[1-9]0*$")
    return bool(pc.any(pc.and_(long, exact)).as_py())


def _first_cast(text: Column, types: tuple[Any, ...]) -> Column | None:
    for kind in types:
        try:
            return pc.cast(text, kind)
        except pa.ArrowInvalid:
            continue
    return None
