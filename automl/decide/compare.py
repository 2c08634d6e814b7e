"""The verdict: of the families shown to beat the baseline, the simplest that is probably good enough."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl.decide import words
from automl.decide.posterior import Pair, Posterior, from_draws, posterior

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automl.types import FamilyName, Prefer

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
    "leaves_baseline",
    "posterior",
    "verdict",
]

THRESHOLDS: dict[Prefer, float] = {"accuracy": 0.4, "balanced": 0.5, "fast": 0.8, "simple": 0.95}
"""P(some other family is better by more than r) from which a family is passed over, by what the user prefers.

Balanced: more likely than not. On the 48 runs of benchmarks/truth.csv mean regret is about the same from 0.4 to 0.6 and
grows beyond. Above one half, the burden of proof is the more complex families'.
"""
TIED = 0.5
"""P(worse than the named family by more than r) up to which another family is tied with it."""
FALSE_SIGNAL = 0.04
"""Share of pure-noise data on which the baseline may be left, divided among the families that could leave it.

Without the division three families at 0.95 each left the baseline on 10 to 14 % of data sets without signal (ROC AUC,
3 to 15 splits, simulated); with it on 2 to 6 %.
"""
HOPE = 0.2
"""From this P(gain > r) on, a rival that is not shown to be better is not ruled out either."""


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
        p_beaten: P(some other family compared is better by more than r).
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
    p_beaten: float
    p_over_baseline: float | None = None
    seconds: float | None = None
    configuration: str = ""
    under_trained: bool = False


@dataclass(frozen=True)
class Verdict:
    """The named family and why; see decision.json in docs/run-folder.md for the fields.

    `threshold` is the P(beaten) from which a family is passed over, `threshold_baseline` the P(better) that leaving the
    baseline takes.
    """

    family: FamilyName
    sentence: str
    probabilities: dict[FamilyName, float]
    flags: tuple[Flag, ...]
    reasons: tuple[str, ...]
    r: float
    threshold: float
    threshold_baseline: float
    families: dict[FamilyName, FamilyEvidence] = field(default_factory=dict)

    @property
    def tie(self) -> bool:
        """Whether another family is, as likely as not, as good as the named one or better."""
        return any(found.p_worse <= TIED for name, found in self.families.items() if name != self.family)


def leaves_baseline(prefer: Prefer, rivals: int) -> float:
    """P(gain over the baseline > r) that a family must reach to be named at all.

    Args:
        prefer: what the user prefers.
        rivals: families compared that are more complex than the baseline.
    """
    return max(THRESHOLDS[prefer], 1.0 - FALSE_SIGNAL / max(rivals, 1))


def verdict(
    belief: Posterior,
    prefer: Prefer = "balanced",
    allowed: Iterable[FamilyName] | None = None,
    *,
    shown: bool = False,
) -> Verdict:
    """Of the families shown to beat the baseline, the simplest that is probably not beaten by more than r.

    Beaten is by any other family, whichever: two rivals that may each be better rule out more than one alone. Where
    every family is passed over, the one least probably beaten is named; where none beats the baseline, the baseline.

    Args:
        belief: the posterior over families.
        prefer: sets the threshold (see `THRESHOLDS`).
        allowed: families that may be named; all of the posterior's when None.
        shown: a gain over the baseline was shown before, by evidence that still holds: the baseline is not named.

    Raises:
        ValueError: no family of the posterior is allowed.
    """
    families = [f for f in belief.families if allowed is None or f in set(allowed)]
    if not families:
        raise ValueError("no family of the posterior is allowed")
    belief = belief.only(families)
    limit = 0.0 if shown else leaves_baseline(prefer, sum(family != "baseline" for family in families))
    beaten = belief.beaten()
    named = _named(belief, beaten, THRESHOLDS[prefer], limit)
    pairs = {family: belief.pair(family, named) for family in families}
    return Verdict(
        family=named,
        sentence=words.sentence(
            belief.metric,
            named,
            pairs,
            belief.r,
            limit,
            counted=belief.counted,
            enough=beaten[named] < THRESHOLDS[prefer],
        ),
        probabilities=belief.probabilities(),
        flags=_flags(belief, named, pairs),
        reasons=words.reasons(belief.metric, named, pairs),
        r=belief.r,
        threshold=THRESHOLDS[prefer],
        threshold_baseline=limit,
        families={family: _evidence(belief, family, pair, beaten[family]) for family, pair in pairs.items()},
    )


def _named(belief: Posterior, beaten: dict[FamilyName, float], limit: float, leaves: float) -> FamilyName:
    learning = [family for family in belief.families if family != "baseline"]
    if "baseline" in belief.families:
        learning = [family for family in learning if belief.p_better(family, "baseline") >= leaves]
    if not learning:
        return belief.families[0]
    enough = [family for family in learning if beaten[family] < limit]
    return enough[0] if enough else min(learning, key=lambda family: beaten[family])


def _flags(belief: Posterior, named: FamilyName, pairs: dict[FamilyName, Pair]) -> tuple[Flag, ...]:
    """`not_decidable` when the likeliest better family is neither shown nor ruled out and the interval is wide."""
    rivals = {family: pair for family, pair in pairs.items() if family != named}
    if not rivals:
        return ()
    rival = max(rivals, key=lambda family: rivals[family].p_better)
    pair = rivals[rival]
    wide = belief.r < (pair.high - pair.low) / 2
    if not (wide and pair.p_better >= HOPE):
        return ()
    return (Flag("not_decidable", words.undecided(belief.metric, named, rival, pair)),)


def _evidence(belief: Posterior, family: FamilyName, pair: Pair, beaten: float) -> FamilyEvidence:
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
        p_beaten=beaten,
        p_over_baseline=over,
    )
