"""Categories with many levels as numbers: smoothed statistics of the target, and how many rows these rest on.

After Micci-Barreca 2001 ("A preprocessing scheme for high-cardinality categorical attributes"). A training row is given
statistics of other rows only (out of fold); any other row is given those of all training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl.encode.state import State, prefixed, unprefixed
from automl.encode.table import TreeTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array
    from automl.types import Column

MANY_LEVELS = 8
"""Categories with more levels than this in training are replaced; trees split those with fewer well as they are."""
SMOOTHING = (1.0, 100.0)
"""Bounds of the prior's weight, in rows."""


@dataclass(frozen=True)
class TargetStatistics:
    """Sums of the targets by level of each category.

    Attributes:
        names: the categories, k of them.
        sums: for each category (levels + 1, t); the last row is that of missing cells, a level like any other.
        counts: for each category (levels + 1,) rows, weighted when rows are.
        prior: (t,) mean of each target.
        smoothing: (k, t) rows that the prior counts as: variance within levels over variance between them.
    """

    names: tuple[str, ...]
    sums: tuple[Array, ...]
    counts: tuple[Array, ...]
    prior: Array
    smoothing: Array

    @classmethod
    def fit(cls, codes: dict[str, Array], sizes: dict[str, int], targets: Array, weight: Array) -> TargetStatistics:
        """Statistics of training rows.

        Args:
            codes: category -> (n,) codes, -1 where missing.
            sizes: category -> number of levels.
            targets: (n, t) float64.
            weight: (n,) with mean 1.
        """
        prior = np.average(targets, axis=0, weights=weight)
        sums, counts, smoothing = [], [], []
        for name, column in codes.items():
            slots = _slots(column, sizes[name])
            sums.append(_totals(slots, targets * weight[:, None], sizes[name] + 1))
            counts.append(np.bincount(slots, weight, sizes[name] + 1))
            smoothing.append(_smoothing(targets, weight, prior, sums[-1], counts[-1]))
        return cls(tuple(codes), tuple(sums), tuple(counts), prior, np.asarray(smoothing).reshape(len(codes), -1))

    def transform(self, codes: dict[str, Array]) -> Array:
        """(n, k * (t + 1)) float32: for each category its smoothed means and the logarithm of its count."""
        blocks = []
        for name, sums, counts, smoothing in zip(self.names, self.sums, self.counts, self.smoothing, strict=True):
            of_level = self._block(sums, counts, counts, smoothing)
            blocks.append(of_level[_slots(codes[name], len(counts) - 1)])
        return np.hstack(blocks)

    def out_of_fold(self, codes: dict[str, Array], targets: Array, weight: Array, folds: Array) -> Array:
        """The same for the rows of `fit`, each row with the statistics of the rows of other folds.

        The prior stays that of all rows: one of each fold would tell a tree the fold, and so the mean left out of it.
        So do the counts, which no target enters: smaller ones here would make new rows look like another level.

        Args:
            codes, targets, weight: as given to `fit`.
            folds: (n,) numbers from 0.
        """
        blocks = []
        for name, sums, counts, smoothing in zip(self.names, self.sums, self.counts, self.smoothing, strict=True):
            slots = _slots(codes[name], len(counts) - 1)
            cells = folds * len(counts) + slots
            of_fold = _totals(cells, targets * weight[:, None], (folds.max() + 1) * len(counts))
            rows_of_fold = np.bincount(cells, weight)
            others = counts[slots] - rows_of_fold[cells]
            rest = np.where(others[:, None] > 1e-9, sums[slots] - of_fold[cells], 0.0)
            blocks.append(self._block(rest, np.where(others > 1e-9, others, 0.0), counts[slots], smoothing))
        return np.hstack(blocks)

    def _block(self, sums: Array, rows: Array, counts: Array, smoothing: Array) -> Array:
        means = (sums + smoothing * self.prior) / (rows[:, None] + smoothing)
        return np.hstack([means, np.log1p(counts)[:, None]]).astype(np.float32)

    def state(self) -> State:
        """JSON part and arrays."""
        arrays = {"prior": self.prior, "smoothing": self.smoothing}
        arrays |= {f"sums{i}": sums for i, sums in enumerate(self.sums)}
        arrays |= {f"counts{i}": counts for i, counts in enumerate(self.counts)}
        return {"names": self.names}, arrays

    @classmethod
    def from_state(cls, state: State) -> TargetStatistics:
        """The statistics that `state` described."""
        plain, arrays = state
        several = range(len(plain["names"]))
        return cls(
            tuple(plain["names"]),
            tuple(arrays[f"sums{i}"] for i in several),
            tuple(arrays[f"counts{i}"] for i in several),
            arrays["prior"],
            arrays["smoothing"],
        )


