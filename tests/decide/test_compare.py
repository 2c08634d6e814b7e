from types import SimpleNamespace

import numpy as np
import pytest

from automl.decide.compare import THRESHOLDS, Verdict, leaves_baseline, posterior, verdict
from automl.decide.posterior import from_draws
from automl.decide.prior import Prior
from automl.decide.tilt import tilted
from automl.decide.words import number
from automl.evaluate import metrics
from automl.jsonio import plain

AUC = metrics.get("roc_auc", "binary")
RMSE = metrics.get("rmse", "regression")


def belief(noise=0.002, splits=5, metric=AUC, seed=0, **means):
    """Losses with exactly these means, and independent noise of exactly this spread."""
    rng = np.random.default_rng(seed)
    losses = {}
    for family, mean in means.items():
        wobble = rng.normal(size=splits)
        losses[family] = mean + noise * (wobble - wobble.mean()) / wobble.std(ddof=1)
    return posterior(losses, metric, folds=5)


@pytest.mark.parametrize(
    ("means", "named"),
    [
        ({"baseline": 0.5, "linear": 0.16, "trees": 0.16, "network": 0.16}, "linear"),
        ({"baseline": 0.5, "linear": 0.16, "trees": 0.14, "network": 0.14}, "trees"),
        ({"baseline": 0.5, "linear": 0.16, "trees": 0.14, "network": 0.12}, "network"),
        ({"baseline": 0.5, "linear": 0.16, "trees": 0.18, "network": 0.12}, "network"),
        ({"baseline": 0.5, "linear": 0.5, "trees": 0.5, "network": 0.5}, "baseline"),
        ({"baseline": 0.5, "linear": 0.52, "trees": 0.55}, "baseline"),
        ({"linear": 0.2, "trees": 0.1}, "trees"),
        ({"trees": 0.1}, "trees"),
    ],
)
def test_the_simplest_that_nothing_is_shown_to_beat(means, named):
    assert verdict(belief(**means)).family == named


def either(share=0.4, draws=1000):
    """Linear certain; trees better in a share of the draws, the network in as many others; each as much worse else."""
    place = np.arange(draws) / draws
    return from_draws(
        {
            "baseline": np.full(draws, 0.5),
            "linear": np.full(draws, 0.2),
            "trees": np.where(place < share, 0.1, 0.3),
            "network": np.where((place >= share) & (place < 2 * share), 0.1, 0.3),
        },
        AUC,
    )


def test_two_rivals_that_may_each_be_better_rule_out_more_than_one_alone():
    given = either()
    assert given.p_better("trees", "linear") == given.p_better("network", "linear") == pytest.approx(0.4)
    beaten = {name: family.p_beaten for name, family in verdict(given).families.items()}
    assert beaten == pytest.approx({"baseline": 1.0, "linear": 0.8, "trees": 0.6, "network": 0.6})
    assert verdict(given, "simple").family == "linear"


def test_where_every_family_is_passed_over_the_least_probably_beaten_is_named():
    given = either(0.3)
    assert verdict(given.only(["baseline", "linear", "trees"])).family == "linear"
    assert verdict(given).family == "linear"  # beaten with 0.6, the others with 0.7
    assert verdict(either(0.45)).family == "trees"  # the simpler of two equals


def test_a_prior_may_name_what_is_behind_on_the_probes_and_says_so():
    prior = Prior(0.95, 0.5, 0.2, 1.0, {}, "", {"trees": 1.2})
    measured = belief(0.02, baseline=0.5, linear=0.199, trees=0.2)
    result = verdict(tilted(measured, prior))
    assert (verdict(measured).family, result.family) == ("linear", "trees")
    assert result.sentence == (
        "Trees are the best bet: linear is ahead of trees by 0.00 ROC AUC (95 % \N{MINUS SIGN}0.05 to 0.05), but "
        "counting published results and what a search adds, trees are likelier to be good enough."
    )


