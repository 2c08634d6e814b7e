"""Series as arrays: scaling, missing steps, statistics, blocks, channels, state."""

import numpy as np
import pandas as pd
import pytest

from automl.encode.series_array import LONGEST, SeriesArray


def frame(values):
    return pd.DataFrame(np.asarray(values, dtype=float))


RANDOM = np.random.default_rng(0).normal(5.0, 3.0, (20, 12))


def test_each_channel_of_a_row_is_standardised():
    encoder = SeriesArray.fit(frame(RANDOM), 2, scale=False)
    array = encoder.transform(frame(RANDOM))
    assert array.shape == (20, 6, 2)
    assert encoder.width == 12
    np.testing.assert_allclose(array.mean(axis=1), 0.0, atol=1e-6)
    np.testing.assert_allclose(array.std(axis=1), 1.0, atol=1e-5)
    first = (RANDOM[0, 6:] - RANDOM[0, 6:].mean()) / RANDOM[0, 6:].std()
    np.testing.assert_allclose(array[0, :, 1], first, rtol=1e-5)


def test_missing_steps_are_zero_and_marked():
    values = RANDOM.copy()
    values[0, 4:] = np.nan
    values[1, 0] = np.inf
    array = SeriesArray.fit(frame(values), 1, scale=False).transform(frame(values))
    assert array.shape == (20, 12, 2)
    assert (array[0, 4:, 0] == 0).all()
    assert array[0, :, 1].tolist() == [0.0] * 4 + [1.0] * 8
    assert array[1, 0].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("row", [[7.0] * 12, [1e9 + 1e-7 * i for i in range(12)], [np.nan] * 12])
def test_flat_and_empty_series_are_zero(row):
    array = SeriesArray.fit(frame(RANDOM), 1, scale=True).transform(frame([row]))
    assert (array[..., 0] == 0).all()
    assert np.isfinite(array).all()
    assert np.abs(array).max() <= 5.0


def test_level_and_spread_follow_as_constant_channels():
    array = SeriesArray.fit(frame(RANDOM), 2, scale=True).transform(frame(RANDOM))
    assert array.shape == (20, 6, 6)
    assert (array[:, :1, 2:] == array[:, :, 2:]).all()
    assert np.corrcoef(array[:, 0, 2], RANDOM[:, :6].mean(axis=1))[0, 1] > 0.9


def test_the_level_of_series_all_alike_is_not_divided_by_its_rounding():
    encoder = SeriesArray.fit(frame(np.tile(RANDOM[:1], (53, 1))), 1, scale=True)
    assert encoder.spread.tolist() == [1.0, 1.0]


def test_long_series_are_averaged():
    values = np.repeat(np.arange(700.0), 2)[None].repeat(3, axis=0)
    encoder = SeriesArray.fit(frame(values), 1, scale=False)
    array = encoder.transform(frame(values))
    assert array.shape[1] <= LONGEST
    assert array.shape[1] * array.shape[2] == encoder.width
    assert (np.diff(array[0, :, 0]) > 0).all()


def test_state_keeps_all():
    encoder = SeriesArray.fit(frame(RANDOM), 2, scale=True)
    again = SeriesArray.from_state(encoder.state())
    np.testing.assert_array_equal(again.transform(frame(RANDOM[:3])), encoder.transform(frame(RANDOM))[:3])
