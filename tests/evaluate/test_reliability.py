import numpy as np
import pytest

from automl.evaluate import reliability

from .probabilities import drawn


def test_calibration_error_by_hand():
    second = np.array([0.1, 0.1, 0.6, 0.6])
    p, y = np.stack([1 - second, second], axis=1), np.array([0, 1, 1, 1])
    assert reliability.ece(y, p) == pytest.approx(0.5 * 0.4 + 0.5 * 0.4)
    assert reliability.ece(y, p, np.array([1.0, 0, 1, 1])) == pytest.approx((0.1 + 2 * 0.4) / 3)


def test_of_many_classes_the_most_probable_is_judged():
    p = np.array([[0.7, 0.2, 0.1]] * 4 + [[0.1, 0.1, 0.8]] * 4)
    assert reliability.ece(np.array([0, 0, 1, 1, 2, 2, 2, 2]), p) == pytest.approx(0.5 * 0.2 + 0.5 * 0.2)


@pytest.mark.parametrize("value", [0.3, 0.0, 1.0])
def test_equal_probabilities_are_one_bin_in_any_order(value):
    p, y = np.tile([1 - value, value], (60, 1)), np.arange(60) % 2
    assert len(reliability.curve(y, p)) == 1
    assert reliability.ece(y, p) == pytest.approx(abs(0.5 - value))


def test_the_interval_holds_the_value_and_the_error_of_a_large_sample():
    truth = reliability.ece(*drawn(99, 200_000, sharpness=1.6)[:2])
    held = 0
    for seed in range(20):
        found = reliability.ece_interval(*drawn(seed, 1_500, sharpness=1.6)[:2])
        assert 0 <= found.low <= found.value <= found.high
        held += found.low - 0.005 <= truth <= found.high
    assert held >= 17


def test_honest_probabilities_stay_below_chance_and_others_do_not():
    inside = [reliability.ece(y, p) <= reliability.chance(y, p) for y, p, _ in (drawn(s, 1_000) for s in range(40))]
    assert np.mean(inside) >= 0.85
    y, p, _ = drawn(0, 1_000, sharpness=2.5)
    assert reliability.ece(y, p) > reliability.chance(y, p)


def test_the_curve_has_bins_of_about_equal_numbers():
    y, p, _ = drawn(0, 1_500)
    points = reliability.curve(y, p)
    assert [point["rows"] for point in points] == [100] * 15
    assert all(point["low"] <= point["true"] <= point["high"] for point in points)
    assert sum(abs(q["stated"] - q["true"]) for q in points) / 15 == pytest.approx(reliability.ece(y, p))


@pytest.mark.parametrize(
    ("share", "count", "expected"),
    [(0.5, 100, (0.4038, 0.5962)), (0.0, 10, (0.0, 0.2775)), (1.0, 10, (0.7225, 1.0)), (0.5, 0, (0.0, 1.0))],
)
def test_interval_of_a_share(share, count, expected):
    assert reliability.wilson(share, count) == pytest.approx(expected, abs=1e-4)
