import math

import numpy as np
import pytest

from automl.evaluate import conformal


@pytest.mark.parametrize(
    ("residuals", "level", "expected"),
    [
        (range(1, 20), 0.9, 18),  # ceil(20 * 0.9) = 18th
        (range(1, 10), 0.9, 9),  # ceil(10 * 0.9) = 9th of 9
        (range(1, 6), 0.9, 5),  # no finite width has the guarantee: the largest
        (range(1, 100), 0.5, 50),
    ],
)
def test_rank_with_finite_sample_correction(residuals, level, expected):
    residuals = np.array(list(residuals), dtype=float)
    signs = np.where(np.arange(len(residuals)) % 2, 1, -1)
    assert conformal.quantile_width(residuals * signs, np.zeros((len(residuals), 1)), level) == expected


def test_new_rows_are_covered_at_the_level():
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(200):
        width = conformal.quantile_width(rng.standard_t(3, 50), np.zeros(50))
        shares.append(np.mean(np.abs(rng.standard_t(3, 500)) <= width))
    assert 0.9 <= np.mean(shares) <= 0.93


def test_no_rows():
    assert math.isnan(conformal.quantile_width(np.empty(0), np.empty((0, 1))))


def noisy(seed, rows, *, growing):
    """(y, predictions, splits): right on average, with errors that grow with the prediction or do not."""
    rng = np.random.default_rng(seed)
    predictions = rng.uniform(0, 10, rows)
    return predictions + rng.normal(0, 1, rows) * (predictions if growing else 1), predictions, np.arange(rows) % 5


def test_the_width_follows_the_prediction_where_the_errors_do():
    y, p, splits = noisy(0, 2_000, growing=True)
    found = conformal.band(y, p, splits)
    assert len(found.at) == 10
    assert found.half(np.array([9.0]))[0] > 3 * found.half(np.array([1.0]))[0]
    assert found.evidence["score"]["adaptive"] < found.evidence["score"]["constant"]
    assert "follows the prediction" in found.reason
    fresh_y, fresh, _ = noisy(1, 4_000, growing=True)
    for part in (fresh < 2, fresh > 8):
        lower, upper = found.bounds(fresh[part])
        assert 0.83 < np.mean((fresh_y[part] >= lower) & (fresh_y[part] <= upper)) < 0.97


def test_equal_errors_keep_one_width():
    kept = [conformal.band(*noisy(seed, 1_000, growing=False)).at == () for seed in range(10)]
    assert sum(kept) >= 9


@pytest.mark.parametrize("growing", [False, True])
def test_coverage_is_what_it_says(growing):
    inside = []
    for seed in range(20):
        found = conformal.band(*noisy(seed, 600, growing=growing))
        y, p, _ = noisy(seed + 1_000, 1_000, growing=growing)
        lower, upper = found.bounds(p)
        inside.append(np.mean((y >= lower) & (y <= upper)))
        # Three binomial deviations of the test rows, and as much again for the rows learnt from.
        assert abs(inside[-1] - 0.9) < 0.065
    assert abs(np.mean(inside) - 0.9) < 0.01


@pytest.mark.parametrize(("offset", "floor"), [(0.0, 0.0), (-0.5, None)])
def test_targets_never_negative_cut_the_lower_end(offset, floor):
    y = np.linspace(0, 3, 60) + offset
    found = conformal.band(y, y + np.where(np.arange(60) % 2, 1.0, -1.0), np.arange(60) % 5)
    assert found.floor == floor
    lower, upper = found.bounds(np.array([[-9.0], [0.2], [2.0]]))
    assert (lower <= upper).all()
    assert (lower.min() == 0) == (floor == 0)


@pytest.mark.parametrize(
    "y",
    [np.ones(1), np.zeros(600), np.where(np.arange(600) % 50, 0.0, 9.0)],
    ids=["one row", "no errors", "mostly zero"],
)
def test_odd_targets_get_a_finite_interval(y):
    found = conformal.band(y, np.full((len(y), 1), y.mean()), np.arange(len(y)) % 5)
    assert np.isfinite(found.bounds(np.array([0.0, 1e9]))).all()


def test_no_rows_no_interval():
    assert conformal.band(np.empty(0), np.empty((0, 1)), np.empty(0, dtype=int)) is None


def test_interval_score_by_hand():
    y, lower, upper = np.array([0.0, 5.0, -1.0]), np.zeros(3) - 0.5, np.full(3, 2.0)
    assert conformal.winkler(y, lower, upper).tolist() == pytest.approx([2.5, 2.5 + 20 * 3, 2.5 + 20 * 0.5])
