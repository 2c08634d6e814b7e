"""The weighted ensemble of candidates: greedy selection on out-of-fold predictions, judged on splits it did not see.

Source: Caruana, Niculescu-Mizil, Crew and Ksikes 2004, Ensemble selection from libraries of models (selection with
replacement, best prefix kept).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl.evaluate.crossval import Candidate
from automl.evaluate.oof import stack
from automl.families.task import Fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from automl.data.dataset import Array
    from automl.evaluate.crossval import CrossValidation
    from automl.evaluate.metrics import Metric

STEPS = 25
"""Members drawn, with replacement; more bring nothing measurable (Salinas and Erickson 2023, TabRepo)."""
MOST = 5
"""Candidates of a family that may enter, the best by validation: the others would be chosen by chance."""
MOST_ROWS = 20_000
"""Rows that weights are chosen on at most: a weight needs no more digits."""
LEAST_ROWS = 500
"""Judged rows below which a candidate cannot enter where others were judged on more."""
BEST = 3
"""Candidates that must be able to enter, however few splits they were judged on."""
SINGLE_PARTS = 5
"""Parts of a single holdout between which weights are chosen and judged."""
SMALLEST = 1e-6
"""Relative gain in loss below which two steps are the same: a member already drawn is then drawn again."""


@dataclass(frozen=True)
class Pool:
    """Out-of-fold predictions that weights are chosen on.

    Attributes:
        y, weight: (n,) targets and row weights (None = 1).
        row, part: (n,) position in the dataset, and the split (or part of a single holdout) of each line.
        predictions: (candidates, n, outputs).
    """

    metric: Metric
    y: Array
    weight: Array | None
    row: Array
    part: Array
    predictions: Array

    def loss(self, predictions: Array, lines: Array) -> float:
        """Loss of (n, outputs) predictions on some lines; infinite where it is not defined."""
        value = self.metric.loss(self.y[lines], predictions[lines], None if self.weight is None else self.weight[lines])
        return value if np.isfinite(value) else float("inf")


def ensemble(
    cv: CrossValidation,
    candidates: Sequence[Candidate],
    *,
    fewest: int = 2,
    affordable: Callable[[Sequence[Candidate]], bool] = lambda _: True,
) -> Candidate | None:
    """A candidate named 'ensemble' whose members are weighted candidates; None when fewer than `fewest` have weight.

    Its out-of-fold predictions are honest: those of each split are made with weights chosen without that split's rows.

    Args:
        candidates: judged ones whose models were kept; those on fewer splits than the best have not the same rows.
        fewest: members; with 1 the bag of a single candidate's models is an ensemble too.
        affordable: whether members can be fitted on all rows in time. While they cannot, the lightest is left out: the
            others gain more by all rows than by it.
    """
    splits = shared_splits(cv, candidates)
    entered = _distinct(best_of_each(candidates, splits))
    if not splits or len(entered) < fewest:
        return None
    while True:
        pool = _pool(cv, entered, splits)
        weights = greedy(pool, np.arange(len(pool.y)))
        members = tuple((c, float(w)) for c, w in zip(entered, weights, strict=True) if w > 0)
        if len(members) <= max(fewest, 1) or affordable([c for c, _ in members]):
            break
        lightest = min(members, key=lambda member: member[1])[0]
        entered = [c for c in entered if c is not lightest]
    if len(members) < fewest:
        return None
    return _as_candidate(cv, members, splits, _cross_fitted(pool))


def best_of_each(candidates: Sequence[Candidate], splits: list[int]) -> list[Candidate]:
    """The best `MOST` of each family among those judged on the splits, the best of all first."""
    judged = sorted((c for c in candidates if set(splits) <= set(c.losses)), key=lambda c: c.loss(splits))
    return [c for i, c in enumerate(judged) if sum(other.family == c.family for other in judged[:i]) < MOST]


def _distinct(candidates: list[Candidate]) -> list[Candidate]:
    """The first of each configuration: one that was fitted for longer as well is the same model on all rows."""
    return [
        c
        for i, c in enumerate(candidates)
        if not any(c.family == other.family and c.params == other.params for other in candidates[:i])
    ]


def greedy(pool: Pool, lines: Array) -> Array:
    """(candidates,) weights that sum to one: at each step the candidate joins that lowers the loss most.

    Args:
        lines: lines of the pool to choose by.
    """
    if len(lines) > MOST_ROWS:
        lines = lines[:: -(-len(lines) // MOST_ROWS)]
    part = Pool(
        pool.metric,
        pool.y[lines],
        None if pool.weight is None else pool.weight[lines],
        pool.row[lines],
        pool.part[lines],
        pool.predictions[:, lines],
    )
    everything = np.arange(len(lines))
    counts = np.zeros(len(part.predictions))
    total = np.zeros(part.predictions.shape[1:])
    best, best_counts = float("inf"), counts
    for step in range(STEPS):
        losses = np.array([part.loss((total + p) / (step + 1), everything) for p in part.predictions])
        chosen = _first(losses, counts)
        counts = counts + (np.arange(len(counts)) == chosen)
        total += part.predictions[chosen]
        if losses[chosen] < best * (1 - SMALLEST):
            best, best_counts = float(losses[chosen]), counts
    if not best_counts.any():  # no loss was defined: all alike
        best_counts = np.ones(len(counts))
    weights: Array = best_counts / best_counts.sum()
    return weights


def _first(losses: Array, counts: Array) -> int:
    """The lowest loss; among equals one that is a member already, so that few models do the work."""
    equal = losses <= losses.min() * (1 + SMALLEST)
    return int(np.flatnonzero(equal)[np.argmax(counts[equal] > 0)])


def _cross_fitted(pool: Pool) -> Array:
    """(n, outputs) predictions of the ensemble, each part with weights chosen without the part's rows."""
    result = np.zeros(pool.predictions.shape[1:], np.float32)
    for part in np.unique(pool.part):
        own = pool.part == part
        others = np.flatnonzero(~np.isin(pool.row, pool.row[own]))
        weights = greedy(pool, others) if len(others) else np.full(len(pool.predictions), 1 / len(pool.predictions))
        result[own] = np.tensordot(weights, pool.predictions[:, own], axes=1)
    return result


