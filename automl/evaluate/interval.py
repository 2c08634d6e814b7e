"""95 % intervals of scores and of paired differences, by the bootstrap over rows.

All candidates are scored on the same draws, so that differences are paired. Sizes come from counts, never from the
clock, so that a run repeats exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from automl.evaluate.splits import SplitTable
from automl.evaluate.weights import resamples
from automl.types import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automl.data.dataset import Array
    from automl.evaluate.metrics import Metric

TAILS = (2.5, 97.5)
FEWEST_DRAWS = 100
WORK_ONE, WORK_ALL = 5e7, 1.2e8
"""Rows x draws scored for one candidate, and for all candidates together (about 3 ns each for ROC AUC)."""

FEW_GROUPS = 5
"""Groups below which rows are resampled in their place."""


@dataclass(frozen=True)
class Comparison:
    """Several candidates on the same draws.

    Attributes:
        values: candidate -> score with interval.
        differences: candidate -> score minus the reference's score, natural sign, with interval.
        draws: resamples used.
    """

    values: dict[str, Interval]
    differences: dict[str, Interval] = field(default_factory=dict)
    draws: int = 0


@dataclass(frozen=True)
class _Rows:
    """What is known of the rows besides target and predictions.

    Attributes:
        weight: (n,) row weights.
        groups, splits: as for `many`.
    """

    weight: Array
    groups: Array | None = None
    splits: Array | None = None

    def take(self, rows: Array) -> _Rows:
        """The given positions."""
        groups, splits = (None if a is None else a[rows] for a in (self.groups, self.splits))
        return _Rows(self.weight[rows], groups, splits)


def many(
    metric: Metric,
    y: Array,
    candidates: Mapping[str, Array],
    weight: Array | None = None,
    *,
    reference: str | None = None,
    groups: Array | None = None,
    splits: Array | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Scores of all candidates with percentile intervals, and their paired differences to a reference.

    Draws in which a score is not defined (a class is missing) are left out. With many rows there are fewer draws;
    beyond that a seeded part of the rows is resampled and its deviations are scaled by sqrt(part / all).

    Args:
        metric: the metric.
        y: (n,) class codes or values.
        candidates: name -> (n, classes) or (n, 1) predictions for the same rows.
        weight: (n,) row weights or None.
        reference: candidate to subtract; None for no differences.
        groups: (n,) labels of rows that are resampled together (a person; the copies of a row in repeated
            cross-validation), or None.
        splits: (n,) cross-validation split of each row: the score is then the mean over splits. Or None.
        draws: resamples wanted.
        seed: of the resamples.
    """
    weight = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float)
    rows = _Rows(weight, None if groups is None else group_codes(groups), splits)
    rng = np.random.default_rng(seed)
    columns = next(iter(candidates.values())).reshape(len(y), -1).shape[1]
    work = min(WORK_ONE, WORK_ALL / len(candidates)) / (columns if metric.per_class and columns > 2 else 1)
    part = _part(len(y), rows.groups, int(work / FEWEST_DRAWS), rng)
    draws = max(FEWEST_DRAWS, min(draws, int(work / max(len(part), 1))))
    subset, kept = {name: predictions[part] for name, predictions in candidates.items()}, rows.take(part)
    centre, table = _scores(metric, y[part], subset, kept, draws, rng)
    value = centre if len(part) == len(y) else _values(metric, y, candidates, rows)
    # The centre of a part of the rows differs from that of all: only the deviations are used, which know no bounds.
    table = np.clip(value + (table - centre) * math.sqrt(len(part) / max(len(y), 1)), *metric.bounds)
    values = {name: metric.interval(value[i], *_ends(table[:, i])) for i, name in enumerate(candidates)}
    if reference is None:
        return Comparison(values, {}, draws)
    base = list(candidates).index(reference)
    gaps = {
        name: Interval(float(value[i] - value[base]), *_ends(table[:, i] - table[:, base]))
        for i, name in enumerate(candidates)
    }
    return Comparison(values, gaps, draws)


def units(rows: Array, groups: Array | None) -> Array:
    """(n,) labels of what is resampled together: the groups, else the rows.

    Rows too where there are fewer than `FEW_GROUPS` groups: a bootstrap of two or three speakers leaves none out, or
    all, and of one shows no spread at all.

    Args:
        rows: (n,) number of each row; a row judged twice is resampled as one.
        groups: group of every row that a number may name, or None.
    """
    if groups is None or len(np.unique(groups[rows])) < FEW_GROUPS:
        return rows
    named: Array = groups[rows]
    return named


def group_codes(groups: Array) -> Array:
    """Groups as codes 0, 1, ..."""
    codes: Array = np.unique(groups, return_inverse=True)[1]
    return codes


def _scores(
    metric: Metric, y: Array, candidates: Mapping[str, Array], rows: _Rows, draws: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """(candidates,) scores of the rows as they are and (draws, candidates) scores of the resamples."""
    score = SplitTable(metric, y, list(candidates.values()), rows.splits)
    weight = rows.weight[:, None]
    codes = None if rows.groups is None else group_codes(rows.groups)  # a part of the groups has gaps in its codes
    blocks = [score(times * weight) for times in resamples(codes, len(y), draws, rng)]
    return score(weight)[:, 0], np.concatenate(blocks, axis=1).T


def _values(metric: Metric, y: Array, candidates: Mapping[str, Array], rows: _Rows) -> Array:
    """(candidates,) scores of the rows as they are, one candidate in memory at a time."""
    weight = rows.weight[:, None]
    return np.array([SplitTable(metric, y, [p], rows.splits)(weight)[0, 0] for p in candidates.values()])


def _part(count: int, groups: Array | None, most: int, rng: np.random.Generator) -> Array:
    """Positions to resample from: all of them, or a random part of about `most` rows, groups whole."""
    if count <= most:
        return np.arange(count)
    if groups is None:
        return np.sort(rng.choice(count, most, replace=False))
    total = int(groups.max()) + 1
    kept = np.zeros(total, dtype=bool)
    kept[rng.choice(total, max(2, total * most // count), replace=False)] = True
    return np.flatnonzero(kept[groups])


def _ends(sample: Array) -> tuple[float, float]:
    """Both ends of the interval of a sample; NaN where too few of it are defined."""
    sample = sample[~np.isnan(sample)]
    if len(sample) < 2:
        return math.nan, math.nan
    low, high = np.percentile(sample, TAILS)
    return float(low), float(high)
