"""Free text as rows of token codes for networks, without a vocabulary file: words are hashed, frequent hashes kept."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array
    from automl.encode.state import State

PADDING, UNKNOWN, SEPARATOR = 0, 1, 2
"""Codes of no token, of one not kept, and of the gap between two columns; kept ones follow."""
RESERVED = 3
HASHES = 2**31 - 1
"""Hash values; so many that two words of one data set hardly ever share one."""
PAIR_FACTOR = 1_000_003
LENGTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Tokens a text may be cut to: few lengths, so that folds share one compiled network."""
LONG_ENOUGH = 0.95
"""Share of the training texts that fit whole."""
SIZES = tuple(2**k for k in range(8, 16))
"""Codes there may be, for the same reason."""
SEEN = 2
"""Training texts that a token must stand in to be kept; rarer ones teach what an unknown token means."""
PATTERN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"  # without spaces
    "|[^\\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
    "|[^\\w\\s]"
)
"""A character of a script that is written without spaces, a word of any other, or a mark."""
DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Tokens:
    """A fitted encoder of text columns.

    Attributes:
        columns: read one after the other.
        length: tokens a text is cut or filled up to.
        pairs: whether the codes of neighbouring pairs follow those of the tokens.
        kept: (k,) sorted hashes that have a code of their own.
        codes: how many codes there may be.
    """

    columns: tuple[str, ...]
    length: int
    pairs: bool
    kept: Array
    codes: int

    @classmethod
    def fit(cls, frame: pd.DataFrame, columns: Sequence[str], *, pairs: bool) -> Tokens:
        """From training rows: how long texts are, and which tokens stand in several of them."""
        texts = _hashed(frame, columns)
        longest = np.quantile([len(text) for text in texts], LONG_ENOUGH) if texts else 0
        length = next((size for size in LENGTHS if size >= longest), LENGTHS[-1])
        rows = _padded(texts, length)
        rows = _with_pairs(rows) if pairs else rows
        kept = _frequent(rows, SIZES[-1] - RESERVED)
        codes = next(size for size in SIZES if size >= len(kept) + RESERVED)
        return cls(tuple(columns), length, pairs, kept, codes)

    @property
    def width(self) -> int:
        """Codes of a row."""
        return self.length * (2 if self.pairs else 1)

    def transform(self, frame: pd.DataFrame) -> Array:
        """(rows, width) int32 codes, 0 where a text has ended."""
        rows = _padded(_hashed(frame, self.columns), self.length)
        rows = _with_pairs(rows) if self.pairs else rows
        if not len(self.kept):
            return np.minimum(rows, UNKNOWN).astype(np.int32)
        places = np.minimum(np.searchsorted(self.kept, rows), len(self.kept) - 1)
        codes = np.where(self.kept[places] == rows, places + RESERVED, UNKNOWN)
        codes[rows == PADDING] = PADDING
        codes[rows == SEPARATOR] = SEPARATOR
        return codes.astype(np.int32)

    def state(self) -> State:
        """JSON part and arrays."""
        plain = {"columns": self.columns, "length": self.length, "pairs": self.pairs, "codes": self.codes}
        return plain, {"kept": self.kept}

    @classmethod
    def from_state(cls, state: State) -> Tokens:
        """The encoder that `state` described."""
        plain, arrays = state
        return cls(tuple(plain["columns"]), plain["length"], plain["pairs"], arrays["kept"], plain["codes"])


def joined(frame: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Every row's columns as one text, a line each; a missing cell is empty."""
    parts = [frame[column].fillna("").astype(str) for column in columns]
    return ["\n".join(cells).strip() for cells in zip(*parts, strict=True)]


def tokens(text: str) -> list[str]:
    """Words in lower case, single characters of scripts without spaces, and marks; every digit reads 0."""
    return PATTERN.findall(DIGIT.sub("0", text.lower()))


def _hash(token: str, known: dict[str, int]) -> int:
    """A stable number from `RESERVED` up, looked up in what is known."""
    if token not in known:
        known[token] = zlib.crc32(token.encode()) % (HASHES - RESERVED) + RESERVED
    return known[token]


def _hashed(frame: pd.DataFrame, columns: Sequence[str]) -> list[list[int]]:
    """Hashes of every row's first tokens, columns joined by the separator; a missing cell is empty."""
    known: dict[str, int] = {}
    rows: list[list[int]] = [[] for _ in range(len(frame))]
    for place, column in enumerate(columns):
        for row, cell in zip(rows, frame[column].fillna("").astype(str), strict=True):
            if place:
                row.append(SEPARATOR)
            row.extend(_hash(token, known) for token in tokens(cell)[: LENGTHS[-1]])
    return rows


def _padded(texts: list[list[int]], length: int) -> Array:
    """(texts, length) int64, zeros after the end."""
    rows = np.full((len(texts), length), PADDING, dtype=np.int64)
    for row, text in zip(rows, texts, strict=True):
        row[: len(text)] = text[:length]
    return rows


def _with_pairs(rows: Array) -> Array:
    """(rows, 2 * length): the tokens, then a hash of each with its follower, zero where either is no word."""
    first, second = rows[:, :-1], rows[:, 1:]
    pairs = (first * PAIR_FACTOR + second) % (HASHES - RESERVED) + RESERVED
    pairs[(first < RESERVED) | (second < RESERVED)] = PADDING
    return np.concatenate([rows, pairs, np.zeros_like(rows[:, :1])], axis=1)


def _frequent(rows: Array, most: int) -> Array:
    """Sorted hashes that stand in at least `SEEN` rows, those in the most rows where there are too many."""
    ordered = np.sort(rows, axis=1)
    first = np.ones(ordered.shape, dtype=bool)
    first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    hashes, counts = np.unique(ordered[first], return_counts=True)
    wanted = (counts >= SEEN) & (hashes >= RESERVED)
    hashes, counts = hashes[wanted], counts[wanted]
    kept: Array = np.sort(hashes[np.argsort(-counts, kind="stable")[:most]])
    return kept
