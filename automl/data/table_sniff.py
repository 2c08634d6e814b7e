"""How a delimited text file is laid out: encoding, delimiter, decimal mark and header, from its first lines."""

from __future__ import annotations

import codecs
import csv
import io
import mmap
import re
from collections import Counter
from dataclasses import dataclass

from automl.errors import DataError

Raw = bytes | mmap.mmap
"""The bytes of a file, in memory or mapped."""

SAMPLE = 120_000
"""Bytes looked at; below csv.field_size_limit(), so that one endless cell cannot stop the sniffing."""
LINES = 300
DELIMITERS = (",", ";", "\t", "|")
CONTROL = bytes(c for c in range(32) if c not in b"\t\n\r\f\x1a\x1b")
MAGIC = {
    b"PK\x03\x04": "a zip archive or an Excel workbook: rename it to .zip or .xlsx",
    b"\x1f\x8b": "gzip-compressed: rename it to .csv.gz",
    b"PAR1": "a parquet file: rename it to .parquet",
    b"ARROW1": "a feather file: rename it to .feather",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls): save it as .xlsx or .csv",
    b"%PDF": "a PDF document: export the table as .csv",
}
DAMAGED = "\ufffd"
COMMA_NUMBER = re.compile(r"\s*[-+]?\d{1,3}(\.\d{3})+,\d+\s*|\s*[-+]?\d+,\d+\s*")
GROUPED_NUMBER = re.compile(r"\s*[-+]?[1-9]\d{0,2}(,\d{3})+\s*")
DOT_NUMBER = re.compile(r"\s*[-+]?\d+\.\d+\s*")


@dataclass(frozen=True)
class Layout:
    """What is needed to parse a delimited text.

    Attributes:
        delimiter: one character between cells.
        decimal: '.' or ','.
        names: column names, empty header cells filled in, duplicates still in.
        start: byte at which the header begins (after blank lines and a 'sep=' line).
        header_suspect: every cell of the first line is a number, so it may be data.
        header: the first line holds names; False where one of its cells is a file that is there.
    """

    delimiter: str
    decimal: str
    names: tuple[str, ...]
    start: int
    header_suspect: bool
    header: bool = True


def find_encoding(head: bytes, where: str) -> str:
    """Name of the Python codec that reads a text beginning with `head`.

    UTF-16 without a byte order mark shows as zeros in every second byte. What is neither UTF-16 nor UTF-8 is taken as
    Windows-1252, which holds Latin-1's letters.

    Raises:
        DataError: the bytes are no text.
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    kind = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "")
    if kind:
        raise DataError("The file is not a text table.", where=where, hint=f"it looks like {kind}")
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even or odd:
        return _utf16(head, even, odd, where)
    if len(head) - len(head.translate(None, CONTROL)) > 0.02 * len(head):
        raise _binary(where)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _utf16(head: bytes, even: int, odd: int, where: str) -> str:
    codec = "utf-16-le" if odd > 10 * even else "utf-16-be" if even > 10 * odd else ""
    try:
        text = codecs.getincrementaldecoder(codec)().decode(head) if codec else "\0"
    except UnicodeDecodeError:
        text = "\0"
    if any(c in text for c in map(chr, CONTROL)):
        raise _binary(where)
    return codec


def _binary(where: str) -> DataError:
    return DataError(
        "The file holds binary data, not text.",
        where=where,
        hint="check that it is the right file; export the table as .csv",
    )


def to_utf8(raw: Raw, encoding: str) -> tuple[Raw, str]:
    """The text in UTF-8 without a byte order mark, and the encoding it was read in.

    Windows-1252 leaves five bytes undefined; a file that has them is read as Latin-1. A file of mostly sound UTF-8 with
    a few damaged characters stays UTF-8, with U+FFFD in their place.
    """
    if encoding == "utf-8":
        return raw, encoding
    if encoding == "utf-8-sig":
        return raw[len(codecs.BOM_UTF8) :], encoding
    if encoding == "cp1252":
        text = raw[:].decode("utf-8", errors="replace")
        damaged = text.count(DAMAGED)
        # In Windows-1252 nearly every character beyond ASCII is damaged UTF-8.
        if damaged * 10 < len(text) - len(text.encode("ascii", errors="ignore")):
            return text.encode("utf-8"), f"utf-8, {damaged} damaged characters"
    try:
        return raw[:].decode(encoding).encode("utf-8"), encoding
    except UnicodeDecodeError:
        other = "latin-1" if encoding == "cp1252" else encoding
        return raw[:].decode(other, errors="replace").encode("utf-8"), other


def find_layout(raw: Raw, where: str) -> Layout:
    """The layout of a UTF-8 text.

    Raises:
        DataError: nothing but white space.
    """
    start, forced = _start(raw)
    end = raw.find(b"\n", start)
    size = max(SAMPLE, end - start + SAMPLE // 2)
    head = raw[start : start + size]
    if not head.strip():
        raise DataError("The file is empty.", where=where, hint="a table needs a header line and at least two rows")
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(head)
    whole = start + size >= len(raw)
    tables = {d: _rows(text, d, whole) for d in ([forced] if forced else DELIMITERS)}
    delimiter = max(tables, key=lambda d: _fit(tables[d]))
    header, *body = tables[delimiter]
    return Layout(
        delimiter=delimiter,
        decimal=_decimal(body) if delimiter != "," else ".",
        names=name_columns(header),
        start=start,
        header_suspect=all(_is_number(cell) for cell in header),
    )


def _start(raw: Raw) -> tuple[int, str]:
    """Where the header begins, and the delimiter of a 'sep=;' line (as Excel writes it) or ''."""
    head = raw[:SAMPLE]
    start = len(head) - len(head.lstrip(b"\r\n"))
    match = re.compile(rb"\"?sep=(.)\"?\r?\n").match(head, start)
    return (match.end(), match[1].decode("latin-1")) if match else (start, "")


def _rows(text: str, delimiter: str, whole: bool) -> list[list[str]]:
    """The first rows of the sample, blank lines and a row cut off by the end of the sample left out."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows.extend(row for row, _ in zip(reader, range(LINES), strict=False))
    except csv.Error:
        # A cell longer than the csv module reads; the rows before it are enough to judge by.
        whole = True
    if not whole and 1 < len(rows) < LINES:
        rows.pop()
    return [row for row in rows if row] or [[text.splitlines()[0]]]


def _fit(rows: list[list[str]]) -> tuple[float, int]:
    """How well a delimiter explains the rows: share with as many cells as the header, then the cells."""
    width = len(rows[0])
    return (sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0, width)


def _decimal(rows: list[list[str]]) -> str:
    """',' when numbers are written as 3,14; '1,234' alone may be a thousands separator and does not count."""
    kinds: Counter[str] = Counter()
    for cell in (cell for row in rows for cell in row):
        if COMMA_NUMBER.fullmatch(cell):
            kinds["grouped" if GROUPED_NUMBER.fullmatch(cell) else "comma"] += 1
        elif DOT_NUMBER.fullmatch(cell):
            kinds["dot"] += 1
    return "," if kinds["comma"] > kinds["dot"] else "."


def name_columns(header: list[str]) -> tuple[str, ...]:
    """Header cells without blanks around them; an empty one becomes column_<position>."""
    cells = [cell.strip() for cell in header]
    taken = set(cells)
    names = []
    for i, name in enumerate(cells, 1):
        given = name or f"column_{i}"
        while given != name and given in taken:
            given += "_"
        names.append(given)
    return tuple(names)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True