def test_a_prior_without_what_a_search_adds_does_not_say_so():
    measured = belief(0.02, baseline=0.5, linear=0.199, trees=0.2)
    for search in ({}, {"trees": 0.0}):
        said = verdict(tilted(measured, Prior(0.95, 0.5, 0.2, 1.0, {}, "", search))).sentence
        assert said.endswith("but counting published results, trees are likelier to be good enough.")


def test_only_families_shown_to_beat_the_baseline_compete():
    losses = {
        "baseline": [1.10, 1.10, 1.10, 1.10, 1.10],
        "linear": [1.02, 1.15, 1.03, 1.14, 1.05],  # better than the baseline by chance, perhaps
        "trees": [1.05, 1.06, 1.05, 1.06, 1.05],
    }
    given = posterior(losses, RMSE, folds=5)
    assert given.p_gain("trees", "linear", given.r) < THRESHOLDS["fast"]
    result = verdict(given, "fast")
    assert result.family == "trees"
    linear, trees = (result.families[name].p_over_baseline for name in ("linear", "trees"))
    assert linear < result.threshold_baseline < trees


@pytest.mark.parametrize(
    ("prefer", "named"), [("accuracy", "trees"), ("balanced", "trees"), ("fast", "linear"), ("simple", "linear")]
)
def test_the_preference_sets_the_burden_of_proof(prefer, named):
    given = belief(0.0125, baseline=0.5, linear=0.2, trees=0.19)
    assert 0.6 < given.p_gain("trees", "linear", given.r) < 0.8
    result = verdict(given, prefer)
    assert result.family == named
    assert result.threshold == THRESHOLDS[prefer]
    assert result.tie == (named == "linear")


def test_leaving_the_baseline_takes_more_whatever_is_preferred():
    given = belief(0.0072, baseline=0.5, linear=0.49)
    assert 0.95 < given.p_gain("linear", "baseline", given.r) < 0.96
    assert [verdict(given, prefer).family for prefer in THRESHOLDS] == ["baseline"] * 4


def test_the_more_families_could_leave_the_baseline_the_more_it_takes():
    assert [leaves_baseline("balanced", rivals) for rivals in (0, 1, 2)] == pytest.approx([0.96, 0.96, 0.98])
    assert verdict(belief(baseline=0.5, linear=0.2, trees=0.2)).threshold_baseline == pytest.approx(0.98)


def test_only_allowed_families_are_named():
    given = belief(baseline=0.5, linear=0.2, trees=0.1, network=0.05)
    result = verdict(given, "balanced", ["linear", "trees"])
    assert (result.family, sorted(result.families)) == ("trees", ["linear", "trees"])
    with pytest.raises(ValueError, match="no family"):
        verdict(belief(linear=0.2, trees=0.1), "balanced", ["network"])


@pytest.mark.parametrize(
    ("worse", "tie"),
    [({"linear": 0.0, "trees": 0.64}, False), ({"linear": 0.0, "trees": 0.4}, True), ({"linear": 0.0}, False)],
)
def test_a_tie_is_another_family_that_is_as_likely_as_not_as_good(worse, tie):
    families = {name: SimpleNamespace(p_worse=p) for name, p in worse.items()}
    assert Verdict.tie.fget(SimpleNamespace(family="linear", families=families)) is tie


def test_tie_and_not_decidable():
    wide = verdict(belief(0.02, baseline=0.5, linear=0.2, trees=0.199))
    assert (wide.family, wide.tie, [flag.code for flag in wide.flags]) == ("linear", True, ["not_decidable"])
    assert "Trees may yet be better than linear: with probability 0." in wide.flags[0].text
    richer = verdict(belief(0.02, baseline=0.5, linear=0.2, trees=0.19))
    assert (richer.family, [flag.code for flag in richer.flags]) == ("trees", ["not_decidable"])
    assert "Linear may yet be better than trees: with probability 0." in richer.flags[0].text
    sharp = verdict(belief(0.0005, baseline=0.5, linear=0.2, trees=0.3))
    assert (sharp.family, sharp.tie, sharp.flags) == ("linear", False, ())