@dataclass(frozen=True)
class StatisticsTable:
    """The matrix of `TreeTable`, with statistics in place of the codes of categories with many levels."""

    table: TreeTable
    statistics: TargetStatistics

    @classmethod
    def fit_transform(
        cls,
        frame: pd.DataFrame,
        columns: Sequence[Column],
        seed: int,
        targets: Array,
        weight: Array | None,
        folds: Array,
    ) -> tuple[StatisticsTable | TreeTable, Array]:
        """Encoder and matrix of training rows; a `TreeTable` when no category has many levels.

        Args:
            targets: (n, t) what statistics are taken of.
            weight: (n,) row weights, or None.
            folds: (n,) fold of each row from 0; -1 for rows to check on, of which nothing is learnt.
        """
        table = TreeTable.fit(frame, columns, seed)
        learnt = np.flatnonzero(folds >= 0)
        names = [name for name, codes in _codes(frame, table).items() if _levels(codes[learnt]) > MANY_LEVELS]
        if not names:
            return table, table.transform(frame)
        codes = {name: column[learnt] for name, column in _codes(frame, table).items() if name in names}
        weights = np.ones(len(learnt)) if weight is None else weight[learnt] / weight[learnt].mean()
        sizes = dict(zip(table.parts.code_names, table.parts.code_sizes, strict=True))
        statistics = TargetStatistics.fit(codes, sizes, targets[learnt], weights)
        encoder = cls(table, statistics)
        matrix = encoder.transform(frame)
        matrix[learnt, -len(names) * (targets.shape[1] + 1) :] = statistics.out_of_fold(
            codes, targets[learnt], weights, folds[learnt]
        )
        return encoder, matrix

    def transform(self, frame: pd.DataFrame) -> Array:
        """(n, d) float32 matrix: numbers, codes of the other categories, statistics."""
        statistics = self.statistics.transform(_codes(frame, self.table))
        return np.hstack([self.table.transform(frame)[:, self._kept()], statistics])

    def _kept(self) -> list[int]:
        names = [*self.table.parts.number_names, *self.table.parts.code_names]
        numbers = len(self.table.parts.number_names)
        return [i for i, name in enumerate(names) if i < numbers or name not in self.statistics.names]

    def owners(self) -> tuple[tuple[str, ...], Array]:
        """The columns that were encoded, and (d,) the position of the one that each matrix column is made of."""
        names, places = self.table.owners()
        own = [names.index(name) for name in self.statistics.names]
        return names, np.concatenate([places[self._kept()], np.repeat(own, len(self.statistics.prior) + 1)]).astype(int)

    @property
    def feature_types(self) -> list[str]:
        """XGBoost's type of each matrix column: 'q' for a quantity, 'c' for a category."""
        plain = [self.table.feature_types[i] for i in self._kept()]
        return plain + ["q"] * (len(self.statistics.names) * (len(self.statistics.prior) + 1))

    @property
    def names(self) -> list[str]:
        """A readable name for each matrix column."""
        names = [*self.table.parts.number_names, *self.table.parts.code_names]
        targets = len(self.statistics.prior)
        means = ["mean target"] if targets == 1 else [f"mean target {i}" for i in range(targets)]
        return [names[i] for i in self._kept()] + [
            f"{name}: {what}" for name in self.statistics.names for what in [*means, "log count"]
        ]

    def state(self) -> State:
        """JSON part and arrays: those of the table, and the statistics beside them."""
        plain, arrays = self.table.state()
        own, own_arrays = self.statistics.state()
        return {**plain, "statistics": own}, {**arrays, **prefixed("statistics", own_arrays)}

    @classmethod
    def from_state(cls, state: State) -> StatisticsTable:
        """The encoder that `state` described."""
        plain, arrays = state
        statistics = TargetStatistics.from_state((plain["statistics"], unprefixed("statistics", arrays)))
        return cls(TreeTable.from_state(state), statistics)


def _codes(frame: pd.DataFrame, table: TreeTable) -> dict[str, Array]:
    return {name: frame[name].to_numpy(np.int32) for name in table.parts.code_names}


def _levels(codes: Array) -> int:
    return len(np.unique(codes[codes >= 0]))


def _slots(codes: Array, size: int) -> Array:
    return np.where(codes < 0, size, codes)


def _totals(slots: Array, values: Array, size: int) -> Array:
    """(size, t) sums of the columns of `values` by slot."""
    return np.column_stack([np.bincount(slots, column, size) for column in values.T])


def _smoothing(targets: Array, weight: Array, prior: Array, sums: Array, counts: Array) -> Array:
    """(t,) weight of the prior under a random-effects model: variance within levels over variance between them."""
    used = counts > 0
    freedom = max(len(weight) - int(used.sum()), 1)
    squares = (weight[:, None] * (targets - prior) ** 2).sum(axis=0)
    explained = (counts[used, None] * (sums[used] / counts[used, None] - prior) ** 2).sum(axis=0)
    within = np.maximum(squares - explained, 0.0) / freedom
    between = np.maximum(squares / len(weight) - within, 1e-12 + 1e-6 * squares / len(weight))
    ratio: Array = np.clip(within / between, *SMOOTHING)
    return ratio
