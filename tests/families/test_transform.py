import json
from dataclasses import replace

import numpy as np
import pytest

from automl.families.base import FitFailed
from automl.families.transform import BEYOND, TargetTransform, fit, knobs, offered, queued, wants_smearing
from automl.types import Problem

SKEWED = np.exp(np.random.default_rng(0).normal(0, 1.5, 4_000))
SIGNED = np.sinh(2 * np.random.default_rng(1).normal(0.3, 1, 4_000))
KINDS = ["plain", "log", "power", "quantile"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("y", [SKEWED, np.array([0.0, 0.0, 3.0]), np.zeros(3), 1e9 * SKEWED], ids=str)
def test_turned_back_it_is_the_target(kind, y):
    transform = fit(y, kind)
    np.testing.assert_allclose(transform.inverse(transform.transform(y)), y, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ["power", "quantile"])
@pytest.mark.parametrize("y", [SIGNED, -SKEWED, 1e9 - 1e8 * SKEWED, np.full(3, -2.0), np.array([5.0])], ids=str)
def test_negative_targets_are_turned_back_too(kind, y):
    transform = fit(y, kind)
    np.testing.assert_allclose(transform.inverse(transform.transform(y)), y, rtol=1e-6, atol=1e-9)
    assert (np.diff(transform.transform(np.sort(y))) >= 0).all()


@pytest.mark.parametrize("kind", ["power", "quantile"])
@pytest.mark.parametrize("smearing", [0.0, 0.5])
def test_no_prediction_leaves_the_range_of_the_targets(kind, smearing):
    transform = replace(fit(SIGNED, kind), smearing=smearing)
    ends = transform.inverse(np.array([-1e9, 1e9]))
    assert ends == pytest.approx([SIGNED.min(), SIGNED.max()])
    assert (np.diff(transform.inverse(np.linspace(-9, 9, 500))) >= 0).all()


def test_power_and_normal_scores_have_short_tails():
    assert fit(5 - SKEWED, "power").exponent == pytest.approx(2, abs=0.2)
    for kind, y in (("power", SKEWED - 3), ("power", 5 - SKEWED), ("quantile", SIGNED)):
        z = fit(y, kind).transform(y)
        assert (z.mean(), z.std()) == pytest.approx((0, 1), abs=0.02)
        assert np.mean(((z - z.mean()) / z.std()) ** 4) < 4


@pytest.mark.parametrize("kind", ["power", "quantile"])
def test_the_deviation_of_errors_turns_the_mean_of_transformed_values_into_the_mean(kind):
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, 20_000)
    y = np.exp(x + rng.normal(0, 0.7, len(x))) - 2
    transform = fit(y, kind)
    values = transform.transform(np.exp(x) - 2)
    smeared = transform.smeared(y, values)
    short, rest = (y.mean() - one.inverse(values).mean() for one in (transform, smeared))
    assert short > 0.3
    assert abs(rest) < 0.5 * short
    assert 0 < smeared.smearing < transform.smeared(y, values * 0).smearing <= 1
    heavy = transform.smeared(y, values, np.where(np.abs(y - np.exp(x) + 2) < 0.1, 1.0, 0.0))
    assert heavy.smearing < 0.5 * smeared.smearing


def problem(**options):
    return Problem("table", "regression", "rmse", **options)


@pytest.mark.parametrize(
    ("options", "kinds", "first"),
    [
        ({}, (), ()),
        ({"skewed_target": True}, ("log", "power", "quantile"), ("log", "power")),
        ({"skewed_target": True, "log_target": False}, ("quantile", "power"), ("quantile", "power")),
        ({"skewed_target": True, "explainable": True}, ("log",), ("log",)),
        ({"skewed_target": True, "log_target": False, "explainable": True}, (), ()),
    ],
)
def test_transforms_are_offered_by_the_tail_and_by_what_can_be_printed(options, kinds, first):
    assert offered(problem(**options)) == kinds
    assert queued(problem(**options)) == first
    assert [knob.choices for knob in knobs(problem(**options))] == ([("plain", *kinds)] if kinds else [])


def test_the_logarithm_bends_at_the_median_of_the_positive_targets():
    transform = fit(np.array([0.0, 0.0, 0.0, 2.0, 4.0, 6.0]), "log")
    assert transform.scale == 4
    assert transform.transform(np.array([4.0])) == pytest.approx(np.log(2))


def test_predictions_stay_within_reach_of_the_targets():
    transform = fit(SKEWED, "log")
    turned = transform.inverse(np.array([-5.0, 1e3]))
    assert turned[0] == 0
    assert turned[1] == pytest.approx(BEYOND * SKEWED.max())


def test_smearing_turns_the_mean_of_logarithms_into_the_mean():
    rng = np.random.default_rng(1)
    x = rng.uniform(3, 5, 20_000)
    y = np.expm1(x + rng.normal(0, 0.7, len(x))).clip(0)
    transform = fit(y, "log")
    values = transform.transform(np.expm1(x))
    smeared = transform.smeared(y, values)
    assert transform.inverse(values).mean() < 0.85 * y.mean()
    assert smeared.inverse(values).mean() == pytest.approx(y.mean(), rel=0.05)


def test_smearing_heeds_weights_and_bounds():
    transform = fit(np.array([1.0, 1.0]), "log")
    zero = transform.transform(np.array([1.0, 1.0]))
    y = np.array([1.0, 2.0])
    assert transform.smeared(y, zero, np.array([1.0, 0.0])).smearing == pytest.approx(1.0)
    assert transform.smeared(y, zero, np.array([0.0, 1.0])).smearing == pytest.approx(1.5)
    assert transform.smeared(np.array([1.0, 1e6]), zero).smearing == 2.0


def test_nothing_is_smeared_without_a_transform_or_rows():
    assert fit(SKEWED, "plain").smeared(SKEWED, SKEWED * 0) == TargetTransform()
    assert fit(SKEWED, "log").smeared(np.zeros(0), np.zeros(0)).smearing == 1.0
    assert fit(SIGNED, "power").smeared(np.zeros(0), np.zeros(0)).smearing == 0.0


@pytest.mark.parametrize(
    ("metric", "wanted"), [("rmse", True), ("r2", True), ("mae", False), ("pinball:0.9", False), ("rmsle", False)]
)
def test_metrics_that_want_a_mean(metric, wanted):
    assert wants_smearing(metric) is wanted


@pytest.mark.parametrize("kind", KINDS)
def test_the_state_gives_the_same_transform(kind):
    transform = fit(SKEWED, kind)
    assert TargetTransform.from_state(json.loads(json.dumps(transform.state()))) == transform


def test_a_model_of_an_older_version_has_no_transform():
    assert TargetTransform.from_state(None) == TargetTransform()


@pytest.mark.parametrize(
    ("y", "kind", "message"),
    [([1.0, -1.0], "log", "values of zero and more"), ([1.0], "root", "no target transform 'root'")],
)
def test_targets_that_have_no_such_transform(y, kind, message):
    with pytest.raises(FitFailed, match=message):
        fit(np.asarray(y), kind)
