"""Typed tables to the float32 matrix that networks read.

The preprocessing of RealMLP (Holzmueller, Grinsztajn and Steinwart 2024, "Better by default"): robust scaling and a
smooth clip of every column, one-hot columns included, so that outliers keep their order but none leaves (-3, 3).
Numbers may be mapped to normal quantiles instead (TabM's way). Categories of many levels stay codes, for embeddings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.encode.parts import PartsEncoder
from automl.encode.quantile import Quantiles
from automl.encode.state import State, prefixed, unprefixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array
    from automl.encode.parts import Parts
    from automl.types import Column

MOST_ONE_HOT = 8
"""Levels up to which a category becomes one-hot columns (RealMLP's rule); with more it stays a column of codes."""
MOST_LEVELS = 2_000
"""Codes a category may have; rarer levels read as missing."""
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
        kept: for each category the codes that have a column or a code of their own, the most frequent first.
        center, scale: (width - codes,) median and factor of every output column but the codes.
        coded: positions of the categories that become a column of codes: 0 for missing and unseen, then `kept`.
        quantiles: maps the numbers to normal quantiles; None to scale them like every other column.
    """

    parts: PartsEncoder
    fill: Array
    marked: Array
    kept: tuple[Array, ...]
    center: Array
    scale: Array
    coded: tuple[int, ...] = ()
    quantiles: Quantiles | None = None

    @classmethod
    def fit(cls, frame: pd.DataFrame, columns: Sequence[Column], seed: int, *, numbers: str = "robust") -> NetworkTable:
        """An encoder fitted on training rows.

        Args:
            columns: of the frame, as profiled.
            seed: of what is random in encoding text.
            numbers: 'robust' to scale them by their quartiles, 'quantile' to map them to normal quantiles.
        """
        encoder = PartsEncoder.fit(frame, columns, seed)
        parts = encoder.transform(frame)
        known = np.isfinite(parts.numbers)
        counts = known.sum(axis=0)
        fill = np.where(known, parts.numbers, 0.0).sum(axis=0) / np.maximum(counts, 1)
        marked = np.flatnonzero((counts < len(frame)) & (counts > 0))
        kept = tuple(_frequent(codes, size) for codes, size in zip(parts.codes.T, encoder.code_sizes, strict=True))
        coded = tuple(i for i, codes in enumerate(kept) if len(codes) > MOST_ONE_HOT)
        unscaled = cls(encoder, fill, marked, kept, np.zeros(0), np.zeros(0), coded)
        center, scale = unscaled._robust_scale(frame)
        quantiles = Quantiles.fit(parts.numbers, seed) if numbers == "quantile" else None
        return replace(unscaled, center=center, scale=scale, quantiles=quantiles)

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return len(self.center) + len(self.coded)

    @property
    def levels(self) -> tuple[int, ...]:
        """How many codes each of the last columns may hold, 0 included."""
        return tuple(len(self.kept[i]) + 1 for i in self.coded)

    @property
    def numbers(self) -> int:
        """How many of the first columns are quantities; then come indicators, one-hot columns and codes."""
        return len(self.fill)

    def transform(self, frame: pd.DataFrame) -> Array:
        """(rows, width) float32, contiguous, finite; every value but codes and normal quantiles in (-3, 3)."""
        matrix = np.empty((len(frame), self.width), dtype=np.float32)
        for start in range(0, len(frame), BLOCK):
            parts = self.parts.transform(frame.iloc[start : start + BLOCK])
            block, scaled = matrix[start : start + BLOCK], len(self.center)
            block[:, :scaled] = _clipped((self._raw(parts) - self.center) * self.scale)
            if self.quantiles is not None:
                block[:, : self.numbers] = self.quantiles.transform(self._filled(parts.numbers))
            for i, category in enumerate(self.coded, start=scaled):
                block[:, i] = self._code(parts.codes[:, category], category)
        return matrix

    def _filled(self, numbers: Array) -> Array:
        return np.where(np.isfinite(numbers), numbers, self.fill)

    def _raw(self, parts: Parts) -> Array:
        """Every output column but the codes before scaling: numbers, missing indicators, one-hot columns."""
        missing = ~np.isfinite(parts.numbers)
        hot = [_one_hot(parts.codes[:, i], kept) for i, kept in enumerate(self.kept) if i not in self.coded]
        return np.concatenate([self._filled(parts.numbers), missing[:, self.marked].astype(np.float64), *hot], axis=1)

    def _code(self, codes: Array, category: int) -> Array:
        """(rows,) places in `kept`, from 1; 0 where missing, unseen or too rare."""
        kept = self.kept[category]
        places = np.zeros(int(max(kept.max(), codes.max(initial=-1))) + 2, dtype=np.int64)
        places[kept + 1] = np.arange(1, len(kept) + 1)
        found: Array = places[codes + 1]
        return found

    def _robust_scale(self, frame: pd.DataFrame) -> tuple[Array, Array]:
        """Median and factor of each column: one over the quartile range, else over half the range, else zero."""
        raw = self._raw(self.parts.transform(frame.iloc[:: max(len(frame) // QUANTILE_ROWS, 1)]))
        low, center, high = np.quantile(raw, [0.25, 0.5, 0.75], axis=0)
        half = 0.5 * (raw.max(axis=0) - raw.min(axis=0))
        spread = np.where(high > low, high - low, half)
        return center, np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)

    def state(self) -> State:
        """JSON part and arrays."""
        plain, arrays = self.parts.state()
        own = {"fill": self.fill, "marked": self.marked, "center": self.center, "scale": self.scale}
        kept = {f"kept{i}": codes for i, codes in enumerate(self.kept)}
        if self.quantiles is not None:
            own["grid"] = self.quantiles.grid
        described = {"parts": plain, "categories": len(self.kept), "coded": self.coded}
        return described, prefixed("parts", arrays) | own | kept

    @classmethod
    def from_state(cls, state: State) -> NetworkTable:
        """The encoder that `state` described; codes and quantiles may be absent."""
        plain, arrays = state
        return cls(
            PartsEncoder.from_state((plain["parts"], unprefixed("parts", arrays))),
            arrays["fill"],
            arrays["marked"],
            tuple(arrays[f"kept{i}"] for i in range(plain["categories"])),
            arrays["center"],
            arrays["scale"],
            tuple(plain.get("coded", ())),
            Quantiles(arrays["grid"]) if "grid" in arrays else None,
        )


def _clipped(values: Array) -> Array:
    """Values squeezed smoothly into (-3, 3)."""
    values = np.clip(values, -FAR, FAR)
    squeezed: Array = values / np.sqrt(1.0 + (values / 3.0) ** 2)
    return squeezed


def _frequent(codes: Array, levels: int) -> Array:
    """Codes of the levels seen in training, the most frequent first, at most `MOST_LEVELS`."""
    counts = np.bincount(codes[codes >= 0], minlength=max(levels, 1))
    order = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    kept: Array = order[counts[order] > 0].astype(np.int64)
    return kept


def _one_hot(codes: Array, kept: Array) -> Array:
    """(rows, len(kept)) zeros and ones; two levels give one column of -1 and +1; missing and unseen are all zero."""
    hit: Array = (codes[:, None] == kept).astype(np.float64)
    return hit[:, :1] - hit[:, 1:] if len(kept) == 2 else hit
