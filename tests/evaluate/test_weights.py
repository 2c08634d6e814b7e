import math

import numpy as np
import pytest

from automl.evaluate import weights


def drawn(codes, rows, draws, seed=0):
    return np.concatenate(list(weights.resamples(codes, rows, draws, np.random.default_rng(seed))), axis=1)


def test_a_resample_has_as_many_rows_as_the_data():
    times = drawn(None, 40, 250)
    assert times.shape == (40, 250)
    assert (times.sum(axis=0) == 40).all()
    assert (times == 0).mean() == pytest.approx((1 - 1 / 40) ** 40, abs=0.02)
    assert times.mean(axis=1) == pytest.approx(1.0, abs=0.3)


def test_groups_are_drawn_whole():
    codes = np.array([0, 2, 1, 0, 2, 2])
    times = drawn(codes, 6, 150)
    assert (times[[0, 1, 2]].sum(axis=0) == 3).all()
    assert np.array_equal(times, times[[0, 1, 2, 0, 1, 1]])


@pytest.mark.parametrize("codes", [None, np.arange(30) // 2])
def test_blocks_change_nothing(monkeypatch, codes):
    whole = drawn(codes, 30, 95)
    monkeypatch.setattr(weights, "BLOCK_CELLS", 30 * 11)
    assert [b.shape[1] for b in weights.resamples(codes, 30, 95, np.random.default_rng(0))] == [11] * 8 + [7]
    assert np.array_equal(whole, drawn(codes, 30, 95))
    assert not np.array_equal(whole, drawn(codes, 30, 95, seed=1))


@pytest.mark.parametrize("draws", [1, 4, 5])
def test_running_sums(draws):
    values = np.random.default_rng(0).random((7, draws))
    assert np.allclose(weights.running_sums(values), np.cumsum(values, axis=0), rtol=1e-15)


def test_group_sums_of_rows_in_several_groups_or_none():
    weight = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    sums = weights.group_sums(np.array([3, 0, 0, 1]), 4, np.array([0, 2, 0, 2]), 3)
    assert sums(weight).tolist() == [[5.0, 50.0], [4.0, 40.0], [0.0, 0.0], [1.0, 10.0]]


def test_means_leave_out_what_is_not_defined():
    got = weights.mean_defined(np.array([[1.0, math.nan, math.nan], [2.0, 4.0, math.nan]]))
    assert got == pytest.approx([1.5, 4.0, math.nan], nan_ok=True)
    assert weights.ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])) == pytest.approx([0.5, math.nan], nan_ok=True)
