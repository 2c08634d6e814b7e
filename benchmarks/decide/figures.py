"""The arithmetic of the page: regret, intervals of shares and means, calibration. No files here."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

FAMILIES = ("baseline", "linear", "trees", "network")
R = 0.01
"""The region of practical equivalence, as a share of (baseline loss - best loss)."""
Z95 = 1.959964
BINS = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0)
Shares = Mapping[str, float]


@dataclass(frozen=True)
class Truth:
    """What the families reached on one set and seed.

    Attributes:
        name, seed, modality: which.
        losses: family -> loss on the test part; a family that failed has the baseline's.
        seconds: family -> seconds of its search.
        latency: family -> milliseconds for 1,000 predictions, where known.
        gap_low: family -> lower end of the 90 % interval of its loss above the best, where known.
        gap_se: family -> standard error of that loss above the best, where known.
    """

    name: str
    seed: int
    modality: str
    losses: Mapping[str, float]
    seconds: Mapping[str, float]
    latency: Mapping[str, float]
    gap_low: Mapping[str, float]
    gap_se: Mapping[str, float] = field(default_factory=dict)

    @property
    def best(self) -> float:
        """The lowest loss."""
        return min(self.losses.values())

    @property
    def range(self) -> float:
        """What there is to gain: baseline loss - best loss."""
        return self.losses["baseline"] - self.best

    def regret(self, family: str) -> float:
        """Loss given up over what there is to gain; 1 when there is nothing to gain and the family loses."""
        given_up = self.losses[family] - self.best
        if given_up <= 0:
            return 0.0
        return given_up / self.range if self.range > 0 else 1.0

    def regret_low(self, family: str) -> float | None:
        """Lower end of the 90 % interval of the regret; None where it was not measured."""
        if family not in self.gap_low or self.range <= 0:
            return None
        return max(self.gap_low[family], 0.0) / self.range

    def right(self, family: str) -> bool:
        """Best, or within r of the best."""
        return self.regret(family) <= R

    @property
    def simplest(self) -> str:
        """The simplest family within r of the best: the event that stated probabilities are about."""
        return next(family for family in FAMILIES if family in self.losses and self.right(family))


def knowing(found: Truth, draws: int = 2000) -> tuple[float, float]:
    """What always taking the measured best would give on other test rows: (P(best or within r), mean regret).

    The measured gaps are taken for the true ones, and other test rows to move each by its standard error: so much of
    being right is left to chance even for one who knows.
    """
    best = min(found.losses, key=lambda family: found.losses[family])
    rivals = [family for family in found.losses if family not in {best, "baseline"}]
    gaps = np.array([found.losses[family] - found.best for family in rivals])
    spread = np.array([found.gap_se.get(family, 0.0) for family in rivals])
    drawn = gaps + np.random.default_rng(0).normal(size=(draws, len(rivals))) * spread
    given_up = np.maximum(-drawn.min(axis=1, initial=0.0), 0.0) / found.range if found.range > 0 else np.zeros(draws)
    return float(np.mean(given_up <= R)), float(np.mean(given_up))


def pooled(several: Sequence[Truth]) -> Truth:
    """One set by the mean loss over its seeds: twice the test rows tell more than one part of them."""
    first = several[0]
    losses = {family: float(np.mean([found.losses[family] for found in several])) for family in first.losses}
    return Truth(first.name, first.seed, first.modality, losses, first.seconds, first.latency, {})


def wilson(hits: int, runs: int, z: float = Z95) -> tuple[float, float]:
    """Interval of a share, 95 % by default (Wilson 1927); (0, 1) without runs."""
    if runs == 0:
        return 0.0, 1.0
    share = hits / runs
    middle = (share + z * z / (2 * runs)) / (1 + z * z / runs)
    half = z * math.sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs)) / (1 + z * z / runs)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def mean_interval(values: Sequence[float], groups: Sequence[str], draws: int = 2000) -> tuple[float, float]:
    """95 % interval of a mean, by a bootstrap of whole groups: two seeds of a set are no two sets."""
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    sums = np.bincount(codes, weights=np.asarray(values))
    counts = np.bincount(codes)
    picked = np.random.default_rng(0).integers(0, len(names), (draws, len(names)))
    means = sums[picked].sum(axis=1) / counts[picked].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def brier(stated: Sequence[Shares], happened: Sequence[str]) -> float:
    """Mean over runs of the squared distance of the stated probabilities from what happened (0 to 2)."""
    each = [
        sum((shares.get(family, 0.0) - (family == event)) ** 2 for family in FAMILIES)
        for shares, event in zip(stated, happened, strict=True)
    ]
    return float(np.mean(each))


def skill(stated: Sequence[Shares], reference: Sequence[Shares], happened: Sequence[str]) -> float:
    """1 - Brier score / Brier score of the reference: 1 is perfect, 0 no better than the reference."""
    against = brier(reference, happened)
    return 1 - brier(stated, happened) / against if against > 0 else 0.0


def prior_shares(trees_linear: float, network_linear: float, network_trees: float) -> dict[str, float]:
    """Probabilities of the families when only the pairwise prior is known.

    The linear model is the simplest within r when neither other family beats it (taken as independent); what is left
    goes to the network with the chance that it beats the trees.
    """
    linear = (1 - trees_linear) * (1 - network_linear)
    return {
        "baseline": 0.0,
        "linear": linear,
        "trees": (1 - linear) * (1 - network_trees),
        "network": (1 - linear) * network_trees,
    }


def base_rates(events: Mapping[str, Sequence[str]], without: str) -> dict[str, float]:
    """How often each family was the simplest within r on the other sets, with one count more for each family."""
    others = [event for name, found in events.items() if name != without for event in found]
    return {family: (others.count(family) + 1) / (len(others) + len(FAMILIES)) for family in FAMILIES}


@dataclass(frozen=True)
class Bin:
    """Stated probabilities of one range against how often they came true, with its 95 % interval."""

    low: float
    high: float
    count: int
    stated: float
    share: float
    share_low: float
    share_high: float

    @property
    def calibrated(self) -> bool:
        """The mean stated probability lies inside the interval of what happened."""
        return self.share_low <= self.stated <= self.share_high


def reliability(stated: Sequence[Shares], happened: Sequence[str]) -> list[Bin]:
    """One bin for each range of stated probabilities that occurs; every run gives one pair a family."""
    pairs = [
        (shares.get(family, 0.0), family == event)
        for shares, event in zip(stated, happened, strict=True)
        for family in FAMILIES
    ]
    bins = []
    for low, high in itertools.pairwise(BINS):
        inside = [pair for pair in pairs if low <= pair[0] < high or pair[0] == high == 1.0]
        if inside:
            hits = sum(hit for _, hit in inside)
            mean = float(np.mean([p for p, _ in inside]))
            bins.append(Bin(low, high, len(inside), mean, hits / len(inside), *wilson(hits, len(inside))))
    return bins
