"""The families compared again after the search, with the winner's curse removed.

A family that was given more trials looks better by chance alone: its best trial is chosen and judged on the same rows.
Here each resample of the rows chooses each family's trial and the rows left out judge it.

Source: Tsamardinos, Greasidou and Borboudakis 2018, Bootstrapping the out-of-sample predictions for efficient and
accurate cross-validation (BBC-CV).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from automl.decide.posterior import Posterior, from_draws
from automl.evaluate.interval import counts, group_codes
from automl.evaluate.splits import split_scorer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automl.data.dataset import Array
    from automl.evaluate.metrics import Metric
    from automl.types import FamilyName

DRAWS = 200
MOST_ROWS = 20_000

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
    baseline_loss: float | None = None,
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
        baseline_loss: mean loss of the baseline, when it is not among the families.
        seed: of the resamples, and of the rows kept when there are more than `MOST_ROWS`.

    Raises:
        ValueError: no resample has a loss for every family.
    """
    rng = np.random.default_rng(seed)
    part = _part(len(y), groups, rng)
    base = np.ones(len(part)) if weight is None else weight[part].astype(float)
    codes = None if groups is None else group_codes(groups[part])
    split = None if splits is None else splits[part]
    scorers = {
        family: [split_scorer(metric, y[part], predictions[part], split) for predictions in trials.values()]
        for family, trials in candidates.items()
        if trials
    }
    draws: dict[FamilyName, list[float]] = {family: [] for family in scorers}
    for _ in range(DRAWS):
        times = counts(codes, len(part), rng)
        inside, outside = times * base, (times == 0) * base
        for family, trials in scorers.items():
            chosen = min(trials, key=lambda score: _loss(metric, score(inside))) if len(trials) > 1 else trials[0]
            draws[family].append(metric.to_loss(chosen(outside)))
    return from_draws({family: np.array(d) for family, d in draws.items()}, metric, baseline_loss=baseline_loss)


def _loss(metric: Metric, score: float) -> float:
    """Loss that orders candidates: one whose score is not defined comes last."""
    return math.inf if math.isnan(score) else metric.to_loss(score)


def _part(rows: int, groups: Array | None, rng: np.random.Generator) -> Array:
    """All rows, or a random part of about MOST_ROWS, groups whole."""
    if rows <= MOST_ROWS:
        return np.arange(rows)
    if groups is None:
        return np.sort(rng.choice(rows, MOST_ROWS, replace=False))
    codes = group_codes(groups)
    order = rng.permutation(int(codes.max()) + 1)
    sizes = np.cumsum(np.bincount(codes)[order])
    return np.flatnonzero(np.isin(codes, order[: max(2, int(np.searchsorted(sizes, MOST_ROWS)))]))
