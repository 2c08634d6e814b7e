"""The families compared again after the search, with the winner's curse removed.

A family that was given more trials looks better by chance alone: its best trial is chosen and judged on the same rows.
Here each resample of the rows chooses each family's trial and the rows left out judge it.

Source: Tsamardinos, Greasidou and Borboudakis 2018, Bootstrapping the out-of-sample predictions for efficient and
accurate cross-validation (BBC-CV).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from automl.decide.posterior import Posterior, from_draws
from automl.evaluate.interval import group_codes
from automl.evaluate.splits import SplitTable
from automl.evaluate.weights import resamples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automl.data.dataset import Array
    from automl.evaluate.metrics import Metric
    from automl.types import FamilyName

DRAWS = 200
MOST_ROWS = 20_000
WORK = 4e8
"""Rows x resamples x candidates at most, times the classes where the metric's cost grows with them (about 1 s)."""

Candidates = dict["FamilyName", "Mapping[str, Array]"]
"""Family -> candidate -> (n, classes) or (n, 1) out-of-fold predictions, all for the same rows."""


def recheck(
    metric: Metric,
    y: Array,
    candidates: Candidates,
    *,
    weight: Array | None = None,
    groups: Array | None = None,
    splits: Array | None = None,
    seed: int = 0,
) -> Posterior:
    """The posterior over families from out-of-bag losses of the trial that each resample chooses.

    The out-of-bag part holds about 37 % of the rows, so the draws spread 1.3 times as widely as a mean over all rows
    would (and beyond `MOST_ROWS` rows as widely as that many rows do): the comparison errs on the side of the simpler
    family.

    Args:
        metric: the run's metric.
        y: (n,) class codes or values.
        candidates: family -> candidate -> out-of-fold predictions; families without candidates are left out.
        weight: (n,) row weights or None.
        groups: (n,) labels of rows that are resampled together, or None.
        splits: (n,) cross-validation split of each row; the metric is then averaged over splits. None pools all rows.
        seed: of the resamples, and of the rows kept when there are more than `MOST_ROWS` (or `WORK` allows).

    Raises:
        ValueError: no resample has a loss for every family.
    """
    rng = np.random.default_rng(seed)
    families = {family: list(trials.values()) for family, trials in candidates.items() if trials}
    every = [predictions for trials in families.values() for predictions in trials]
    part = _part(len(y), groups, _most_rows(metric, every), rng)
    base = np.ones(len(part)) if weight is None else weight[part].astype(float)
    codes = None if groups is None else group_codes(groups[part])
    split = None if splits is None else splits[part]
    score = SplitTable(metric, y[part], [predictions[part] for predictions in every], split)
    ends = np.cumsum([0, *map(len, families.values())])
    blocks = [_judged(metric, score, times, base[:, None], ends) for times in resamples(codes, len(part), DRAWS, rng)]
    draws = dict(zip(families, np.concatenate(blocks, axis=1), strict=True))
    return from_draws(draws, metric)


def _judged(metric: Metric, score: SplitTable, times: Array, base: Array, ends: Array) -> Array:
    """(families, draws) out-of-bag losses of the candidates that the rows drawn choose.

    Args:
        metric: the metric.
        score: of all candidates, family after family.
        times: (n, draws) how often each row was drawn.
        base: (n, 1) row weights.
        ends: (families + 1,) where each family's candidates begin, and the number of all.
    """
    alone = np.repeat(np.diff(ends) == 1, np.diff(ends))  # the only one of its family needs no choice
    wanted = np.broadcast_to(~alone[:, None], (len(alone), times.shape[1]))
    losses = metric.to_loss(score(times * base, wanted))
    losses[np.isnan(losses)] = math.inf  # one whose score is not defined comes last
    picked = np.array([begin + losses[begin:end].argmin(axis=0) for begin, end in pairwise(ends)])
    chosen = np.zeros(losses.shape, dtype=bool)
    np.put_along_axis(chosen, picked, True, axis=0)
    outside = score((times == 0) * base, chosen)
    return metric.to_loss(np.take_along_axis(outside, picked, axis=0))


def _most_rows(metric: Metric, candidates: list[Array]) -> int:
    """Rows that `WORK` allows, between 1,000 and `MOST_ROWS`."""
    columns = candidates[0].reshape(len(candidates[0]), -1).shape[1]
    cost = DRAWS * len(candidates) * (columns if metric.per_class and columns > 2 else 1)
    return min(MOST_ROWS, max(1000, int(WORK / cost)))


def _part(rows: int, groups: Array | None, most: int, rng: np.random.Generator) -> Array:
    """All rows, or a random part of about `most`, groups whole."""
    if rows <= most:
        return np.arange(rows)
    if groups is None:
        return np.sort(rng.choice(rows, most, replace=False))
    codes = group_codes(groups)
    order = rng.permutation(int(codes.max()) + 1)
    sizes = np.cumsum(np.bincount(codes)[order])
    return np.flatnonzero(np.isin(codes, order[: max(2, int(np.searchsorted(sizes, most)))]))
