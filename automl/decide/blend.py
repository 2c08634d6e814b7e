"""Whether an ensemble is delivered in place of the single model: slower and harder to read, it has to be shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from automl.decide.belief import belief
from automl.decide.words import number

if TYPE_CHECKING:
    from automl.decide.engine import Decision
    from automl.decide.posterior import Pair
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import FamilyName, Prefer

NEVER: tuple[Prefer, ...] = ("simple", "fast")
"""Preferences under which one small model is delivered, whatever an ensemble would gain."""


SHOWN = 0.8
"""P(gain > r) from which an ensemble is delivered unasked: it is slower, larger and harder to read than one model."""


@dataclass(frozen=True)
class Blend:
    """An ensemble against the single model.

    Attributes:
        used: True when the ensemble is delivered.
        reason: one sentence for the reader.
        gain, low, high: gain in loss over the single model with its 95 % interval; positive = better.
        p_better: P(gain > r).
        weights: candidate -> weight.
    """

    used: bool
    reason: str
    gain: float
    low: float
    high: float
    p_better: float
    weights: dict[str, float]


def judge(
    cv: CrossValidation, baseline: Candidate | None, single: Candidate, ensemble: Candidate, prefer: Prefer
) -> Blend:
    """Compare on the splits that both were judged on; the ensemble's weights never saw the rows they are judged on.

    With 'accuracy' it is used when it is not worse on average; else when P(gain > r) reaches `SHOWN`.
    """
    compared: dict[FamilyName, Candidate] = {single.family: single, "ensemble": ensemble}
    if baseline is not None and single.family != "baseline":
        compared = {"baseline": baseline, **compared}
    posterior, _ = belief(cv, compared)
    pair = posterior.pair("ensemble", single.family)
    used = pair.mean >= 0 if prefer == "accuracy" else pair.p_better >= SHOWN
    weights = {member.name: round(weight, 4) for member, weight in ensemble.members}
    reason = _reason(cv, pair, prefer, used=used, alone=len(weights) == 1)
    return Blend(used, reason, pair.mean, pair.low, pair.high, pair.p_better, weights)


def _reason(cv: CrossValidation, pair: Pair, prefer: Prefer, *, used: bool, alone: bool) -> str:
    if alone and pair.mean == 0:
        return "The ensemble is one candidate: the models of its splits, or several fits on all rows, are averaged."
    gap = number(abs(pair.mean), pair.high - pair.low)
    found = f"{'better' if pair.mean > 0 else 'worse'} by {gap} {cv.metric.label} than the best single model"
    found = found if gap.strip("0.") else "level with the best single model"
    what = f"A weighted ensemble is {'' if used else 'not '}delivered: out of fold it is {found}"
    if prefer == "accuracy" or pair.mean < 0:
        return f"{what}."
    return f"{what}; better by more than r with probability {pair.p_better:.2f}, where {SHOWN:g} is asked for."


def with_blend(decision: Decision, blend: Blend) -> Decision:
    """The decision with what is known of the ensemble; its members are delivered when it is used."""
    evidence: dict[str, Any] = {**decision.evidence, "ensemble": asdict(blend)}
    if not blend.used:
        return replace(decision, evidence=evidence)
    return replace(
        decision,
        evidence=evidence,
        ensemble=True,
        members=tuple(sorted(blend.weights, key=lambda name: -blend.weights[name])),
        reasons=(*decision.reasons, blend.reason),
    )
