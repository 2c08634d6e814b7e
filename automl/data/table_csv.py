"""Delimited text to a frame, parsed by Arrow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from automl.data.table_markers import as_values, remove_markers
from automl.data.table_sniff import SAMPLE, Layout, Raw, find_encoding, find_layout, name_columns, to_utf8
from automl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

LISTED = 50
"""Skipped lines named one by one; further ones are only counted."""
LARGEST_BLOCK = 2**30


class _NotUtf8(Exception):  # noqa: N818 (a control-flow signal, not an error)
    """A byte far down the file is no UTF-8."""


@dataclass
class Ragged:
    """Collects rows with too many or too few cells.

    Attributes:
        raw: the text, in which a row is found again to name its line.
        lines: line number -> reason, the first `LISTED`.
        count: lines skipped (a row of several lines counts as that many).
    """

    raw: Raw
    lines: dict[int, str] = field(default_factory=dict)
    count: int = 0
    position: int = 0
    line: int = 1

    def __call__(self, row: Any) -> str:
        """Note the row (pyarrow.csv.InvalidRow) and skip it."""
        self.count += row.text.count("\n") + 1
        if len(self.lines) < LISTED:
            line = self._line(row.text.encode()) or row.number
            self.lines[line] = f"{row.actual_columns} instead of {row.expected_columns} cells"
        return "skip"

    def _line(self, text: bytes) -> int:
        """The line a row begins at, 0 when it is not found; rows come in file order."""
        found = self.position - 1
        while (found := self.raw.find(b"\n" + text, found + 1)) >= 0:
            end = found + 1 + len(text)
            if self.raw[end : end + 1] in {b"", b"\n", b"\r"}:
                self.line += self.raw[self.position : found + 1].count(b"\n")
                self.position = found + 1
                return self.line
        return 0


def read_text(
    raw: Raw, *, where: str, max_bad_lines: float, names: Callable[[Layout], str]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The frame in a delimited text and how it was read (encoding, delimiter, decimal, skipped lines, markers).

    Args:
        raw: the bytes of the file.
        where: path for messages.
        max_bad_lines: share of lines that may be skipped as ragged.
        names: called once the header is known, before anything is parsed: raises on names that cannot be used, and
            returns the column to keep as text exactly, or ''.

    Raises:
        DataError: empty, binary or too ragged.
    """
    encoding = find_encoding(raw[:SAMPLE], where)
    try:
        return _read(*to_utf8(raw, encoding), where, max_bad_lines, names)
    except _NotUtf8:
        return _read(*to_utf8(raw, "cp1252"), where, max_bad_lines, names)


def _read(
    raw: Raw, encoding: str, where: str, max_bad_lines: float, names: Callable[[Layout], str]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    layout = _without_header(find_layout(raw, where), Path(where).parent)
    exact = names(layout)
    table, ragged = _parse(raw, layout, (exact,), where)
    if huge := _beyond_int64(table):
        table, ragged = _parse(raw, layout, (exact, *huge), where)
    _refuse_unclosed(table, raw, where)
    _refuse_ragged(ragged, table.num_rows, max_bad_lines, where)
    table, markers = _clean(table, exact, layout.decimal, huge)
    reading: dict[str, Any] = {
        "encoding": encoding,
        "delimiter": layout.delimiter,
        "decimal": layout.decimal,
        "skipped": ragged.count,
        "skipped_lines": ragged.lines,
        "markers": markers,
    }
    if layout.header_suspect:
        reading["header_suspect"] = True
    return to_frame(table), reading


def _without_header(layout: Layout, root: Path) -> Layout:
    """The layout of a list of images or recordings without a header: its first line names a file, and is a row."""
    from automl.data.media import is_file_of

    if not any(is_file_of(name, root) for name in layout.names):
        return layout
    return replace(layout, names=name_columns([""] * len(layout.names)), header_suspect=False, header=False)


def _parse(raw: Raw, layout: Layout, texts: tuple[str, ...], where: str) -> tuple[pa.Table, Ragged]:
    """The Arrow table: in parallel first; row by row when a row is ragged, in larger blocks when one is long."""
    quoted = raw.find(b'"', max(raw.find(b"\n", layout.start), 0)) >= 0
    ragged = Ragged(raw)
    options: dict[str, Any] = {}
    block = 2**20
    while True:
        try:
            return _arrow(raw, layout, texts, quoted=quoted, block=block, more=options), ragged
        except pa.ArrowInvalid as problem:
            message = str(problem)
            if "UTF8" in message:
                raise _NotUtf8 from problem
            if "straddling" in message and block >= len(raw) - layout.start:
                return pa.table({name: pa.array([], pa.null()) for name in layout.names}), ragged  # a header alone
            if "straddling" in message and block < LARGEST_BLOCK:
                block = min(block * 16, LARGEST_BLOCK)
                ragged = options["invalid_row_handler"] = Ragged(raw) if options else ragged
            elif "Expected" in message and not options:
                options["invalid_row_handler"] = ragged
            else:
                raise DataError(
                    "The file cannot be parsed as a table.", where=where, hint=f"the parser says: {message[:200]}"
                ) from problem


def _arrow(
    raw: Raw, layout: Layout, texts: tuple[str, ...], *, quoted: bool, block: int, more: dict[str, Any]
) -> pa.Table:
    table = pcsv.read_csv(
        pa.BufferReader(pa.py_buffer(raw).slice(layout.start)),
        pcsv.ReadOptions(
            column_names=list(layout.names),
            skip_rows_after_names=int(layout.header),
            block_size=block,
            use_threads=not more,
        ),
        pcsv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=quoted, **more),
        pcsv.ConvertOptions(
            # Only the empty cell: all other markers are taken out, and counted, afterwards.
            null_values=[""],
            strings_can_be_null=True,
            column_types={name: pa.string() for name in texts if name},
            decimal_point=layout.decimal,
        ),
    )
    if any(pa.types.is_binary(kind) for kind in table.schema.types):
        raise _NotUtf8
    return table


