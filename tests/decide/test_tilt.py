"""The prior in the posterior: log-odds of pairs, weights of joint draws."""

import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from automl.decide.posterior import posterior
from automl.decide.prior import Prior, shift
from automl.decide.tilt import family_chances, tilted
from automl.evaluate import metrics

FAMILIES = ("baseline", "linear", "trees", "network")
EVEN = Prior(0.5, 0.5, 0.5, 1.0, {}, "")
NETWORKS = Prior(0.5, 0.8, 0.75, 0.5, {}, "")
MANY = [EVEN, NETWORKS, Prior(0.82, 0.2, 0.18, 1.0, {}, ""), Prior(0.3, 0.3, 0.6, 0.2, {}, "")]


def close_race(families=FAMILIES, seed=0):
    """Families that are hard to tell apart, and a baseline that is not far behind."""
    rng = np.random.default_rng(seed)
    means = {"baseline": 0.52, "linear": 0.5, "trees": 0.495, "network": 0.497}
    losses = {f: means[f] + rng.normal(0, 0.02, 10) for f in families}
    return posterior(losses, metrics.get("rmse", "regression"), folds=5)


def logit(p):
    return math.log(p / (1 - p))


@pytest.mark.parametrize("families", [FAMILIES, FAMILIES[:3], FAMILIES[1:], ("baseline", "linear", "network")])
@pytest.mark.parametrize("prior", [None, EVEN], ids=["none", "even"])
def test_no_prior_or_an_even_one_changes_nothing(families, prior):
    before = close_race(families)
    after = tilted(before, prior)

    assert after.probabilities() == pytest.approx(before.probabilities())
    for a, b in permutations(families, 2):
        assert after.p_better(a, b) == before.p_better(a, b)


def test_what_a_search_adds_moves_pairs_and_probabilities():
    before, after = close_race(), tilted(close_race(), replace(EVEN, search={"trees": 1.0}))
    assert logit(after.p_better("trees", "linear")) - logit(before.p_better("trees", "linear")) == pytest.approx(1.0)
    assert logit(after.p_better("network", "trees")) - logit(before.p_better("network", "trees")) == pytest.approx(-1.0)
    odds = [p.probabilities()["trees"] / p.probabilities()["linear"] for p in (before, after)]
    assert odds[1] / odds[0] == pytest.approx(math.e, rel=1e-6)


def test_a_prior_for_networks_moves_the_log_odds_by_its_weight():
    before, after = close_race(), tilted(close_race(), NETWORKS)

    for over in ("linear", "trees"):
        moved = logit(after.p_better("network", over)) - logit(before.p_better("network", over))
        assert moved == pytest.approx(shift(NETWORKS, "network", over))
        assert moved > 0
        assert after.p_better(over, "network") < before.p_better(over, "network")
    assert after.p_better("trees", "linear") == before.p_better("trees", "linear")
    assert after.p_better("network", "baseline") == before.p_better("network", "baseline")
    assert after.probabilities()["network"] > before.probabilities()["network"]


@pytest.mark.parametrize("prior", MANY)
@pytest.mark.parametrize("seed", [0, 1])
def test_probabilities_stay_probabilities(prior, seed):
    after = tilted(close_race(seed=seed), prior)

    assert sum(after.probabilities().values()) == pytest.approx(1)
    assert sum(after.only(["baseline", "trees"]).probabilities().values()) == pytest.approx(1)
    for a, b in permutations(FAMILIES, 2):
        pair = after.pair(a, b)
        shares = (pair.p_better, pair.p_equivalent, pair.p_worse)
        assert min(shares) >= 0
        assert sum(shares) == pytest.approx(1)
        turned = after.pair(b, a)
        assert shares == pytest.approx((turned.p_worse, turned.p_equivalent, turned.p_better))


@pytest.mark.parametrize("prior", MANY)
def test_of_two_families_pairs_and_joint_draws_agree(prior):
    after = tilted(close_race(), prior).only(["linear", "trees"])

    assert after.beaten()["linear"] == pytest.approx(after.p_better("trees", "linear"), abs=0.01)


def test_the_intervals_are_those_measured():
    before, after = close_race(), tilted(close_race(), NETWORKS)
    measured, told = before.pair("network", "linear"), after.pair("network", "linear")

    assert (told.mean, told.low, told.high) == (measured.mean, measured.low, measured.high)


def test_what_is_certain_stays_certain():
    clear = posterior(
        {"baseline": [1.0] * 5, "linear": [0.5] * 5, "network": [0.6] * 5},
        metrics.get("rmse", "regression"),
        folds=5,
    )
    after = tilted(clear, NETWORKS)

    assert after.p_better("network", "linear") == 0
    assert after.p_better("linear", "network") == 1
    assert after.probabilities()["linear"] == pytest.approx(1)


def test_chances_are_multiples_of_those_with_even_odds():
    chances = family_chances(NETWORKS, FAMILIES)

    linear, trees = 0.5 * 0.2, (1 - 0.5 * 0.2) * 0.25
    expected = {"baseline": 1.0, "linear": linear / 0.25, "trees": trees / 0.375}
    assert chances == pytest.approx(expected | {"network": (1 - linear - trees) / 0.375})


def test_pairs_with_a_family_that_was_not_measured_play_no_part():
    assert family_chances(Prior(0.8, 0.1, 0.9, 1.0, {}, ""), ("baseline", "linear", "trees")) == pytest.approx(
        {"baseline": 1.0, "linear": 0.4, "trees": 1.6}
    )
    assert family_chances(NETWORKS, ("baseline", "network")) == {"baseline": 1.0, "network": 1.0}
