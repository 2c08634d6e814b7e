"""Table encoders of the linear models (one-hot, standardised) and of the trees (category codes, missing kept)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.encode import basis as bases
from automl.encode.parts import Parts, PartsEncoder
from automl.encode.spread import deviations
from automl.encode.state import State, prefixed, unprefixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array
    from automl.types import Column

MAX_LEVELS = 100
"""One-hot columns of one category at most: the most frequent in training; the rest share the all-zero row."""
FAR = 1e3
"""A number that stays this many times its range away from zero is told by its distance from the median.

Single precision would tell 16,000 of its values apart at most, and none within a minute in nanoseconds since 1970.
"""


@dataclass(frozen=True)
class LinearTable:
    """Numbers standardised, or functions of them, with missing cells at the median and marked; categories one-hot.

    Attributes:
        fill, mean, scale: (a,) median, mean and standard deviation of each number in training.
        marked: (m,) numbers that had missing cells in training: each gets a 0/1 column.
        kept: for each category the (k,) codes that have a column.
        functions: for each number the functions that stand for it (see encode.basis); None for the number itself.
    """

    parts: PartsEncoder
    fill: Array
    mean: Array
    scale: Array
    marked: Array
    kept: tuple[Array, ...]
    functions: tuple[bases.Piecewise, ...] | None = None

    @classmethod
    def fit(cls, frame: pd.DataFrame, columns: Sequence[Column], seed: int, basis: str = "plain") -> LinearTable:
        """Fit on training rows.

        Args:
            basis: one of `basis.BASES`: what stands for a number; parts of dates and texts stay as they are.
        """
        encoder = PartsEncoder.fit(frame, columns, seed)
        parts = encoder.transform(frame)
        missing = np.isnan(parts.numbers)
        fill = np.asarray(
            [np.median(c[~m]) if not m.all() else 0.0 for c, m in zip(parts.numbers.T, missing.T, strict=True)]
        )
        filled = np.where(missing, fill, parts.numbers)
        table = cls(
            encoder,
            fill,
            filled.mean(axis=0),
            deviations(filled),
            np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0)),
            tuple(_frequent(codes, size) for codes, size in zip(parts.codes.T, encoder.code_sizes, strict=True)),
        )
        return table if basis == "plain" else replace(table, functions=table.fit_functions(filled, basis))

    def fit_functions(self, filled: Array, basis: str) -> tuple[bases.Piecewise, ...]:
        """The functions of each number by (n, a) training numbers without missing cells."""
        numeric = {name for name, kind in self.parts.columns if kind == "number"}
        fitted = [
            bases.fit(column, basis) if name in numeric else None
            for name, column in zip(self.parts.number_names, filled.T, strict=True)
        ]
        return tuple(own or line for own, line in zip(fitted, self.lines(), strict=True))

    def lines(self) -> tuple[bases.Piecewise, ...]:
        """Each number standardised, as a function."""
        return tuple(bases.straight(float(m), float(s)) for m, s in zip(self.mean, self.scale, strict=True))

    def transform(self, frame: pd.DataFrame) -> Array:
        """(n, d) float64 matrix without missing cells."""
        parts = self.parts.transform(frame)
        missing = np.isnan(parts.numbers)
        filled = np.where(missing, self.fill, parts.numbers)
        if self.functions is None:
            numbers = (filled - self.mean) / self.scale
        else:
            numbers = bases.transform(self.functions, filled)
        return np.hstack([numbers, missing[:, self.marked].astype(np.float64), *self._one_hot(parts)])

    def owners(self) -> tuple[tuple[str, ...], Array]:
        """The columns that were encoded, and (d,) the position of the one that each matrix column is made of."""
        numbers, codes = self.parts.owners()
        widths = [1] * len(numbers) if self.functions is None else [function.width for function in self.functions]
        levels = np.repeat(codes, [len(kept) for kept in self.kept])
        places = np.concatenate([np.repeat(numbers, widths), numbers[self.marked], levels])
        return tuple(name for name, _ in self.parts.columns), places.astype(int)

    def _one_hot(self, parts: Parts) -> list[Array]:
        return [
            (codes[:, None] == kept).astype(np.float64) for codes, kept in zip(parts.codes.T, self.kept, strict=True)
        ]

    def state(self) -> State:
        """JSON part and arrays."""
        plain, arrays = self.parts.state()
        own = {"fill": self.fill, "mean": self.mean, "scale": self.scale, "marked": self.marked}
        kept = {f"kept{i}": codes for i, codes in enumerate(self.kept)}
        functions = prefixed("basis", bases.state(self.functions or ()))
        return (
            {"parts": plain, "has_basis": self.functions is not None},
            {**prefixed("parts", arrays), **own, **kept, **functions},
        )

    @classmethod
    def from_state(cls, state: State) -> LinearTable:
        """The encoder that `state` described."""
        plain, arrays = state
        parts = PartsEncoder.from_state((plain["parts"], unprefixed("parts", arrays)))
        kept = tuple(arrays[f"kept{i}"] for i in range(len(parts.code_names)))
        functions = bases.from_state(unprefixed("basis", arrays)) if plain.get("has_basis") else None
        return cls(parts, arrays["fill"], arrays["mean"], arrays["scale"], arrays["marked"], kept, functions)


@dataclass(frozen=True)
class TreeTable:
    """Numbers in single precision, categories as codes; a code never seen in training becomes missing.

    We encode ourselves because XGBoost 3.2 maps an unseen pandas category to a neighbour without a word.

    Attributes:
        origin: (a,) what is subtracted from each number: 0 but where it lies far from zero.
        seen: for each category a (levels,) boolean table of the codes seen in training.
    """

    parts: PartsEncoder
    seen: tuple[Array, ...]
    origin: Array

    @classmethod
    def fit(cls, frame: pd.DataFrame, columns: Sequence[Column], seed: int) -> TreeTable:
        """Fit on training rows."""
        encoder = PartsEncoder.fit(frame, columns, seed)
        parts = encoder.transform(frame)
        sizes = encoder.code_sizes
        seen = tuple(np.isin(np.arange(size), column) for column, size in zip(parts.codes.T, sizes, strict=True))
        return cls(encoder, seen, np.asarray([_origin(number) for number in parts.numbers.T]))

    def transform(self, frame: pd.DataFrame) -> Array:
        """(n, d) float32 matrix, NaN where missing or unseen."""
        parts = self.parts.transform(frame)
        numbers = parts.numbers.shape[1]
        matrix = np.empty((len(frame), numbers + len(self.seen)), np.float32)
        np.subtract(parts.numbers, self.origin, out=matrix[:, :numbers], casting="same_kind")
        for i, seen in enumerate(self.seen):
            value_of_code = np.append(np.where(seen, np.arange(len(seen)), np.nan), np.nan)  # -1 takes the last
            matrix[:, numbers + i] = value_of_code[parts.codes[:, i]]
        return matrix

    def owners(self) -> tuple[tuple[str, ...], Array]:
        """The columns that were encoded, and (d,) the position of the one that each matrix column is made of."""
        return tuple(name for name, _ in self.parts.columns), np.concatenate(self.parts.owners())

    @property
    def feature_types(self) -> list[str]:
        """XGBoost's type of each matrix column: 'q' for a quantity, 'c' for a category."""
        return ["q"] * len(self.parts.number_names) + ["c"] * len(self.seen)

    def state(self) -> State:
        """JSON part and arrays."""
        plain, arrays = self.parts.state()
        own = {"origin": self.origin} | {f"seen{i}": seen for i, seen in enumerate(self.seen)}
        return {"parts": plain}, {**prefixed("parts", arrays), **own}

    @classmethod
    def from_state(cls, state: State) -> TreeTable:
        """The encoder that `state` described; the origin may be absent."""
        plain, arrays = state
        parts = PartsEncoder.from_state((plain["parts"], unprefixed("parts", arrays)))
        origin = arrays.get("origin", np.zeros(len(parts.number_names)))
        return cls(parts, tuple(arrays[f"seen{i}"] for i in range(len(parts.code_names))), origin)


def _origin(number: Array) -> float:
    """The median of a number that lies far from zero, else 0."""
    known = number[~np.isnan(number)]
    if not len(known) or not 0 < FAR * np.ptp(known) < np.abs(known).min():
        return 0.0
    return float(np.median(known))


def _frequent(codes: Array, size: int) -> Array:
    """The codes seen, the most frequent `MAX_LEVELS` at most, ascending."""
    counts = np.bincount(codes[codes >= 0], minlength=size)
    ranked = np.argsort(-counts, kind="stable")[:MAX_LEVELS]
    kept: Array = np.sort(ranked[counts[ranked] > 0])
    return kept