def shared_splits(cv: CrossValidation, candidates: Sequence[Candidate], needed: Sequence[Candidate] = ()) -> list[int]:
    """The splits to compare on: all that each of the best candidates was judged on.

    The best are those on the splits that all have; a candidate judged on too few rows does not count.

    Args:
        candidates: judged ones.
        needed: those of them that must be comparable too.
    """
    rows = {c.name: sum(len(cv.splits[s].check) for s in c.losses) for c in candidates}
    enough = min(LEAST_ROWS, max(rows.values(), default=0))
    judged = [c for c in candidates if rows[c.name] >= enough]
    common = sorted(set.intersection(*(set(c.losses) for c in judged))) if judged else []
    if not common:
        return []
    best = sorted(judged, key=lambda c: c.loss(common))[:BEST]
    return sorted(set.intersection(*(set(c.losses) for c in [*best, *needed])))


def _pool(cv: CrossValidation, candidates: Sequence[Candidate], splits: list[int]) -> Pool:
    rows = stack(cv, candidates, splits)
    part = rows.split
    if len(splits) == 1:
        codes = rows.row if cv.dataset.groups is None else cv.dataset.groups[rows.row]
        names, place = np.unique(codes, return_inverse=True)
        shuffled = np.random.default_rng(cv.dataset.problem.seed).permutation(len(names))
        part = shuffled[place] % SINGLE_PARTS
    predictions = np.stack([rows.predictions[c.name] for c in candidates]).astype(np.float64)
    return Pool(cv.metric, rows.y, rows.weight, rows.row, part, predictions)


def _as_candidate(
    cv: CrossValidation, members: tuple[tuple[Candidate, float], ...], splits: list[int], honest: Array
) -> Candidate:
    """The ensemble in the form of every other candidate: predictions and loss of each split."""
    shares = ", ".join(f"{c.name} {w:.0%}" for c, w in sorted(members, key=lambda m: -m[1]))
    result = Candidate("ensemble", "ensemble", {}, f"weighted mean of {shares}", members=members)
    start = 0
    for split in splits:
        check = cv.splits[split].check
        mine = honest[start : start + len(check)]
        weight = None if cv.dataset.weight is None else cv.dataset.weight[check]
        seconds = [(c.fits[split].fit_seconds, c.fits[split].predict_seconds) for c, _ in members]
        result.fits[split] = Fitted(mine, {}, {}, sum(s[0] for s in seconds), sum(s[1] for s in seconds))
        result.losses[split] = cv.metric.loss(cv.dataset.y[check], mine, weight)
        start += len(check)
    return result
