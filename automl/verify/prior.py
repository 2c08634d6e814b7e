"""The prior as decision.json states it, and what it does to measured probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

KEYS = {
    ("trees", "linear"): "trees_over_linear",
    ("network", "linear"): "network_over_linear",
    ("network", "trees"): "network_over_trees",
}
"""(richer, simpler family) -> key of the stated probability that the richer is better by more than r."""


@dataclass(frozen=True)
class Prior:
    """The stated prior.

    Attributes:
        stated: (richer, simpler) -> probability.
        weight: of its log-odds.
    """

    stated: dict[tuple[str, str], float]
    weight: float

    def moved(self, chance: float, rich: str, simple: str) -> float:
        """A measured probability with the prior's log-odds, times its weight, added to its own."""
        prior = self.stated.get((rich, simple), 0.5)
        if not 0 < chance < 1:
            return chance
        odds = float(chance / (1 - chance) * (prior / (1 - prior)) ** self.weight)
        return odds / (1 + odds)

    def chances(self) -> dict[str, float]:
        """Family -> weight of a draw that names it: three times its prior probability, to the power of the weight."""
        linear = math.prod(1 - self.stated[rich, "linear"] for rich in ("trees", "network"))
        trees = (1 - linear) * (1 - self.stated["network", "trees"])
        shares = {"linear": linear, "trees": trees, "network": 1 - linear - trees}
        return {family: (len(shares) * share) ** self.weight for family, share in shares.items()}


def stated_prior(evidence: dict[str, Any]) -> Prior | None:
    """The prior in `evidence`; None without one (runs of older versions, images)."""
    given = evidence.get("prior")
    return Prior({pair: given[key] for pair, key in KEYS.items()}, given["weight"]) if given else None
