"""Table files, frames and arrays as a `Table`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.data.source import Table
from automl.data.table_columnar import read_excel, read_feather, read_parquet
from automl.data.table_csv import read_text
from automl.data.table_frame import check_names, check_rows, named, tidy
from automl.data.table_json import read_json
from automl.data.table_target import Wanted, label_type
from automl.data.table_unpack import find_format, load, short_name
from automl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.table_sniff import Layout

HEADER_HINT = "the first line looks like data: add a line with column names"


def read_file(path: Path, wanted: Wanted, max_bad_lines: float = 0.01) -> Table:
    """The table in a file of any supported format.

    Raises:
        DataError: see `read.read`.
    """
    started = time.perf_counter()
    kind, packed = find_format(path)
    where = str(path)
    if kind in {".parquet", ".feather", ".arrow", ".xlsx"}:
        frame, how = _tidied(*_read_binary(path, kind), wanted, where)
    else:
        raw, inner = load(path, packed)
        kind = kind if kind and not inner else inner
        if kind in {".json", ".jsonl", ".ndjson"}:
            frame, how = _tidied(*read_json(raw, lines=kind != ".json", where=where), wanted, where)
        else:

            def names(layout: Layout) -> str:
                check_names(layout.names, wanted.target, where, hint=HEADER_HINT if layout.header_suspect else "")
                return wanted.choose(layout.names)

            frame, how = read_text(raw, where=where, max_bad_lines=max_bad_lines, names=names)
            check_rows(len(frame), wanted.least_rows, where)
    how = {"format": kind.removeprefix("."), "compression": packed.removeprefix("."), **how}
    how |= {"target": wanted.choice, "bytes": path.stat().st_size, "seconds": time.perf_counter() - started}
    return Table(short_name(path), where, frame, how)


def _read_binary(path: Path, kind: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    if path.stat().st_size == 0:
        raise DataError("The file is empty.", where=str(path), hint="write it again")
    if kind == ".xlsx":
        return read_excel(path)
    return (read_parquet(path) if kind == ".parquet" else read_feather(path)), {}


def _tidied(
    frame: pd.DataFrame, how: dict[str, Any], wanted: Wanted, where: str
) -> tuple[pd.DataFrame, dict[str, Any]]:
    frame = named(frame)
    check_names(list(frame.columns), wanted.target, where)
    if not len(frame.columns):
        raise DataError("There are no columns.", where=where, hint="a table needs at least two columns")
    check_rows(len(frame), wanted.least_rows, where)
    target = wanted.choose(list(frame.columns))
    if target:
        how = {**how, "target_type": label_type(frame[target])}
    frame, markers = tidy(frame, target, where)
    return frame, {**how, "markers": markers, "skipped": 0, "skipped_lines": {}}


def from_frame(frame: pd.DataFrame, wanted: Wanted, name: str = "data") -> Table:
    """A table from a DataFrame; columns of the right types are shared with it, and it is never changed."""
    started = time.perf_counter()
    where = f"DataFrame of {len(frame)} rows and {len(frame.columns)} columns"
    result, how = _tidied(frame, {"format": "DataFrame"}, wanted, where)
    return Table(
        name, where, result, {**how, "target": wanted.choice, "bytes": 0, "seconds": time.perf_counter() - started}
    )


def from_arrays(X: Any, y: Any, target: str = "target") -> Table:
    """A table from inputs and a target held apart.

    Args:
        X: (n, columns) DataFrame, array or list of rows; columns of an array are named x0, x1, ...
        y: (n,) target values.
        target: name the target gets.

    Raises:
        DataError: shapes that do not fit, or a column of X with the target's name.
    """
    where = "the arrays given"
    frame = named(X if isinstance(X, pd.DataFrame) else _frame_of(np.asarray(X), where))
    values = y.reset_index(drop=True) if isinstance(y, pd.Series) else pd.Series(np.asarray(y).ravel())
    if len(values) != len(frame):
        raise DataError(f"X has {len(frame)} rows and y has {len(values)}.", where=where, hint="give one target a row")
    if target in frame.columns:
        raise DataError(
            f"X has a column named {target!r} already.", where=where, hint="give the target another name: target=..."
        )
    return from_frame(frame.assign(**{target: values}), Wanted(target))


def _frame_of(values: np.ndarray[Any, Any], where: str) -> pd.DataFrame:
    if values.ndim != 2:
        raise DataError(
            f"X has {values.ndim} dimensions; a table has 2.", where=where, hint="reshape it to (rows, columns)"
        )
    return pd.DataFrame(values, columns=[f"x{i}" for i in range(values.shape[1])])
