"""Frames of any origin brought to the few types a table has: numbers, booleans, dates, text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from automl.data.table_markers import remove_markers
from automl.data.table_target import target_text
from automl.errors import ColumnMissing, DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

Markers = dict[str, dict[str, int]]


def check_names(names: Sequence[str], target: str | None, where: str, *, hint: str = "") -> None:
    """Raise for duplicate names and for a target that is not there."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(
            f"Duplicate column names: {', '.join(map(repr, twice[:10]))}{', ...' if len(twice) > 10 else ''}.",
            where=where,
            hint=hint or "rename or remove one of them",
        )
    if target is not None and target not in names:
        raise ColumnMissing.from_names([target], names, where=where)


def check_rows(rows: int, least: int, where: str) -> None:
    """Raise when there are fewer rows than needed."""
    if rows == 0:
        raise DataError("There are no rows, only a header.", where=where, hint="check that the export was complete")
    if rows < least:
        raise DataError("There is only one row.", where=where, hint="a model needs many rows to learn from")


def column_name(name: Any) -> str:
    """The name of a column as text without blanks around it; those of several levels are joined by `_`."""
    return ("_".join(map(str, name)) if isinstance(name, tuple) else str(name)).strip()


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with text column names and rows numbered from 0; the cells are shared."""
    names = [column_name(name) for name in frame.columns]
    return frame.set_axis(names, axis="columns").reset_index(drop=True)


def tidy(frame: pd.DataFrame, target: str, where: str) -> tuple[pd.DataFrame, Markers]:
    """The frame with every column as int64, float64, bool, datetime64 or `str`, and hidden markers found.

    Columns that are one of these already are shared, not copied. The target, when there is one, becomes text.

    Args:
        frame: columns with unique text names.
        target: name of the target, '' for none.
        where: source for messages.

    Raises:
        DataError: a column holds lists, dictionaries or complex numbers.
    """
    markers: Markers = {}
    columns: dict[str, Any] = {}
    for name in frame.columns:
        column = target_text(frame[name]) if name == target else _plain(frame[name], where)
        if isinstance(column.dtype, pd.StringDtype):
            column, counts = _unhide(column)
            if counts:
                markers[name] = counts
        columns[name] = column
    return pd.concat(columns, axis="columns"), markers


def _unhide(column: pd.Series[Any]) -> tuple[pd.Series[Any], dict[str, int]]:
    before = pa.chunked_array([pa.array(column, from_pandas=True, type=pa.large_string())])
    after, counts = remove_markers(before)
    if after is before or after.null_count == before.null_count:
        return column, {}
    return pd.Series(after.to_pandas().to_numpy(), index=column.index, name=column.name, dtype="str"), counts


def _plain(column: pd.Series[Any], where: str) -> pd.Series[Any]:
    kind = column.dtype
    if isinstance(kind, (pd.CategoricalDtype, pd.PeriodDtype, pd.IntervalDtype)):
        return target_text(column)
    if isinstance(kind, pd.StringDtype):
        return column.astype("str")
    if pd.api.types.is_object_dtype(kind):
        return _from_objects(column, where)
    if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_complex_dtype(kind):
        return _numbers(column)
    return _other(column, where)


def _numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Booleans stay booleans, unless cells are missing: then they are text."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.astype("str") if column.hasnans else column.astype(bool)
    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans and column.dtype != np.uint64:
        return column.astype(np.int64)
    return pd.Series(column.to_numpy(np.float64, na_value=np.nan), name=column.name, copy=False)


def _other(column: pd.Series[Any], where: str) -> pd.Series[Any]:
    """Times, types of Arrow-backed frames, and what no model can use."""
    if isinstance(column.dtype, pd.ArrowDtype):
        converted = pa.array(column).to_pandas(date_as_object=False)
        return _plain(converted.rename(column.name), where)
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds()
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _without_zone(column)
    if pd.api.types.is_complex_dtype(column.dtype):
        raise _unusable(column, "complex numbers", where)
    return column.astype("str")


def _without_zone(column: pd.Series[Any]) -> pd.Series[Any]:
    """Dates in UTC without a zone."""
    return column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz is not None else column


def _from_objects(column: pd.Series[Any], where: str) -> pd.Series[Any]:
    nested = next((cell for cell in column if isinstance(cell, (list, tuple, dict, set, np.ndarray))), None)
    if nested is not None:
        raise _unusable(column, f"nested values ({type(nested).__name__})", where)
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in {"integer", "floating", "mixed-integer-float", "decimal"}:
        return pd.Series(pd.to_numeric(column).to_numpy(), name=column.name).pipe(_plain, where)
    if kind == "empty":
        return column.astype(np.float64)
    if kind in {"datetime64", "datetime", "date"}:
        return _without_zone(pd.to_datetime(column, utc=True))
    if kind == "boolean" and not column.hasnans:
        return column.astype(bool)
    return target_text(column)


def _unusable(column: pd.Series[Any], what: str, where: str) -> DataError:
    return DataError(
        f"Column {column.name!r} holds {what}.",
        where=where,
        hint="put each value in a column of its own, or remove the column",
    )
