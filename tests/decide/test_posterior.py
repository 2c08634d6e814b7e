import math

import numpy as np
import pytest
from scipy import stats

from automl.decide.posterior import DRAWS, EQUIVALENCE, from_draws, posterior
from automl.evaluate import metrics

AUC = metrics.get("roc_auc", "binary")
RMSE = metrics.get("rmse", "regression")


def losses(splits=10, seed=0, **means):
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 0.02, splits)
    return {family: mean + common + rng.normal(0, 0.01, splits) for family, mean in means.items()}


def benavoli(differences, margin, ratio):
    """P(mean difference > margin) with the scale of Nadeau and Bengio's corrected test."""
    scale = differences.std(ddof=1) * math.sqrt(1 / len(differences) + ratio)
    return stats.t.sf((margin - differences.mean()) / scale, len(differences) - 1)


@pytest.mark.parametrize(
    ("splits", "folds", "ratio"), [(5, 5, None), (10, 5, None), (10, 10, None), (6, 3, 0.1), (2, 2, None)]
)
def test_pairs_have_the_closed_form_and_the_draws_agree(splits, folds, ratio):
    given = losses(splits, baseline=0.5, linear=0.2, trees=0.195, network=0.19)
    belief = posterior(given, AUC, folds=folds, test_ratio=ratio)
    expected_ratio = 1 / (folds - 1) if ratio is None else ratio
    for family, over in [("trees", "linear"), ("network", "trees"), ("linear", "baseline")]:
        a, b = belief.families.index(over), belief.families.index(family)
        for margin in (0.0, belief.r, 0.01):
            expected = benavoli(given[over] - given[family], margin, expected_ratio)
            assert belief.p_gain(family, over, margin) == pytest.approx(expected, abs=1e-9)
            drawn = np.mean(belief.draws[:, a] - belief.draws[:, b] > margin)
            assert drawn == pytest.approx(expected, abs=4 * math.sqrt(0.25 / DRAWS))


def test_both_forms_of_the_correlation_are_the_same():
    given = losses(10, linear=0.2, trees=0.19)
    rho = 1 / 5
    assert posterior(given, AUC, folds=5).factor == pytest.approx(1 / 10 + rho / (1 - rho))
    assert posterior(given, AUC, folds=5, test_ratio=0.2 / 0.8).factor == posterior(given, AUC, folds=5).factor


def test_pair_adds_up_and_turns_around():
    belief = posterior(losses(10, baseline=0.5, linear=0.2, trees=0.19), AUC, folds=5)
    there, back = belief.pair("trees", "linear"), belief.pair("linear", "trees")
    assert there.p_better + there.p_equivalent + there.p_worse == pytest.approx(1)
    assert (there.mean, there.low, there.high) == pytest.approx((-back.mean, -back.high, -back.low))
    assert there.p_better == pytest.approx(back.p_worse)
    assert there.low < there.mean < there.high


@pytest.mark.parametrize("drawn", [False, True])
def test_no_gain_is_larger_than_the_loss_there_is_to_save(drawn):
    given = {"linear": [0.0, 0.05, 0.25], "trees": [0.2, 0.0, 0.01]}
    belief = posterior(given, AUC, folds=5)
    if drawn:
        belief = from_draws(
            {"linear": np.array([0.0, 0.4]), "trees": np.array([0.4, 0.0])}, AUC, losses={"linear": 0.1, "trees": 0.07}
        )
    pair, turned = belief.pair("trees", "linear"), belief.pair("linear", "trees")

    assert (pair.mean, pair.low, pair.high) == pytest.approx((0.03, -0.07, 0.1))
    assert (turned.mean, turned.low, turned.high) == pytest.approx((-0.03, -0.1, 0.07))


def test_region_of_equivalence():
    given = {"baseline": [0.5, 0.5], "linear": [0.3, 0.2]}
    assert posterior(given, AUC, folds=2).r == pytest.approx(EQUIVALENCE * 0.25)
    assert posterior({"linear": [0.3, 0.2]}, AUC, folds=2).r == 0
    assert posterior({"baseline": [0.2, 0.2], "linear": [0.3, 0.2]}, AUC, folds=2).r == 0


@pytest.mark.parametrize(
    ("means", "likeliest"),
    [
        ({"baseline": 0.5, "linear": 0.2, "trees": 0.2001, "network": 0.2}, "linear"),
        ({"baseline": 0.5, "linear": 0.2, "trees": 0.1, "network": 0.1}, "trees"),
        ({"baseline": 0.5, "linear": 0.3, "trees": 0.2, "network": 0.1}, "network"),
    ],
)
def test_probabilities_sum_to_one_and_favour_the_simplest_near_the_best(means, likeliest):
    rng = np.random.default_rng(1)
    given = {family: mean + rng.normal(0, 1e-4, 10) for family, mean in means.items()}
    shares = posterior(given, AUC, folds=5).probabilities()
    assert list(shares) == ["baseline", "linear", "trees", "network"]
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=shares.get) == likeliest
    assert shares[likeliest] > 0.9


