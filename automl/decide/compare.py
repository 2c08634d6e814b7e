"""The verdict: of the families shown to beat the baseline, the simplest that no more complex one is shown to beat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl.decide import words
from automl.decide.posterior import Pair, Posterior, from_draws, posterior
from automl.types import FAMILIES, FamilyName, Prefer

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "FALSE_SIGNAL",
    "THRESHOLDS",
    "FamilyEvidence",
    "Flag",
    "Gain",
    "Pair",
    "Posterior",
    "Verdict",
    "from_draws",
    "posterior",
    "threshold",
    "verdict",
]

THRESHOLDS: dict[Prefer, float] = {"accuracy": 0.5, "balanced": 0.6, "fast": 0.8, "simple": 0.95}
"""P(gain > r) that a more complex family must reach to be named, by what the user prefers.

Set on the 48 runs of benchmarks/truth.csv, with what a search adds (`prior.SEARCH`): mean regret 1.5 % of what there
is to gain at 0.6 and 1.7 % at 0.8, each with verdicts of its own, a difference within noise. At 0.6 a part of the
burden of proof stays with the more complex family. On synthetic linear tables it named one in 1 of 12 runs, too few
to tell whether that is more than the 5 % allowed.
"""
FALSE_SIGNAL = 0.04
"""Share of pure-noise data on which the baseline may be left, divided among the families that could leave it.

Without the division three families at 0.95 each left the baseline on 10 to 14 % of data sets without signal (ROC AUC,
3 to 15 splits, simulated); with it on 2 to 6 %.
"""
HOPE = 0.2
"""From this P(gain > r) on, a rival that is not shown to be better is not ruled out either."""

Limits = dict[FamilyName, float]
"""Families that may be named, from simple to complex -> P(gain > r) over each that a more complex one must reach."""


@dataclass(frozen=True)
class Flag:
    """A caution beside the verdict, under a stable code."""

    code: str
    text: str


@dataclass(frozen=True)
class Gain:
    """Gain over the named family with its 95 % interval; positive = better, in the metric's unit."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class FamilyEvidence:
    """One family in `evidence.families` of decision.json; the last three are filled in by the engine.

    Attributes:
        loss: mean loss over the splits.
        value, low, high: the same in natural sign with its 95 % interval.
        per_split: loss of each split; empty when the evidence is a bootstrap.
        against_named: gain over the named family.
        p_better, p_equivalent, p_worse: probabilities of a gain over the named family above r, within r, below -r.
        p_over_baseline: P(gain over the baseline > r); None without a baseline.
        seconds: of one fit.
        configuration: what was fitted.
        under_trained: True when a fit ended before its schedule.
    """

    loss: float
    value: float
    low: float
    high: float
    per_split: tuple[float, ...]
    against_named: Gain
    p_better: float
    p_equivalent: float
    p_worse: float
    p_over_baseline: float | None = None
    seconds: float | None = None
    configuration: str = ""
    under_trained: bool = False


@dataclass(frozen=True)
class Verdict:
    """The named family and why; see decision.json in docs/run-folder.md for the fields.

    `threshold` is that of the preference, `threshold_baseline` that of leaving the baseline.
    """

    family: FamilyName
    sentence: str
    probabilities: dict[FamilyName, float]
    tie: bool
    flags: tuple[Flag, ...]
    reasons: tuple[str, ...]
    r: float
    threshold: float
    threshold_baseline: float
    families: dict[FamilyName, FamilyEvidence] = field(default_factory=dict)


def threshold(prefer: Prefer, simpler: FamilyName, rivals: int = 3) -> float:
    """P(gain > r) over the simpler family that a more complex one must reach.

    Args:
        prefer: what the user prefers.
        simpler: the family to leave.
        rivals: families compared that are more complex than the baseline.
    """
    if simpler != "baseline":
        return THRESHOLDS[prefer]
    return max(THRESHOLDS[prefer], 1.0 - FALSE_SIGNAL / max(rivals, 1))


