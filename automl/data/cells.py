"""Cells of one column, whatever a file or a frame holds: to labels, numbers and dates, vectorised."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Array = np.ndarray[Any, Any]

MARKERS = frozenset(
    {"", "?", "na", "n/a", "#n/a", "#na", "n.a.", "nan", "null", "<na>", "\\n", "(null)", "#null!", "#div/0!"}
)
"""Lower-case cells that mean 'no value' in any column; without 'none' and 'unknown', which are often real labels."""
_AMONG_NUMBERS = {"none", "nil", "unknown", "missing", "not available", ".", "-", "--", "---", "*", "n.d.", "nd"}
NUMBER_MARKERS = MARKERS | _AMONG_NUMBERS
"""Cells that mean 'no value' where all the others are numbers or dates."""

FORMATS: dict[str, tuple[str, str]] = {
    # name: (pattern of a cell, characters to remove); a decimal comma becomes a point afterwards.
    "": (r"(?i)^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?inf(inity)?$", r"^\+"),
    "thousands_comma": (r"^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?$", r"^\+|,"),
    "decimal_comma": (r"^[+-]?(\d{1,3}([. \x{00a0}\x{202f}]\d{3})+|\d+)(,\d+)?$", r"^\+|[. \x{00a0}\x{202f}]"),
    "percent": (r"^[+-]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)\s*%$", r"^\+|[,%\s]"),
    "percent_comma": (r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?\s*%$", r"^\+|[.%\s]"),
    "currency": (
        r"^[+-]?([$€£¥₹]|USD|EUR|GBP|CHF)?\s*-?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?\s*([$€£¥₹]|USD|EUR|GBP|CHF)?$",
        r"^\+|[,\s$€£¥₹A-Z]",
    ),
    "currency_comma": (
        r"^[+-]?([$€£¥₹]|USD|EUR|GBP|CHF)?\s*-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?\s*([$€£¥₹]|USD|EUR|GBP|CHF)?$",
        r"^\+|[.\s$€£¥₹A-Z]",
    ),
}
"""How text cells become numbers; the first that fits all cells is taken, and else numbers with one unit ('unit kg')."""

UNITS: dict[str, tuple[str, str]] = {
    "unit": (r"^[+-]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)", r"^\+|,"),
    "unit_comma": (r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?", r"^\+|\."),
}
"""The same of what stands before the unit; 'unit kg' is the name of the format."""
_DECIMAL_COMMA = frozenset({"decimal_comma", "percent_comma", "currency_comma", "unit_comma"})
_WITH_UNIT = r"^[+-]?[\d.,]*\d\.?\s*(?P<unit>[^\d\s.,:;+\-/][^\d\s]{0,11})$"


def simplify(series: pd.Series) -> pd.Series:
    """The column in one of four plain types: bool, int64/float64, datetime64 without a zone, or text (`str`).

    Categories, nullable and Arrow types, mixed Python objects, zones, durations (to seconds) are resolved; never fails.
    """
    dtype = series.dtype
    if isinstance(dtype, pd.StringDtype) or (isinstance(dtype, np.dtype) and dtype.kind in "biufM"):
        return series
    if isinstance(dtype, pd.CategoricalDtype):
        return simplify(pd.Series(np.asarray(series), index=series.index, name=series.name))
    if pd.api.types.is_numeric_dtype(dtype):
        return _from_numbers(series)
    if isinstance(dtype, pd.PeriodDtype) or dtype.kind in "Mm":
        return _from_times(series)
    return _from_objects(series)


def _from_numbers(series: pd.Series) -> pd.Series:
    missing, kind = series.isna().any(), series.dtype.kind
    if kind == "b":
        return series.astype("str" if missing else "bool")
    if kind == "c":
        return series.astype("str")
    return series.astype("int64" if kind in "iu" and not missing else "float64")


def _from_times(series: pd.Series) -> pd.Series:
    if series.dtype.kind == "m":
        return series.dt.total_seconds()
    if isinstance(series.dtype, pd.PeriodDtype):
        return series.dt.to_timestamp()
    return pd.to_datetime(series, errors="coerce", utc=True).dt.tz_localize(None)


def _from_objects(series: pd.Series) -> pd.Series:
    kind = pd.api.types.infer_dtype(series, skipna=True)
    if kind in ("floating", "integer", "mixed-integer-float", "decimal"):
        values = pd.to_numeric(series, errors="coerce").astype("float64")
        merged = kind == "integer" and series.nunique() > values.nunique()  # beyond int64, with more digits than it has
        return series.astype("str") if merged else values
    if kind in ("date", "datetime", "datetime64"):
        return _from_times(series)
    return series.astype("str")


def is_text(series: pd.Series) -> bool:
    """True for a simplified column that holds text."""
    return isinstance(series.dtype, pd.StringDtype)


def arrow_text(series: pd.Series) -> pa.Array:
    """The cells of a simplified text column as one Arrow array (null = missing)."""
    cells = pa.array(series.array, from_pandas=True)
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    return cells if pa.types.is_large_string(cells.type) else cells.cast(pa.large_string())


def distinct(cells: pa.Array) -> tuple[pa.Array, Array]:
    """Distinct texts, blanks around them removed, and the position of each cell's text (-1 = null)."""
    encoded = cells.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    trimmed = pc.utf8_trim_whitespace(encoded.dictionary)
    if trimmed.equals(encoded.dictionary):
        return trimmed, codes
    again = trimmed.dictionary_encode()
    return again.dictionary, np.append(again.indices.to_numpy(zero_copy_only=False), np.int32(-1))[codes]


