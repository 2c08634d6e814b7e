import json

import numpy as np
import pandas as pd
import pytest

from automl.encode import kernels
from automl.encode.kernels import CHOSEN, RandomKernels, dilations, responses


def waves(count=12, length=30, channels=1, seed=0):
    values = np.random.default_rng(seed).normal(size=(count, channels * length)).cumsum(axis=1)
    return pd.DataFrame(values)


@pytest.mark.parametrize("dilation", [1, 3])
def test_responses_are_convolutions(dilation):
    values = waves().to_numpy(np.float32)[:, None]
    found = list(responses(values, dilation, ((0,),) * len(CHOSEN)))
    for kernel in (0, 40, 83):
        weights = np.zeros(8 * dilation + 1)
        weights[::dilation] = -1
        weights[CHOSEN[kernel] * dilation] = 2
        expected = [np.convolve(np.pad(row, 4 * dilation), weights[::-1], "valid") for row in values[:, 0]]
        np.testing.assert_allclose(found[kernel], expected, atol=1e-3)


def test_channels_add_up():
    values = waves(channels=2).to_numpy(np.float32).reshape(12, 2, 30)
    both, first, second = (next(responses(values, 2, (chosen,) * len(CHOSEN))) for chosen in ((0, 1), (0,), (1,)))
    np.testing.assert_allclose(both, first + second, atol=1e-4)


@pytest.mark.parametrize("length", [1, 5, 16, 150, 2000])
def test_kernels_are_no_longer_than_the_series(length):
    found = dilations(length, 16)
    assert max(found) * 8 <= max(length - 1, 8)
    assert 16 / 2 <= sum(found.values()) <= 16


@pytest.mark.parametrize(("length", "channels"), [(1, 1), (5, 1), (30, 1), (30, 3)])
def test_the_encoder_of_its_state_gives_the_same(length, channels):
    data = waves(12, length, channels)
    encoder = RandomKernels(channels, 0)
    matrix = encoder.fit_transform(data)
    again = RandomKernels.from_state(json.loads(json.dumps(encoder.state())))
    assert np.array_equal(matrix, again.transform(data))
    assert np.array_equal(matrix[[7]], again.transform(data.iloc[[7]]))
    assert again.transform(data.iloc[:0]).shape == (0, matrix.shape[1])
    assert np.isfinite(matrix).all()


def test_the_seed_repeats_and_matters():
    data = waves(channels=3)
    first, again, other = (RandomKernels(3, seed).fit_transform(data) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_shares_count_nothing_beyond_the_end_of_a_series():
    data = waves()
    encoder = RandomKernels(1, 0)
    encoder.fit_transform(data)
    longer = data.copy()
    longer.iloc[:, 20:] = np.nan
    bank = encoder.banks[0]
    values, _ = encoder._orders(kernels.filled(longer, 1))
    found = responses(values, bank.dilation, bank.channels)
    firsts = bank.thresholds[:, 0]
    expected = [(answer[:, :20] > first).mean(axis=1) for answer, first in zip(found, firsts, strict=True)]
    shares = bank.shares(values, np.full(12, 20)).reshape(12, *bank.thresholds.shape)
    np.testing.assert_allclose(shares[:, :, 0], np.transpose(expected), atol=1e-6)


@pytest.mark.parametrize("value", [np.nan, 0.0, 5.0])
def test_series_that_tell_nothing(value):
    data = waves()
    data.iloc[3] = value
    assert np.isfinite(RandomKernels(1, 0).fit_transform(data)).all()
    assert np.isfinite(RandomKernels(1, 0).fit_transform(data.iloc[[3, 3]])).all()


def test_a_channel_that_is_constant_in_training_is_not_divided_by_the_rounding_of_its_deviation():
    data = pd.DataFrame(np.full((53, 30), 0.1))
    encoder = RandomKernels(1, 0)
    encoder.fit_transform(data)
    assert encoder.scale == [1.0]
