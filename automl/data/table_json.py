"""JSON records (.json, .jsonl, .ndjson) to a frame of unchecked types."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from automl.data.table_sniff import SAMPLE, Raw, find_encoding, to_utf8
from automl.errors import DataError

HINT = 'a table in JSON is a list of records, [{"a": 1, "b": 2}, ...], or one record a line'


def read_json(raw: Raw, *, lines: bool, where: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The frame in a list of records, or in one record a line; a key missing in a record is a missing cell.

    Raises:
        DataError: no JSON, no list of records, or nested values.
    """
    text, encoding = to_utf8(raw, find_encoding(raw[:SAMPLE], where))
    content = text[:].decode("utf-8", errors="replace").strip()
    if not content:
        raise DataError("The file is empty.", where=where, hint=HINT)
    by_line = lines or _looks_like_lines(content)
    records = _from_lines(content, where) if by_line else _from_document(content, where)
    return _frame(records, where), {"encoding": encoding}


def _looks_like_lines(content: str) -> bool:
    """A .json file may hold one record a line: the first line is then a whole record, and more follow."""
    first, _, rest = content.partition("\n")
    if not (first.startswith("{") and rest.strip()):
        return False
    try:
        json.loads(first)
    except json.JSONDecodeError:
        return False
    return True


def _from_document(content: str, where: str) -> list[Any]:
    try:
        document = json.loads(content)
    except json.JSONDecodeError as problem:
        raise _invalid(problem, where, problem.lineno) from problem
    if not isinstance(document, list):
        raise DataError(f"The JSON document is not a list of records but {_kind(document)}.", where=where, hint=HINT)
    return document


def _from_lines(content: str, where: str) -> list[Any]:
    records = []
    # Not splitlines(): cells may hold other line separators of Unicode.
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as problem:
            raise _invalid(problem, where, number) from problem
    return records


def _frame(records: list[Any], where: str) -> pd.DataFrame:
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise DataError(f"Record {number} is not an object but {_kind(record)}.", where=where, hint=HINT)
        nested = next((key for key, cell in record.items() if isinstance(cell, (list, dict))), None)
        if nested is not None:
            raise DataError(
                f"Column {nested!r} holds nested values.",
                where=f"{where}, record {number}",
                hint="flatten it: one key a column, one value a cell",
            )
    names = dict.fromkeys(key for record in records for key in record)
    return pd.DataFrame({name: [record.get(name) for record in records] for name in names})


def _invalid(problem: json.JSONDecodeError, where: str, line: int) -> DataError:
    return DataError(f"Not valid JSON: {problem.msg}.", where=f"{where}, line {line}", hint=HINT)


def _kind(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "a text", type(None): "null"}.get(type(value), "a single value")
