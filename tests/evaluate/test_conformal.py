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
        shares.append(conformal.coverage(rng.standard_t(3, 500), np.zeros((500, 1)), width))
    assert 0.9 <= np.mean(shares) <= 0.93


def test_no_rows():
    assert math.isnan(conformal.quantile_width(np.empty(0), np.empty((0, 1))))
    assert math.isnan(conformal.coverage(np.empty(0), np.empty(0), 1.0))
