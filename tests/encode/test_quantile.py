"""Numbers to normal scores."""

import numpy as np
import pytest
from scipy.stats import norm

from automl.encode.quantile import FEWEST, MOST, Quantiles


def scores(values, later=None):
    values = np.asarray(values, dtype=float)[:, None]
    quantiles = Quantiles.fit(values, seed=0)
    return quantiles.transform(values if later is None else np.asarray(later, dtype=float)[:, None])[:, 0]


def test_ranks_become_normal_quantiles_whatever_the_shape():
    values = np.linspace(0, 3, 5_000) ** 4
    expected = norm.ppf((np.arange(5_000) + 0.5) / 5_000)
    np.testing.assert_allclose(scores(values)[500:-100], expected[500:-100], atol=0.05)


def test_values_beyond_the_training_range_end_at_the_tails():
    low, high = scores(np.arange(100.0), later=[-1e9, 1e9])
    assert [-low, high] == pytest.approx([norm.ppf(1 - 1e-7)] * 2)


def test_order_is_kept():
    values = np.random.default_rng(0).standard_t(2, size=500)
    order = np.argsort(values)
    assert (np.diff(scores(values)[order]) >= 0).all()


@pytest.mark.parametrize("values", [[3.0] * 9, [np.nan] * 9])
def test_columns_with_one_value_or_none_are_zero(values):
    assert not scores(values, later=[3.0, 99.0]).any()


def test_many_equal_values_lie_at_their_middle():
    zeros = scores([0.0] * 900 + list(range(1, 101)), later=[0.0, 50.0])
    assert zeros[0] == pytest.approx(norm.ppf(0.45), abs=0.3)
    assert zeros[1] > norm.ppf(0.9)


@pytest.mark.parametrize(("rows", "count"), [(40, FEWEST), (3_000, 100), (60_000, MOST)])
def test_quantiles_grow_with_rows(rows, count):
    assert Quantiles.fit(np.arange(float(rows))[:, None], seed=0).grid.shape == (count, 1)