def verdict(belief: Posterior, prefer: Prefer = "balanced", allowed: Iterable[FamilyName] | None = None) -> Verdict:
    """Of the families shown to beat the baseline, the simplest that none more complex is shown to beat by more than r.

    The baseline when there is none. A family that is not better on average than a simpler one is never named: so the
    rule cannot stop at a family that is merely too uncertain to be beaten.

    Args:
        belief: the posterior over families.
        prefer: sets the threshold (see `THRESHOLDS`).
        allowed: families that may be named; all of the posterior's when None.

    Raises:
        ValueError: no family of the posterior is allowed.
    """
    families = [f for f in belief.families if allowed is None or f in set(allowed)]
    if not families:
        raise ValueError("no family of the posterior is allowed")
    belief = belief.only(families)
    rivals = sum(family != "baseline" for family in families)
    limits = {family: threshold(prefer, family, rivals) for family in families}
    named = _named(belief, limits)
    pairs = {family: belief.pair(family, named) for family in families}
    return Verdict(
        family=named,
        sentence=words.sentence(belief.metric, named, pairs, belief.r, limits[named]),
        probabilities=belief.probabilities(families),
        tie=any(other != named and _tied(pair, _limit(limits, named, other)) for other, pair in pairs.items()),
        flags=_flags(belief, limits, named, pairs),
        reasons=words.reasons(belief.metric, named, pairs, lambda other: _limit(limits, named, other)),
        r=belief.r,
        threshold=THRESHOLDS[prefer],
        threshold_baseline=threshold(prefer, "baseline", rivals),
        families={family: _evidence(belief, family, pair) for family, pair in pairs.items()},
    )


def _named(belief: Posterior, limits: Limits) -> FamilyName:
    rivals = [f for f in limits if f != "baseline"]
    if "baseline" in limits:
        rivals = [f for f in rivals if belief.p_better(f, "baseline") >= limits["baseline"]]
    best, named = float("inf"), next(iter(limits))
    for place, family in enumerate(rivals):
        mean = float(belief.means[belief.families.index(family)])
        if mean >= best:
            continue
        best, named = mean, family
        if all(belief.p_better(other, family) < limits[family] for other in rivals[place + 1 :]):
            break
    return named


def _limit(limits: Limits, a: FamilyName, b: FamilyName) -> float:
    """The threshold between two families: that of leaving the simpler one."""
    return limits[min(a, b, key=FAMILIES.index)]


def _tied(pair: Pair, limit: float) -> bool:
    return max(pair.p_better, pair.p_worse) < limit


def _flags(belief: Posterior, limits: Limits, named: FamilyName, pairs: dict[FamilyName, Pair]) -> tuple[Flag, ...]:
    """`not_decidable` when the likeliest better family is neither shown nor ruled out and the interval is wide."""
    rivals = {f: p for f, p in pairs.items() if FAMILIES.index(f) > FAMILIES.index(named)}
    if not rivals:
        return ()
    rival = max(rivals, key=lambda family: rivals[family].p_better)
    pair = rivals[rival]
    wide = belief.r < (pair.high - pair.low) / 2
    if not (wide and pair.p_better >= HOPE):
        return ()
    return (Flag("not_decidable", words.undecided(belief.metric, named, rival, pair, limits[named])),)


def _evidence(belief: Posterior, family: FamilyName, pair: Pair) -> FamilyEvidence:
    column = belief.families.index(family)
    value = belief.value(family)
    over = belief.p_better(family, "baseline") if "baseline" in belief.families else None
    return FamilyEvidence(
        loss=float(belief.means[column]),
        value=value.value,
        low=value.low,
        high=value.high,
        per_split=tuple(float(loss) for loss in belief.losses[:, column]),
        against_named=Gain(pair.mean, pair.low, pair.high),
        p_better=pair.p_better,
        p_equivalent=pair.p_equivalent,
        p_worse=pair.p_worse,
        p_over_baseline=over,
    )