def is_marker(texts: pa.Array, markers: frozenset[str] = MARKERS) -> Array:
    """True where a text means 'no value'."""
    found = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(sorted(markers), pa.large_string()))
    mask: Array = found.to_numpy(zero_copy_only=False)
    return mask


def number_label(value: float) -> str:
    """The text of a number as a label: 1 and 1.0 are both '1'."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def canonical(label: str) -> str:
    """The label as `number_label` writes it when it is a number, else as it is: '1.0', '01' -> '1'."""
    try:
        value = float(label)
    except ValueError:
        return label
    return number_label(value) if np.isfinite(value) else label


def labels(series: pd.Series) -> tuple[list[str], Array]:
    """The column as labels: distinct trimmed texts and codes into them, -1 = missing.

    Numbers are written by `number_label`, dates in ISO form, truth values as 'False' and 'True'.
    """
    series = simplify(series)
    if series.dtype.kind == "b":
        return ["False", "True"], series.to_numpy().astype(np.int64)
    if not is_text(series):
        codes, values = pd.factorize(series.to_numpy())
        write = str if series.dtype.kind == "M" else number_label
        names = [write(value) if series.dtype.kind == "M" or np.isfinite(value) else "" for value in values]
        return names, _without_markers(np.array([not name for name in names], dtype=bool), codes)
    texts, codes = distinct(arrow_text(series))
    return texts.to_pylist(), _without_markers(is_marker(texts), codes)


def _without_markers(marker: Array, codes: Array) -> Array:
    """Codes with those of markers set to -1."""
    if not marker.any():
        return codes
    table = np.where(marker, -1, np.arange(len(marker)))
    return np.append(table, -1)[codes]


def guess_number_format(texts: pa.Array, counts: Array, tolerance: float = 0.0) -> str | None:
    """The name of the first format that the texts fit, None when none does.

    Args:
        texts: distinct, trimmed, markers removed.
        counts: (texts,) cells each stands for.
        tolerance: share of the cells that need not fit.
    """
    if len(texts) == 0 or pc.any(pc.match_substring_regex(texts, r"^[+-]?0\d")).as_py():
        return None  # leading zeros: codes such as post codes, not quantities
    for name, (pattern, _) in FORMATS.items():
        fits = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
        if counts[fits].sum() >= (1 - tolerance) * counts.sum():
            return name
    return _unit_format(texts, counts, tolerance)


def _unit_format(texts: pa.Array, counts: Array, tolerance: float) -> str | None:
    """The format of numbers that are all followed by one unit ('12 kg'); None where units differ: kg and g."""
    found = pc.struct_field(pc.extract_regex(texts, _WITH_UNIT), "unit").dictionary_encode()
    units, codes = found.dictionary, found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if len(units) == 0:
        return None
    most = int(np.argmax(np.bincount(codes + 1, counts, len(units) + 1)[1:]))
    for name in (f"{kind} {units[most].as_py()}" for kind in UNITS):
        fits = pc.match_substring_regex(texts, _format(name)[0]).to_numpy(zero_copy_only=False) & (codes == most)
        if counts[fits].sum() >= (1 - tolerance) * counts.sum():
            return name
    return None


def has_unit(number_format: str) -> bool:
    """True for a format of numbers with a unit."""
    return number_format.partition(" ")[0] in UNITS


def _format(name: str) -> tuple[str, str]:
    """The pattern of a cell, and the characters to remove, of a format."""
    kind, _, unit = name.partition(" ")
    if kind not in UNITS:
        return FORMATS[name]
    (number, remove), end = UNITS[kind], rf"\s*({re.escape(unit)})?$"
    return number + end, f"{remove}|{end}"


def parse_numbers(texts: pa.Array, number_format: str) -> tuple[Array, Array]:
    """Values of texts in a format, NaN where they have none, and a mask of those that are neither number nor marker."""
    pattern, remove = _format(number_format)
    fits = pc.match_substring_regex(texts, pattern)
    clean = pc.replace_substring_regex(pc.if_else(fits, texts, None), pattern=remove, replacement="")
    if number_format.partition(" ")[0] in _DECIMAL_COMMA:
        clean = pc.replace_substring(clean, pattern=",", replacement=".")
    values: Array = clean.cast(pa.float64()).to_numpy(zero_copy_only=False)
    wrong = ~(fits.to_numpy(zero_copy_only=False) | is_marker(texts, NUMBER_MARKERS))
    return np.where(np.isfinite(values), values, np.nan) if number_format else values, wrong


def numbers(series: pd.Series, number_format: str = "") -> tuple[Array, Array]:
    """(n,) float64 values, NaN = missing (infinities stay), and a mask of the cells that have a value but no number."""
    series = simplify(series)
    none = np.zeros(len(series), dtype=bool)
    if series.dtype.kind == "M":
        return np.full(len(series), np.nan), series.notna().to_numpy()
    if not is_text(series):
        return series.to_numpy().astype(np.float64), none
    cells = arrow_text(series)
    if not number_format:
        try:
            values: Array = cells.cast(pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid:
            pass
        else:
            return values, none
    texts, codes = distinct(cells)
    parsed, wrong = parse_numbers(texts, number_format)
    return np.append(parsed, np.nan)[codes], np.append(wrong, False)[codes]
