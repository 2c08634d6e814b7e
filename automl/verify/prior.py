"""The prior as decision.json states it, and what it does to measured probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        search: family -> log-odds beside the linear model's that a search is to add.
    """

    stated: dict[tuple[str, str], float]
    weight: float
    search: dict[str, float]

    def moved(self, chance: float, rich: str, simple: str) -> float:
        """A measured probability with the prior's log-odds, times its weight, added to its own."""
        prior = self.stated.get((rich, simple), 0.5)
        if not 0 < chance < 1:
            return chance
        odds = float(chance / (1 - chance) * (prior / (1 - prior)) ** self.weight)
        if (rich, simple) in self.stated:
            odds *= math.exp(self.search.get(rich, 0.0) - self.search.get(simple, 0.0))
        return odds / (1 + odds)

    def chances(self, families: Sequence[str]) -> dict[str, float]:
        """Family -> weight of a draw that names it: its prior probability over that with even odds, to the weight.

        Args:
            families: those compared, simple to complex.
        """
        learning = [family for family in families if family != "baseline"]
        stated = _first_unbeaten(learning, self.stated)
        even = _first_unbeaten(learning, dict.fromkeys(self.stated, 0.5))
        return {
            family: (stated[family] / even[family]) ** self.weight * math.exp(self.search.get(family, 0.0))
            for family in learning
        }


def _first_unbeaten(families: Sequence[str], better: dict[tuple[str, str], float]) -> dict[str, float]:
    """Family -> probability that it is the first that no richer one is better than, the pairs independent."""
    left, shares = 1.0, {}
    for place, simple in enumerate(families):
        shares[simple] = left * math.prod(1 - better[rich, simple] for rich in families[place + 1 :])
        left -= shares[simple]
    return shares


def stated_prior(evidence: dict[str, Any]) -> Prior | None:
    """The prior in `evidence`; None without one, as for images."""
    given = evidence.get("prior")
    if not given:
        return None
    return Prior({pair: given[key] for pair, key in KEYS.items()}, given["weight"], given.get("search") or {})
