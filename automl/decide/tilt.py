"""The prior brought into the measured posterior: it shifts log-odds, and weighs the joint draws."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from automl.decide.prior import shift
from automl.types import FAMILIES

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.decide.posterior import Posterior
    from automl.decide.prior import Prior
    from automl.types import FamilyName


def tilted(posterior: Posterior, prior: Prior | None) -> Posterior:
    """The posterior with the prior in it; unchanged without one.

    A pair of families: log-odds of "the richer one is better by more than r" plus those of the prior, times its weight.
    The probabilities of all families: each joint draw weighs as much as the prior says of the family it names.

    Source: Bayes' rule with the prior as a likelihood of `weight` observations (a power prior, Ibrahim and Chen 2000).
    """
    if prior is None:
        return posterior
    names = posterior.families
    shifts = {(rich, simple): shift(prior, rich, simple) for i, simple in enumerate(names) for rich in names[i + 1 :]}
    return replace(posterior, shifts={pair: s for pair, s in shifts.items() if s}, weights=_weights(posterior, prior))


def _weights(posterior: Posterior, prior: Prior) -> Array:
    """(D,) weight of each joint draw, mean 1."""
    favoured = family_chances(prior)
    odds = np.array([favoured.get(family, 1.0) for family in posterior.families]) ** prior.weight
    weights: Array = odds[posterior.simplest()]
    return np.asarray(weights / weights.mean())


def family_chances(prior: Prior) -> dict[FamilyName, float]:
    """Family -> prior probability that it is the simplest within r of the best, as a multiple of even chances."""
    linear = (1 - prior.trees_over_linear) * (1 - prior.network_over_linear)
    trees = (1 - linear) * (1 - prior.network_over_trees)
    shares = dict(zip(FAMILIES[1:], (linear, trees, 1 - linear - trees), strict=True))
    return {family: len(shares) * share for family, share in shares.items()}
