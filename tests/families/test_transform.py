import json

import numpy as np
import pytest

from automl.families.base import FitFailed
from automl.families.transform import BEYOND, TargetTransform, fit, wants_smearing

SKEWED = np.exp(np.random.default_rng(0).normal(0, 1.5, 4_000))


@pytest.mark.parametrize("kind", ["plain", "log"])
@pytest.mark.parametrize("y", [SKEWED, np.array([0.0, 0.0, 3.0]), np.zeros(3), 1e9 * SKEWED], ids=str)
def test_turned_back_it_is_the_target(kind, y):
    transform = fit(y, kind)
    np.testing.assert_allclose(transform.inverse(transform.transform(y)), y, rtol=1e-9, atol=1e-9)


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


@pytest.mark.parametrize(
    ("metric", "wanted"), [("rmse", True), ("r2", True), ("mae", False), ("pinball:0.9", False), ("rmsle", False)]
)
def test_metrics_that_want_a_mean(metric, wanted):
    assert wants_smearing(metric) is wanted


@pytest.mark.parametrize("kind", ["plain", "log"])
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