def test_families_that_are_not_allowed_have_no_probability():
    given = posterior(losses(5, baseline=0.5, linear=0.2, trees=0.19), AUC, folds=5)
    shares = given.only(["linear", "trees"]).probabilities()
    assert shares["baseline"] == shares["network"] == 0
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize("seed", [0, 1])
def test_of_two_families_the_one_is_beaten_when_the_other_is_better(seed):
    given = posterior(losses(5, baseline=0.5, linear=0.2, trees=0.19), AUC, folds=5, seed=seed)
    beaten = given.only(["linear", "trees"]).beaten()
    assert beaten["linear"] == pytest.approx(given.p_better("trees", "linear"), abs=0.01)
    assert beaten["trees"] == pytest.approx(given.p_better("linear", "trees"), abs=0.01)


def test_identical_losses_are_equivalent():
    belief = posterior({"baseline": [0.5] * 5, "linear": [0.2] * 5, "trees": [0.2] * 5}, AUC, folds=5)
    pair = belief.pair("trees", "linear")
    assert (pair.mean, pair.low, pair.high) == (0, 0, 0)
    assert (pair.p_better, pair.p_equivalent, pair.p_worse) == (0, 1, 0)
    assert belief.probabilities()["linear"] == 1
    assert belief.pair("linear", "baseline").p_better == 1


def test_undefined_splits_are_left_out_and_too_few_are_refused():
    nan = math.nan
    belief = posterior({"linear": [0.1, nan, 0.3], "trees": [0.1, 0.2, 0.2]}, AUC, folds=3)
    assert belief.losses.tolist() == [[0.1, 0.1], [0.3, 0.2]]
    with pytest.raises(ValueError, match="at least two splits"):
        posterior({"linear": [0.1, nan], "trees": [0.1, 0.2]}, AUC, folds=2)


def test_natural_sign():
    given = losses(5, linear=0.2)
    auc, rmse = posterior(given, AUC, folds=5).value("linear"), posterior(given, RMSE, folds=5).value("linear")
    assert auc.value == pytest.approx(1 - rmse.value)
    assert auc.low == pytest.approx(1 - rmse.high)
    assert auc.low < auc.value < auc.high


@pytest.mark.parametrize(
    ("metric", "given", "ends"),
    [("roc_auc", [0.05, 0.95], (0, 1)), ("mcc", [0.1, 1.9], (-1, 1)), ("log_loss", [0.1, 3.0], (0, math.inf))],
)
def test_an_interval_ends_where_the_metric_does(metric, given, ends):
    belief = posterior({"linear": given}, metrics.get(metric, "binary"), folds=2)
    found = belief.value("linear")
    assert found.low == ends[0]
    assert found.high == ends[1] or math.isinf(ends[1])
    assert found.low <= found.value <= found.high


def test_bootstrap_draws_of_a_single_holdout():
    rng = np.random.default_rng(0)
    common = rng.normal(0, 0.02, 4000)
    draws = {"baseline": 0.5 + common, "linear": 0.2 + common, "trees": 0.19 + common + rng.normal(0, 0.01, 4000)}
    belief = from_draws(draws, AUC)
    pair = belief.pair("trees", "linear")
    assert pair.p_better == pytest.approx(stats.norm.sf(belief.r, 0.01, 0.01), abs=0.03)
    assert pair.p_better + pair.p_equivalent + pair.p_worse == pytest.approx(1)
    assert pair.low == pytest.approx(0.01 - 1.96 * 0.01, abs=0.003)
    assert belief.value("trees").value == pytest.approx(0.81, abs=0.002)
    stated = from_draws(draws, AUC, losses={"baseline": 0.5, "linear": 0.21, "trees": 0.19})
    assert stated.pair("trees", "linear").mean == pytest.approx(0.02)
    with pytest.raises(ValueError, match="no draw"):
        from_draws({"linear": np.array([math.nan])}, AUC)


def test_room_for_a_better_family_ends_at_a_loss_of_zero():
    rng = np.random.default_rng(0)
    some = rng.uniform(0, 0.02, 4000)
    assert from_draws({"baseline": np.ones(4000), "linear": some}, AUC).p_room() == pytest.approx(0.5, abs=0.03)
    assert from_draws({"baseline": np.ones(4000), "linear": 0 * some}, AUC).p_room() == 0
    assert from_draws({"baseline": np.ones(4000), "linear": 0.3 + some}, AUC).p_room() == 1


def test_the_same_seed_repeats():
    given = losses(5, linear=0.2, trees=0.19)
    first = posterior(given, AUC, folds=5, seed=3)
    assert np.array_equal(first.draws, posterior(given, AUC, folds=5, seed=3).draws)
    assert not np.array_equal(first.draws, posterior(given, AUC, folds=5, seed=4).draws)