def test_sentences_where_trees_pay():
    result = verdict(belief(0.002, baseline=0.5, linear=0.16, trees=0.14, network=0.141))
    assert result.sentence == (
        "Boosted trees are enough: trees beat linear by 0.020 ROC AUC (95 % 0.015 to 0.025), and nothing more complex "
        "is shown to be better by more than 0.004 ROC AUC."
    )
    assert result.reasons[0] == "Trees beat linear by 0.020 ROC AUC (95 % 0.015 to 0.025)."
    assert result.reasons[1].startswith("Trees beat the baseline by 0.36")
    assert result.reasons[2].startswith("No gain shown by the network over trees: at most 0.0")


@pytest.mark.parametrize(
    ("means", "start"),
    [
        ({"baseline": 0.5, "linear": 0.16, "trees": 0.16}, "A linear model is enough: linear beats the baseline by 0"),
        ({"baseline": 0.5, "linear": 0.5}, "No signal found: no model is shown to beat the baseline (with 96 % cert"),
        ({"baseline": 0.5, "network": 0.1}, "The network is needed: the network beats the baseline by 0.4"),
        ({"trees": 0.1}, "Trees are the only family compared."),
        ({"linear": 0.1, "trees": 0.1}, "A linear model is enough: nothing more complex is shown to be better at all."),
    ],
)
def test_the_verdict_in_one_sentence(means, start):
    assert verdict(belief(**means)).sentence.startswith(start)


def test_units_of_a_regression():
    result = verdict(belief(900, metric=RMSE, baseline=100_000.0, linear=60_000.0, trees=51_000.0))
    assert result.reasons[0] == "Trees beat linear by 9,000 RMSE (95 % 6,606 to 11,394)."
    assert result.families["linear"].value == pytest.approx(60_000)
    assert result.families["linear"].against_named.mean == pytest.approx(-9_000)


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (0.01312, 0.01, "0.013"),
        (0.01312, 0.0004, "0.0131"),
        (-0.0001, 0.01, "0.000"),
        (12345.6, 900.0, "12,346"),
        (0.5, 0.0, "0.500"),
        (0.0, 0.0, "0"),
        (1e-9, 1e-10, "1e-09"),
    ],
)
def test_digits_follow_the_width_of_the_interval(value, width, text):
    assert number(value, width) == text


def test_evidence_is_plain_and_complete():
    given = belief(baseline=0.5, linear=0.16, trees=0.14)
    document = plain(verdict(given))
    assert document["family"] == "trees"
    assert sum(document["probabilities"].values()) == pytest.approx(1)
    linear = document["families"]["linear"]
    assert linear["per_split"] == pytest.approx(given.losses[:, 1].tolist())
    assert linear["value"] == pytest.approx(1 - linear["loss"])
    assert linear["p_beaten"] == pytest.approx(linear["p_worse"], abs=0.001)
    assert linear["p_better"] + linear["p_equivalent"] + linear["p_worse"] == pytest.approx(1)
    assert set(linear) >= {"low", "high", "against_named", "seconds", "configuration", "under_trained"}
    assert document["families"]["trees"]["against_named"] == {"mean": 0.0, "low": 0.0, "high": 0.0}


@pytest.mark.parametrize("repeats", [1, 2])
def test_families_equal_to_the_baseline_are_rarely_named(repeats):
    named = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        rows = {family: rng.normal(1, 0.3, 500) for family in ("baseline", "linear", "trees", "network")}
        losses = {family: [] for family in rows}
        for _ in range(repeats):
            for fold in rng.permutation(500).reshape(5, 100):
                for family, row_losses in rows.items():
                    losses[family].append(float((row_losses[fold] + rng.normal(0, 0.2, 100)).mean()))
        named.append(verdict(posterior(losses, RMSE, folds=5)).family)
    assert np.mean([family != "baseline" for family in named]) <= 0.08  # 5 % and the error of 150 runs
