"""The policies that the verdict is compared with: which family each takes, and what getting there costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .figures import FAMILIES, Truth

SEARCHED = ("linear", "trees", "network")


@dataclass(frozen=True)
class Stated:
    """What is known without the test part, for one set and seed.

    Attributes:
        named: the family of our verdict.
        probabilities: ours, family -> P(simplest within r).
        prior: the same from the prior alone.
        probes: family -> validation loss of its probe, where it was tried.
        deciding: seconds spent on the verdict.
        budget: seconds given.
    """

    named: str
    probabilities: Mapping[str, float]
    prior: Mapping[str, float]
    probes: Mapping[str, float]
    deciding: float
    budget: float


@dataclass(frozen=True)
class Choice:
    """The family taken on one set and seed, and the seconds of all fits it took to have it searched."""

    family: str
    seconds: float


Policy = Callable[[Truth, Stated], Choice]


def always(family: str) -> Policy:
    """One family whatever the data; costs its search."""
    return lambda truth, _: Choice(family, truth.seconds[family])


def rule_of_thumb(truth: Truth, _: Stated) -> Choice:
    """A network for what is no table, else trees (no set here has over a million rows)."""
    family = "trees" if truth.modality == "table" else "network"
    return Choice(family, truth.seconds[family])


def prior_alone(truth: Truth, stated: Stated) -> Choice:
    """The family that is likeliest before anything is measured."""
    family = max(FAMILIES, key=lambda name: stated.prior.get(name, 0.0))
    return Choice(family, truth.seconds[family])


def equal_shares(truth: Truth, stated: Stated) -> Choice:
    """All families searched, the best by validation taken: a leaderboard's pick, judged here by the probes' losses."""
    tried = {name: loss for name, loss in stated.probes.items() if name in truth.losses}
    family = min(tried, key=lambda name: tried[name]) if tried else "baseline"
    return Choice(family, sum(truth.seconds[name] for name in SEARCHED))


def ours(truth: Truth, stated: Stated) -> Choice:
    """The verdict: its probes, then the search of the family it names."""
    return Choice(stated.named, stated.deciding + truth.seconds[stated.named])


RIVALS: dict[str, Policy] = {
    "always linear": always("linear"),
    "always trees": always("trees"),
    "always network": always("network"),
    "rule of thumb": rule_of_thumb,
    "prior alone": prior_alone,
    "all families": equal_shares,
}
