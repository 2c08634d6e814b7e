"""From the table of evidence to one posterior over the families, whatever number of splits each was judged on.

Families judged on four or more splits get the correlated Bayesian comparison on the splits they share. A family that
was judged on fewer is compared with the best of the others on the splits both have, by a bootstrap of their rows, and
chained to it; the spread of the bootstrap is widened by the same correction for overlapping training rows. When fewer
than two families have four splits, all are compared by that bootstrap on the splits they share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.decide.posterior import DRAWS, Posterior, from_draws, posterior
from automl.evaluate.interval import group_codes, units
from automl.evaluate.oof import stack
from automl.evaluate.splits import SplitTable
from automl.evaluate.weights import resamples

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import FamilyName

ENOUGH_SPLITS = 4
"""Below this the t distribution over splits has too heavy tails to say anything."""
RESAMPLES = 500
WORK = 2e7
"""Rows x resamples x families at most."""


def belief(cv: CrossValidation, candidates: dict[FamilyName, Candidate]) -> tuple[Posterior, str]:
    """The posterior and how it was made, one sentence.

    Args:
        cv: gives splits, targets and metric.
        candidates: family -> candidate with at least one judged split.
    """
    families = list(candidates)
    enough = [f for f in families if len(candidates[f].losses) >= ENOUGH_SPLITS]
    core = enough if len(enough) > 1 else families
    splits = _common(candidates, core)
    chosen = {f: candidates[f] for f in core}
    if len(splits) >= ENOUGH_SPLITS:
        joint, how = _over_splits(cv, chosen, splits), [f"correlated t over {len(splits)} splits"]
    else:
        joint, how = _over_rows(cv, chosen, splits), [f"bootstrap of the rows of {_counted(splits)}"]
    if set(core) == set(families):
        return joint, how[0]
    draws = {f: _spread(joint.draws[:, i], cv) for i, f in enumerate(joint.families)}
    means = {f: float(joint.means[i]) for i, f in enumerate(joint.families)}
    for family in sorted((f for f in families if f not in core), key=lambda f: -len(candidates[f].losses)):
        best = min(means, key=lambda f: means[f])
        both = {best: candidates[best], family: candidates[family]}
        shared = _common(both, [best, family])
        pair = _over_rows(cv, both, shared)
        gap = pair.draws[:, pair.families.index(family)] - pair.draws[:, pair.families.index(best)]
        draws[family] = draws[best] + _spread(gap, cv)
        means[family] = means[best] + candidates[family].loss(shared) - candidates[best].loss(shared)
        how.append(f"{family} against {best} by a bootstrap of the rows of {_counted(shared)}")
    return from_draws(draws, cv.metric, losses=means), "; ".join(how)


def _counted(splits: list[int]) -> str:
    return f"{len(splits)} split{'s' if len(splits) > 1 else ''}"


def _common(candidates: dict[FamilyName, Candidate], families: list[FamilyName]) -> list[int]:
    return sorted(set.intersection(*(set(candidates[f].losses) for f in families)))


def folds_of(cv: CrossValidation) -> int:
    """Folds of one repeat of the plan."""
    return max(s.fold for s in cv.splits) + 1


def overlap(cv: CrossValidation) -> float:
    """Judged rows over training rows of a split: the source of correlation between splits (Nadeau and Bengio 2003)."""
    return float(np.mean([len(s.check) / len(s.train) for s in cv.splits]))


def _over_splits(cv: CrossValidation, candidates: dict[FamilyName, Candidate], splits: list[int]) -> Posterior:
    losses = {f: [c.losses[s] for s in splits] for f, c in candidates.items()}
    seed = cv.dataset.problem.seed
    return posterior(losses, cv.metric, folds=max(folds_of(cv), 2), test_ratio=overlap(cv), seed=seed)


def _over_rows(cv: CrossValidation, candidates: dict[FamilyName, Candidate], splits: list[int]) -> Posterior:
    """Bootstrap of the judged rows, all families on the same resamples."""
    rows = stack(cv, list(candidates.values()), splits)
    groups = units(rows.row, cv.dataset.groups)
    codes = group_codes(groups)
    score = SplitTable(cv.metric, rows.y, [rows.predictions[c.name] for c in candidates.values()], rows.split)
    weight = np.ones(len(rows.y)) if rows.weight is None else rows.weight
    generator = np.random.default_rng(cv.dataset.problem.seed)
    count = int(np.clip(WORK / (len(rows.y) * len(candidates)), 50, RESAMPLES))
    drawn = resamples(codes, len(rows.y), count, generator)
    table = cv.metric.to_loss(np.concatenate([score(times * weight[:, None]) for times in drawn], axis=1).T)
    means = np.asarray([c.loss(splits) for c in candidates.values()])
    table = means + (table - means) * np.sqrt(1 + len(splits) * overlap(cv))
    draws = {family: table[:, i] for i, family in enumerate(candidates)}
    return from_draws(draws, cv.metric, losses=dict(zip(candidates, means.tolist(), strict=True)))


def _spread(draws: Array, cv: CrossValidation) -> Array:
    """(DRAWS,) the same distribution with as many draws as every other, so that draws can be added."""
    if len(draws) == DRAWS:
        return draws
    picked: Array = draws[np.random.default_rng([cv.dataset.problem.seed, len(draws)]).integers(0, len(draws), DRAWS)]
    return picked
