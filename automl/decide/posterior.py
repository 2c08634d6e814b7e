"""What the splits say about the families' mean losses: the correlated Bayesian comparison, for all families jointly.

Source: Benavoli, Corani, Demsar and Zaffalon 2017, Time for a change, section 4.1 (Bayesian correlated t-test), with
the correlation of Nadeau and Bengio 2003. Every pair of families has exactly that posterior; the joint draws are needed
only for P(simplest family within r of the best).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.types import FAMILIES, FamilyName, Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from automl.data.dataset import Array
    from automl.evaluate.metrics import Metric

DRAWS = 20_000
EQUIVALENCE = 0.01
"""Region of practical equivalence as a share of (baseline loss - best loss)."""
CLEAR = 0.8
"""P(gain > r) from which two families count as told apart."""


@dataclass(frozen=True)
class Pair:
    """A family against a reference.

    Attributes:
        mean, low, high: gain over the reference with its 95 % interval; positive = better, in the metric's unit; no
            more than what either of them leaves to a perfect score.
        p_better, p_equivalent, p_worse: probabilities of a gain above r, within -r to r, below -r.
    """

    mean: float
    low: float
    high: float
    p_better: float
    p_equivalent: float
    p_worse: float


@dataclass(frozen=True)
class Posterior:
    """Beliefs about the mean losses of some families.

    Attributes:
        metric: the metric whose loss form is compared.
        families: the families compared, from simple to complex.
        losses: (J, F) loss of each family on each split; empty (0, F) when the draws come from a bootstrap.
        means: (F,) observed mean losses.
        draws: (D, F) joint draws of the mean losses.
        r: gains up to this are practically nothing.
        factor: variance of a mean over splits as a multiple of the variance between splits; 0 with bootstrap draws.
        shifts: (richer, simpler family) -> log-odds that a prior adds to "better by more than r".
        odds: families compared -> weight by a prior of a draw that names each; None weighs all draws alike.
        counted: what that prior rests on, in a few words; '' without one.
    """

    metric: Metric
    families: tuple[FamilyName, ...]
    losses: Array
    means: Array
    draws: Array
    r: float
    factor: float
    shifts: Mapping[tuple[FamilyName, FamilyName], float] = field(default_factory=dict)
    odds: Callable[[Sequence[FamilyName]], Mapping[FamilyName, float]] | None = None
    counted: str = ""

    def only(self, families: Iterable[FamilyName]) -> Posterior:
        """The beliefs about some of the families, as if no other had been compared: r follows from them."""
        kept = _ordered(families)
        if kept == self.families:
            return self
        places = [self.families.index(family) for family in kept]
        means = self.means[places]
        baseline = None if "baseline" in kept else self.r / EQUIVALENCE + float(self.means.min())
        return replace(
            self, families=kept, losses=self.losses[:, places], means=means, draws=self.draws[:, places],
            r=_region(kept, means, baseline),
        )  # fmt: skip

    def p_better(self, family: FamilyName, over: FamilyName) -> float:
        """P(family is better than `over` by more than r), with what a prior says of the pair."""
        if (over, family) not in self.shifts:
            return _shifted(self.p_gain(family, over, self.r), self.shifts.get((family, over), 0.0))
        # The prior speaks of the richer family: what it takes or gives there, the rest shares in proportion.
        rich = self.p_gain(over, family, self.r)
        rest = (1 - _shifted(rich, self.shifts[over, family])) / max(1 - rich, 1e-12)
        return min(self.p_gain(family, over, self.r) * rest, 1.0)

    def p_gain(self, family: FamilyName, over: FamilyName, margin: float) -> float:
        """P(loss of `over` - loss of `family` > margin): closed form for splits, share of the draws otherwise.

        As measured, without any prior.
        """
        a, b = self.families.index(over), self.families.index(family)
        if not len(self.losses):
            return float(np.mean(self.draws[:, a] - self.draws[:, b] > margin))
        centre, scale = self._student(self.losses[:, a] - self.losses[:, b])
        if scale == 0:
            return float(centre > margin)
        from scipy.special import stdtr

        return float(stdtr(len(self.losses) - 1, (centre - margin) / scale))

    def p_room(self) -> float:
        """P(the best of the families loses more than r): no loss is below zero, so that less leaves nothing to gain."""
        return float(np.mean(self.draws.min(axis=1) > self.r))

    def pair(self, family: FamilyName, reference: FamilyName) -> Pair:
        """The family against the reference."""
        a, b = self.families.index(reference), self.families.index(family)
        better = self.p_better(family, reference)
        worse = self.p_better(reference, family)
        if len(self.losses):
            mean, low, high = self._interval(self.losses[:, a] - self.losses[:, b])
        else:
            mean = float(self.means[a] - self.means[b])
            low, high = (float(q) for q in np.percentile(self.draws[:, a] - self.draws[:, b], (2.5, 97.5)))
        # No loss is below zero: neither can be ahead by more than the whole loss of the other.
        low, high = max(low, -float(self.means[b])), min(high, float(self.means[a]))
        return Pair(mean, low, high, better, max(0.0, 1.0 - better - worse), worse)

    def value(self, family: FamilyName) -> Interval:
        """Mean score of a family in natural sign with its 95 % interval."""
        column = self.families.index(family)
        if len(self.losses):
            mean, low, high = self._interval(self.losses[:, column])
        else:
            mean = float(self.means[column])
            low, high = (float(q) for q in np.percentile(self.draws[:, column], (2.5, 97.5)))
        ends = sorted((self.metric.to_loss(low), self.metric.to_loss(high)))
        return self.metric.interval(self.metric.to_loss(mean), *ends)

    def probabilities(self) -> dict[FamilyName, float]:
        """Family -> P(it is the simplest within r of the best of those compared); they sum to 1 over all families."""
        near, weights = self._near()
        shares = np.bincount(near.argmax(axis=1), weights, minlength=len(self.families))
        named = dict(zip(self.families, (shares / shares.sum()).tolist(), strict=True))
        return {family: named.get(family, 0.0) for family in FAMILIES}

    def beaten(self) -> dict[FamilyName, float]:
        """Family compared -> P(some other family compared is better than it by more than r), the prior included."""
        near, weights = self._near()
        return dict(zip(self.families, (weights @ ~near / weights.sum()).tolist(), strict=True))

    def _near(self) -> tuple[Array, Array]:
        """(D, F) whether a family is within r of the best in a draw, and (D,) the draw's weight by the prior."""
        near = self.draws <= self.draws.min(axis=1, keepdims=True) + self.r
        odds = self.odds(self.families) if self.odds is not None else dict.fromkeys(self.families, 1.0)
        weights = np.array([odds[family] for family in self.families])[near.argmax(axis=1)]
        return near, weights

    def _student(self, losses: Array) -> tuple[float, float]:
        """Centre and scale of the Student-t posterior of a mean over splits."""
        return float(losses.mean()), float(losses.std(ddof=1)) * math.sqrt(self.factor)

    def _interval(self, losses: Array) -> tuple[float, float, float]:
        from scipy.special import stdtrit

        centre, scale = self._student(losses)
        reach = float(stdtrit(len(losses) - 1, 0.975)) * scale
        return centre, centre - reach, centre + reach


