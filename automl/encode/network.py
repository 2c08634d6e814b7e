"""Typed tables to the float32 matrix that networks read.

The preprocessing of RealMLP (Holzmueller, Grinsztajn and Steinwart 2024, "Better by default"): robust scaling and a
smooth clip of every column, one-hot columns included, so that outliers keep their order but none leaves (-3, 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.encode.parts import PartsEncoder
from automl.encode.state import State, prefixed, unprefixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array
    from automl.types import Column

MAX_LEVELS = 100
"""One-hot columns a category may take; rarer levels read as missing."""
BLOCK = 20_000
"""Rows encoded at a time: the float64 work space stays small beside the float32 result."""
QUANTILE_ROWS = 50_000
"""Rows that quartiles are taken from; more would move them by less than the clip does."""
FAR = 1e6
"""Beyond this many quartile ranges a value is as good as infinite, and its square could overflow."""


@dataclass(frozen=True)
class NetworkTable:
    """A fitted encoder of typed frames.

    Attributes:
        parts: splits the frame into numbers and category codes.
        fill: (numbers,) training mean of each number, put where a value is missing.
        marked: (m,) positions of the numbers that had missing values in training: each gets an indicator column.
        kept: for each category the codes that have a column, the most frequent first.
        center, scale: (width,) median and factor of every output column.
    """

    parts: PartsEncoder
    fill: Array
    marked: Array
    kept: tuple[Array, ...]
    center: Array
    scale: Array

    @classmethod
    def fit(cls, frame: pd.DataFrame, columns: Sequence[Column], seed: int) -> NetworkTable:
        """An encoder fitted on training rows."""
        encoder = PartsEncoder.fit(frame, columns, seed)
        parts = encoder.transform(frame)
        known = np.isfinite(parts.numbers)
        counts = known.sum(axis=0)
        fill = np.where(known, parts.numbers, 0.0).sum(axis=0) / np.maximum(counts, 1)
        marked = np.flatnonzero((counts < len(frame)) & (counts > 0))
        kept = tuple(_frequent(codes, size) for codes, size in zip(parts.codes.T, encoder.code_sizes, strict=True))
        unscaled = cls(encoder, fill, marked, kept, np.zeros(0), np.zeros(0))
        center, scale = unscaled._robust_scale(frame)
        return replace(unscaled, center=center, scale=scale)

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return len(self.center)

    @property
    def numbers(self) -> int:
        """How many of the first columns are quantities; the others are indicators and one-hot columns."""
        return len(self.fill)

    def transform(self, frame: pd.DataFrame) -> Array:
        """(rows, width) float32, contiguous, finite, every value in (-3, 3)."""
        matrix = np.empty((len(frame), self.width), dtype=np.float32)
        for start in range(0, len(frame), BLOCK):
            values = (self._raw(frame.iloc[start : start + BLOCK]) - self.center) * self.scale
            values = np.clip(values, -FAR, FAR)
            matrix[start : start + BLOCK] = values / np.sqrt(1.0 + (values / 3.0) ** 2)
        return matrix

    def _raw(self, frame: pd.DataFrame) -> Array:
        """Every output column before scaling: numbers, missing indicators, one-hot columns."""
        parts = self.parts.transform(frame)
        missing = ~np.isfinite(parts.numbers)
        hot = [_one_hot(codes, kept) for codes, kept in zip(parts.codes.T, self.kept, strict=True)]
        blocks = [np.where(missing, self.fill, parts.numbers), missing[:, self.marked].astype(np.float64), *hot]
        return np.concatenate(blocks, axis=1)

    def _robust_scale(self, frame: pd.DataFrame) -> tuple[Array, Array]:
        """Median and factor of each column: one over the quartile range, else over half the range, else zero."""
        raw = self._raw(frame.iloc[:: max(len(frame) // QUANTILE_ROWS, 1)])
        low, center, high = np.quantile(raw, [0.25, 0.5, 0.75], axis=0)
        half = 0.5 * (raw.max(axis=0) - raw.min(axis=0))
        spread = np.where(high > low, high - low, half)
        return center, np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)

    def state(self) -> State:
        """JSON part and arrays."""
        plain, arrays = self.parts.state()
        own = {"fill": self.fill, "marked": self.marked, "center": self.center, "scale": self.scale}
        kept = {f"kept{i}": codes for i, codes in enumerate(self.kept)}
        return {"parts": plain, "categories": len(self.kept)}, prefixed("parts", arrays) | own | kept

    @classmethod
    def from_state(cls, state: State) -> NetworkTable:
        """The encoder that `state` described."""
        plain, arrays = state
        return cls(
            PartsEncoder.from_state((plain["parts"], unprefixed("parts", arrays))),
            arrays["fill"],
            arrays["marked"],
            tuple(arrays[f"kept{i}"] for i in range(plain["categories"])),
            arrays["center"],
            arrays["scale"],
        )


def _frequent(codes: Array, levels: int) -> Array:
    """Codes of the levels seen in training, the most frequent first, at most `MAX_LEVELS`."""
    counts = np.bincount(codes[codes >= 0], minlength=max(levels, 1))
    order = np.argsort(-counts, kind="stable")[:MAX_LEVELS]
    kept: Array = order[counts[order] > 0].astype(np.int64)
    return kept


def _one_hot(codes: Array, kept: Array) -> Array:
    """(rows, len(kept)) zeros and ones; two levels give one column of -1 and +1; missing and unseen are all zero."""
    hit: Array = (codes[:, None] == kept).astype(np.float64)
    return hit[:, :1] - hit[:, 1:] if len(kept) == 2 else hit
