"""Parquet, feather and Excel files to a frame of unchecked types."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from automl.data.table_sniff import name_columns
from automl.errors import DataError, ExtraMissing

if TYPE_CHECKING:
    from pathlib import Path

INDEX = "__index_level_0__"
"""Name under which pandas stores an unnamed index in parquet and feather."""


def read_parquet(path: Path) -> pd.DataFrame:
    """The frame in a parquet file."""
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as problem:
        raise _damaged(path, "parquet", problem) from problem
    return _frame(table, path)


def read_feather(path: Path) -> pd.DataFrame:
    """The frame in a feather file or an Arrow file or stream."""
    from pyarrow import feather, ipc

    try:
        table = feather.read_table(path)
    except (pa.ArrowException, OSError) as problem:
        try:
            table = ipc.open_stream(path.read_bytes()).read_all()
        except (pa.ArrowException, OSError):
            raise _damaged(path, "feather", problem) from problem
    return _frame(table, path)


def _frame(table: pa.Table, path: Path) -> pd.DataFrame:
    for field in table.schema:
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type):
            raise DataError(
                f"Column {field.name!r} holds nested values or bytes ({field.type}).",
                where=str(path),
                hint="flatten it: one value a cell, or remove the column",
            )
    table = table.drop_columns([INDEX]) if INDEX in table.column_names else table
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, date_as_object=False, split_blocks=True)
    return frame


def read_excel(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The first sheet of a workbook, its first row as header, and the names of its sheets."""
    try:
        import openpyxl  # noqa: F401 (pandas reads workbooks through it)
    except ImportError as problem:
        raise ExtraMissing.for_extra("Reading .xlsx", "excel") from problem
    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            sheets = [str(name) for name in book.sheet_names]
            # Without a header, so that duplicate names are seen instead of renamed.
            cells = pd.read_excel(book, header=None, dtype=object, keep_default_na=False, na_values=[""])
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as problem:
        raise _damaged(path, "Excel", problem) from problem
    cells = cells.dropna(how="all").dropna(how="all", axis="columns")
    if cells.empty:
        raise DataError("The first sheet is empty.", where=str(path), hint="put the table on the first sheet")
    header = ["" if pd.isna(cell) else str(cell) for cell in cells.iloc[0]]
    return cells.iloc[1:].set_axis(list(name_columns(header)), axis="columns"), {"sheets": sheets}


def _damaged(path: Path, kind: str, problem: Exception) -> DataError:
    return DataError(
        f"The {kind} file is damaged or of another format.",
        where=str(path),
        hint=f"write it again; the reader says: {str(problem)[:200]}",
    )
