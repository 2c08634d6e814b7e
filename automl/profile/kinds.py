"""Which kind a column is, and why: the rules, on a sample of its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.data.cells import NUMBER_MARKERS, guess_number_format, has_unit, is_marker, parse_numbers
from automl.data.dates import guess_date_format

if TYPE_CHECKING:
    from automl.types import Kind

Array = np.ndarray[Any, Any]

ID_SHARE = 0.95
"""Distinct values a row above which a column of names or numbers can only name the row."""
CODES_PER_LEVEL = 3
"""Cells a distinct value from which an integer column named like a code is taken as labels."""
TEXT_WORDS = 3.0
"""Mean words a cell from which a mostly distinct column is free text."""
TITLE_WORDS, TITLE_SHARE = 2.0, 0.9
"""Mean words and distinct share from which shorter texts (titles) are free text: as labels they would not repeat."""
LONG_WORDS = 8.0
"""Mean words a cell from which repeated texts (more than 200 distinct) are still free text."""
ID_CHARACTERS = 40
"""Longest mean length of an id: a UUID has 36."""
FEW_NUMBERS = 20
"""Distinct numbers above which a stray word among numbers does not make the column labels."""

_ID_WORDS = frozenset({"id", "ids", "uid", "uuid", "guid", "pid", "rowid", "key", "index", "idx", "rownum", "row"})
_CODE_WORDS = frozenset({"code", "id", "zip", "zipcode", "postcode", "plz", "subclass", "category", "cluster"})
_TIME_WORDS = frozenset({"year", "yr", "date", "day", "month", "mnth", "week", "hour", "hr", "time", "timestamp"})
_TRUTHS = ({"0", "1"}, {"no", "yes"}, {"false", "true"}, {"f", "t"}, {"n", "y"}, {"off", "on"})
# A word is a run without blanks; in scripts without blanks between words, two characters count as one.
_WORD = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]{1,2}|[^\s\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]+"


@dataclass(frozen=True)
class Guess:
    """A kind with its reason and the format in which its text is read."""

    kind: Kind
    reason: str
    number_format: str = ""
    date_format: str = ""
    parsed: bool = False
    """True when text cells become numbers."""


def words_of(name: str) -> list[str]:
    """The words of a column name, lower case: 'customerID' -> ['customer', 'id']."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def guess_number(values: Array, distinct: int, name: str, *, allow_id: bool = True) -> Guess:
    """The kind of a column of numbers.

    Args:
        values: finite values in file order, all of them or an evenly spread sample; at least two distinct.
        distinct: distinct values among them.
        name: the header cell.
        allow_id: False when the user keeps the column.
    """
    if distinct == 2 and is_zero_one(values):
        return Guess("boolean", "only 0 and 1")
    whole = bool((values == np.floor(values)).all())
    if whole and allow_id and distinct > ID_SHARE * len(values) and (reason := _id_reason(values, name)):
        return Guess("id", f"one whole number a row, {reason}: it names the row")
    words = words_of(name)
    last = [word for word in (*words[-1:], "".join(words[-2:])) if word in _CODE_WORDS]
    if whole and last and distinct * CODES_PER_LEVEL <= len(values):
        return Guess("category", f"whole numbers that the name calls a {last[0]}: labels, not quantities")
    return Guess("number", f"{distinct:,} distinct {'whole ' if whole else ''}numbers")


def is_zero_one(values: Array) -> bool:
    """True when every value is 0 or 1."""
    return bool(((values == 0) | (values == 1)).all())


def is_rising(values: Array) -> bool:
    """True when every value is larger than the one before."""
    return bool((values[1:] > values[:-1]).all())


def _id_reason(values: Array, name: str) -> str:
    words = words_of(name)
    if _TIME_WORDS.intersection(words):
        return ""
    if words and words[-1] in _ID_WORDS:
        return "named like an id"
    return "always rising" if len(values) > 2 and is_rising(values) else ""


def guess_text(texts: pa.Array, counts: Array, name: str, order: Array, *, allow_id: bool = True) -> Guess:
    """The kind of a column of text.

    Args:
        texts: distinct cells, trimmed, without markers; at least one.
        counts: (texts,) cells each stands for.
        name: the header cell.
        order: positions in `texts` of the sampled cells in file order.
        allow_id: False when the user keeps the column.
    """
    if {text.casefold() for text in texts[:20].to_pylist()} in _TRUTHS and len(texts) <= 20:
        return Guess("boolean", f"only {' and '.join(map(repr, sorted(texts.to_pylist())[:2]))}")
    if guess := _numbers_in_text(texts, counts, name, order, allow_id=allow_id):
        return guess
    if date_format := guess_date_format(texts, counts):
        return Guess("date", f"text in the date format {date_format}", date_format=date_format)
    return _words(texts, counts, allow_id=allow_id)


def _numbers_in_text(texts: pa.Array, counts: Array, name: str, order: Array, *, allow_id: bool) -> Guess | None:
    real = ~is_marker(texts, NUMBER_MARKERS)
    texts_real = texts.filter(pa.array(real))
    tolerance = 0.01 if len(texts_real) > FEW_NUMBERS else 0.0
    number_format = guess_number_format(texts_real, counts[real], tolerance)
    if number_format is None:
        return None
    values = parse_numbers(texts, number_format)[0][order]
    finite = values[np.isfinite(values)]
    found = len(np.unique(finite))
    if found < 2 or _are_merged(texts_real):
        return None
    # Money and shares are quantities even where every row has its own; '1001A' may be one of the ids that all end so.
    quantities = bool(number_format) and not has_unit(number_format)
    guess = guess_number(finite, found, name, allow_id=allow_id and not quantities)
    how = f" ({number_format.replace('_', ' ')})" if number_format else ""
    return Guess(guess.kind, f"numbers stored as text{how}; {guess.reason}", number_format=number_format, parsed=True)


def _are_merged(texts: pa.Array) -> bool:
    """Whether some whole numbers beyond int64 are one float: names, as no quantity is known to so many digits."""
    long = pc.utf8_ltrim(texts.filter(pc.match_substring_regex(texts, r"^[+-]?\d{19,}$")), characters="+")
    return len(pc.unique(pc.cast(long, pa.float64()))) < len(pc.unique(long))


def _words(texts: pa.Array, counts: Array, *, allow_id: bool) -> Guess:
    rows = int(counts.sum())
    share = len(texts) / rows
    words = mean_words(texts, counts)
    characters = weighted_mean(pc.utf8_length(texts).to_numpy(), counts)
    mostly_distinct = (words >= TEXT_WORDS and share >= 0.5) or (words >= TITLE_WORDS and share >= TITLE_SHARE)
    if mostly_distinct or (words >= LONG_WORDS and len(texts) > 200):
        return Guess("text", f"{words:.1f} words a cell, {len(texts):,} distinct texts in {rows:,} cells")
    if allow_id and share > ID_SHARE and rows > 2 and words < 1.5 and characters <= ID_CHARACTERS:
        return Guess("id", f"{len(texts):,} distinct short texts in {rows:,} cells: they name the row")
    return Guess("category", f"{len(texts):,} distinct labels")


def mean_words(texts: pa.Array, counts: Array) -> float:
    """Words a cell, on at most 10,000 distinct texts."""
    few = texts[:10_000]
    return weighted_mean(pc.count_substring_regex(few, _WORD).to_numpy(), counts[: len(few)])


def weighted_mean(values: Array, counts: Array) -> float:
    """Mean of values that each stand for some cells."""
    return float(np.average(values, weights=counts))
