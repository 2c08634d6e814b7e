import json

import numpy as np
import pytest

from automl import jsonio
from automl.evaluate import metrics
from automl.evaluate.calibrate import Calibration, Knots, brier, calibrate
from automl.evaluate.ranking import roc_auc
from automl.evaluate.reliability import ece

from .probabilities import drawn, squeezed

LOG_LOSS = metrics.get("log_loss", "binary")


@pytest.mark.parametrize(("rows", "classes"), [(300, 2), (1_500, 2), (1_500, 4), (6_000, 2)])
def test_honest_probabilities_are_left_as_they_are(rows, classes):
    kinds = [calibrate(*drawn(seed, rows, classes)).kind for seed in range(10)]
    assert kinds.count("none") >= 9


@pytest.mark.parametrize(("sharpness", "rows", "classes"), [(2.0, 600, 2), (2.0, 600, 5), (0.5, 2_000, 2)])
def test_a_model_too_sure_or_not_sure_enough_gets_a_temperature(sharpness, rows, classes):
    found = [calibrate(*drawn(seed, rows, classes, sharpness)) for seed in range(5)]
    assert {c.kind for c in found} == {"temperature"}
    np.testing.assert_allclose([c.temperature for c in found], sharpness, rtol=0.25)
    word = "too sure" if sharpness > 1 else "not sure enough"
    assert all(word in c.reason for c in found)


def test_a_distortion_that_no_temperature_mends_gets_a_curve():
    y, p, splits = squeezed(0, 6_000)
    fitted = calibrate(y, p, splits)
    assert fitted.kind == "isotonic"
    fresh_y, fresh, _ = squeezed(1, 6_000)
    assert ece(fresh_y, fresh) > 0.1
    assert ece(fresh_y, fitted.apply(fresh)) < 0.04
    assert LOG_LOSS.score(fresh_y, fitted.apply(fresh)) < LOG_LOSS.score(fresh_y, fresh) - 0.02
    assert fitted.evidence["ece"]["after"] < fitted.evidence["ece"]["before"]


def test_a_curve_needs_a_thousand_rows_of_every_class_repeats_not_counted():
    y, p, splits = squeezed(0, 1_600)
    assert calibrate(y, p, splits).kind != "isotonic"
    twice = (np.tile(y, 2), np.tile(p, (2, 1)), np.concatenate([splits, splits + 5]))
    assert "isotonic" not in calibrate(*twice, rows=np.tile(np.arange(1_600), 2)).evidence["log_loss"]


def test_curves_of_many_classes_sum_to_one():
    y, p, splits = drawn(0, 6_000, 3)
    bent = p**0.3 * np.array([1.0, 0.5, 2.0])
    bent = (bent / bent.sum(axis=1, keepdims=True)).astype(np.float32)
    fitted = calibrate(y, bent, splits)
    assert fitted.kind == "isotonic"
    assert len(fitted.knots) == 3
    np.testing.assert_allclose(fitted.apply(bent).sum(axis=1), 1, atol=1e-6)


FITTED = [
    Calibration(),
    Calibration("temperature", temperature=2.5),
    Calibration("temperature", temperature=0.4),
    Calibration("isotonic", knots=(Knots((0.0, 0.2, 0.7, 1.0), (0.05, 0.1, 0.8, 0.9)),)),
]


@pytest.mark.parametrize("fitted", FITTED, ids=lambda c: f"{c.kind} {c.temperature}")
def test_two_classes_keep_their_order_their_sum_and_their_type(fitted):
    y, p, _ = drawn(0, 2_000)
    p[:3] = [[1, 0], [0, 1], [1 - 1e-7, 1e-7]]
    after = fitted.apply(p)
    assert after.dtype == np.float32
    assert np.isfinite(after).all()
    np.testing.assert_allclose(after.sum(axis=1), 1, atol=1e-6)
    assert (np.diff(after[np.argsort(p[:, 1]), 1]) >= 0).all()
    weight = np.ones((len(y), 1))
    np.testing.assert_allclose(roc_auc(y == 1, after[:, 1])(weight), roc_auc(y == 1, p[:, 1])(weight), atol=1e-6)


@pytest.mark.parametrize("fitted", FITTED, ids=lambda c: f"{c.kind} {c.temperature}")
def test_state_survives_json(fitted):
    state = json.loads(jsonio.dumps(fitted))
    assert jsonio.build(Calibration, state) == fitted


def sure(rows, doubt):
    """(y, stated, splits) of rows that are all right, stated with `doubt` left for the other class."""
    y = np.arange(rows) % 2
    spread = doubt * np.random.default_rng(0).uniform(0.1, 1.9, rows)
    second = np.where(y == 1, 1 - spread, spread)
    return y, np.stack([1 - second, second], axis=1), np.arange(rows) % 5


def test_rows_without_an_error_do_not_pay_for_sharper_probabilities():
    y, p, splits = sure(60, 0.02)  # 1.2 errors were expected: none is no news
    found = calibrate(y, p, splits)
    assert found.kind == "none"
    assert found.apply(p).max() < 0.9999


def test_many_errors_that_were_expected_and_did_not_come_do():
    y, p, splits = sure(2_000, 0.2)  # 400 were expected
    found = calibrate(y, p, splits)
    assert found.kind == "temperature"
    assert 0.02 < found.temperature < 0.5
    # One more of 2,000 rows may be wrong: they are not made much surer than that.
    assert 1 / 2_000 < 1 - found.apply(p)[np.arange(2_000), y].mean() < 1 / 500


def test_a_temperature_at_the_bound_is_not_taken():
    y, p, splits = sure(300, 0.02)
    near = 0.5 + (p - 0.5) * 1e-3  # as good as no opinion, and right all the same
    assert calibrate(y, near, splits).kind == "none"


def test_too_few_rows_are_said():
    found = calibrate(*drawn(0, 40))
    assert found.kind == "none"
    assert "40 rows are too few" in found.reason


def test_weights_decide():
    y, p, splits = drawn(0, 2_000, sharpness=2.0)
    honest = drawn(0, 2_000)[1]
    mixed = np.where((np.arange(2_000) < 1_000)[:, None], p, honest)
    first = calibrate(y, mixed, splits, weight=(np.arange(2_000) < 1_000) + 1e-9)
    assert first.temperature == pytest.approx(2, rel=0.2)
    assert calibrate(y, mixed, splits, weight=(np.arange(2_000) >= 1_000) + 1e-9).kind == "none"


@pytest.mark.parametrize("classes", [2, 4])
def test_brier_is_the_metric_of_that_name(classes):
    y, p, _ = drawn(3, 200, classes)
    weight = np.random.default_rng(0).random(200)
    task = "binary" if classes == 2 else "multiclass"
    assert brier(y, p, weight) == pytest.approx(metrics.get("brier", task).score(y, p, weight))
