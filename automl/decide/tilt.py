"""The prior brought into the measured posterior: it shifts log-odds, and weighs the joint draws."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from automl.decide.prior import shift
from automl.types import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.decide.posterior import Posterior
    from automl.decide.prior import Prior
    from automl.types import FamilyName


def tilted(posterior: Posterior, prior: Prior | None) -> Posterior:
    """The posterior with the prior in it; unchanged without one.

    A pair of families: log-odds of "the richer one is better by more than r" plus those of the prior, times its weight.
    The probabilities of all families: each joint draw weighs as much as the prior says of the family it names. What a
    search is still to add to a family moves both.

    Source: Bayes' rule with the prior as a likelihood of `weight` observations (a power prior, Ibrahim and Chen 2000).
    """
    if prior is None:
        return posterior
    names = posterior.families
    shifts = {(rich, simple): shift(prior, rich, simple) for i, simple in enumerate(names) for rich in names[i + 1 :]}
    counted = "published results and what a search adds" if any(prior.search.values()) else "published results"
    stated = {pair: s for pair, s in shifts.items() if s}
    return replace(posterior, shifts=stated, odds=partial(_odds, prior), counted=counted)


def _odds(prior: Prior, families: Sequence[FamilyName]) -> dict[FamilyName, float]:
    """Family -> weight of a draw that names it, among those compared."""
    return {
        family: chance**prior.weight * math.exp(prior.search.get(family, 0.0))
        for family, chance in family_chances(prior, families).items()
    }


def family_chances(prior: Prior, families: Sequence[FamilyName]) -> dict[FamilyName, float]:
    """Family -> prior probability that it is the simplest within r of the best, as a multiple of that with even odds.

    The published results say nothing of the baseline: 1.

    Args:
        prior: its pairs are taken as independent; those with a family that was not measured play no part.
        families: those measured.
    """
    stated = _shares(prior, families)
    even = _shares(replace(prior, trees_over_linear=0.5, network_over_linear=0.5, network_over_trees=0.5), families)
    return {family: stated[family] / even[family] if family in even else 1.0 for family in families}


def _shares(prior: Prior, families: Sequence[FamilyName]) -> dict[FamilyName, float]:
    """Family -> probability, as the prior has it, that it is the first that no richer one is better than."""
    learning = [family for family in FAMILIES[1:] if family in families]
    left, shares = 1.0, {}
    for place, simple in enumerate(learning):
        beaten = [getattr(prior, f"{rich}_over_{simple}") for rich in learning[place + 1 :]]
        shares[simple] = left * math.prod(1 - chance for chance in beaten)
        left -= shares[simple]
    return shares