def _beyond_int64(table: pa.Table) -> tuple[str, ...]:
    """Columns of floats that may be whole numbers too long for int64, whose digits only their text has."""
    floats = (name for name in table.column_names if pa.types.is_floating(table.column(name).type))
    return tuple(name for name in floats if pc.any(pc.greater_equal(pc.abs(table.column(name)), 2.0**63)).as_py())


def _refuse_ragged(ragged: Ragged, rows: int, limit: float, where: str) -> None:
    if ragged.count <= limit * (rows + ragged.count):
        return
    first = list(ragged.lines.items())[:5]
    listed = "; ".join(f"line {line}: {reason}" for line, reason in first)
    raise DataError(
        f"{ragged.count} of {rows + ragged.count} lines do not have as many cells as the header.",
        where=f"{where}, {listed}" + ("; ..." if ragged.count > len(first) else ""),
        hint="quote cells that hold the delimiter, or correct these lines",
    )


def _refuse_unclosed(table: pa.Table, raw: Raw, where: str) -> None:
    """Raise when the last row swallowed the rest of the file through a quote that is never closed."""
    if not table.num_rows:
        return
    last = [str(c[-1].as_py()) for c in table.columns if pa.types.is_string(c.type)]
    cell = max(last, key=lambda text: text.count("\n"), default="")
    if "\n" in cell and raw[:].count(b'"') % 2:
        line = raw[:].rstrip().count(b"\n") + 1 - cell.rstrip().count("\n")
        raise DataError(
            "A quoted cell is never closed.",
            where=f"{where}, line {line}",
            hint='close it with ", or double a quote inside it',
        )


def _clean(
    table: pa.Table, exact: str, decimal: str, huge: tuple[str, ...] = ()
) -> tuple[pa.Table, dict[str, dict[str, int]]]:
    """The table with markers as missing and columns that were text only because of them, or `huge`, as values."""
    markers: dict[str, dict[str, int]] = {}
    for i, name in enumerate(table.column_names):
        column = table.column(i)
        if pa.types.is_floating(column.type):
            count = pc.sum(pc.is_nan(column)).as_py() or 0
            counts = {"NaN": count} if count else {}
        elif pa.types.is_string(column.type):
            column, counts = remove_markers(column)
            if name != exact and (counts or decimal == "," or name in huge or _dashed(column)):
                column, dashes = as_values(column, decimal)
                counts |= dashes
            table = table.set_column(i, name, column)
        else:
            counts = {}
        if counts:
            markers[name] = counts
    return table, markers


def _dashed(column: Any) -> bool:
    return bool(pc.any(pc.equal(column, "-")).as_py())


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Arrow to pandas: numbers as int64 or float64, dates as datetime64[us] without zone (UTC), text as `str`."""
    columns = [_plain(column) for column in table.columns]
    frame: pd.DataFrame = pa.table(columns, names=table.column_names).to_pandas(split_blocks=True)
    return frame


def _plain(column: Any) -> Any:
    kind = column.type
    if pa.types.is_null(kind):
        return column.cast(pa.float64())
    if pa.types.is_boolean(kind) and column.null_count:
        return pc.if_else(column, "True", "False")
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us"), safe=False)
    if pa.types.is_time(kind):
        return column.cast(pa.string())
    return column