def posterior(
    losses: Mapping[FamilyName, Sequence[float]],
    metric: Metric,
    *,
    folds: int,
    test_ratio: float | None = None,
    seed: int = 0,
) -> Posterior:
    """The posterior from losses on the same J >= 2 splits; splits where a loss is not defined are left out.

    Args:
        losses: family -> loss of each split, the same splits in the same order.
        metric: the metric whose loss form they are.
        folds: folds of the (repeated) cross-validation; its correlation is 1 / folds.
        test_ratio: test rows / training rows of a split, where it is not 1 / (folds - 1).
        seed: of the draws.

    Raises:
        ValueError: fewer than two splits with a loss for every family (use `from_draws`).
    """
    families = _ordered(losses)
    table = np.array([losses[family] for family in families], dtype=float).T
    table = table[np.isfinite(table).all(axis=1)]
    splits = len(table)
    if splits < 2:
        raise ValueError("a posterior over splits needs at least two splits with a loss for every family")
    means = table.mean(axis=0)
    factor = 1.0 / splits + (1.0 / (folds - 1) if test_ratio is None else test_ratio)
    rng = np.random.default_rng(seed)
    normal = rng.standard_normal((DRAWS, splits)) @ (table - means) / math.sqrt(splits - 1)
    heavy = np.sqrt((splits - 1) / rng.chisquare(splits - 1, (DRAWS, 1)))
    r = _region(families, means)
    return Posterior(metric, families, table, means, means + math.sqrt(factor) * normal * heavy, r, factor)


def from_draws(
    draws: Mapping[FamilyName, Array],
    metric: Metric,
    *,
    losses: Mapping[FamilyName, float] | None = None,
) -> Posterior:
    """The posterior from bootstrap draws of each family's loss, all on the same resampled rows (a single holdout).

    Args:
        draws: family -> (D,) losses; draws where one is not defined are left out.
        metric: the metric whose loss form they are.
        losses: loss on the rows as they are; the mean of the draws when None.

    Raises:
        ValueError: no draw has a loss for every family.
    """
    families = _ordered(draws)
    table = np.stack([np.asarray(draws[family], dtype=float) for family in families], axis=1)
    table = table[np.isfinite(table).all(axis=1)]
    if not len(table):
        raise ValueError("no draw has a loss for every family")
    means = table.mean(axis=0) if losses is None else np.array([losses[family] for family in families])
    r = _region(families, means)
    return Posterior(metric, families, np.empty((0, len(families))), means, table, r, 0.0)


def _shifted(chance: float, log_odds: float) -> float:
    """A probability whose log-odds are moved; 0 and 1 stay what they are."""
    if log_odds == 0 or not 0 < chance < 1:
        return chance
    return 1 / (1 + math.exp(-(math.log(chance / (1 - chance)) + log_odds)))


def _ordered(names: Iterable[FamilyName]) -> tuple[FamilyName, ...]:
    given = set(names)
    order: tuple[FamilyName, ...] = (*FAMILIES, "ensemble")
    return tuple(family for family in order if family in given)


def _region(families: tuple[FamilyName, ...], means: Array, baseline: float | None = None) -> float:
    """The margin r: 1 % of (baseline loss - best loss), 0 when nothing beats the baseline or its loss is not known.

    Args:
        baseline: its loss where it is not among the families.
    """
    best = float(means.min())
    if baseline is None:
        baseline = float(means[0]) if families[0] == "baseline" else best
    return EQUIVALENCE * max(baseline - best, 0.0)
