import numpy as np
import pandas as pd
import pytest

from automl.encode.series import SeriesSummaries, filled, stretched, summaries


def frame(values):
    return pd.DataFrame(np.asarray(values, float))


def waves(count=8, length=40, channels=1):
    return frame(np.random.default_rng(0).normal(size=(count, channels * length)).cumsum(axis=1))


def test_gaps_are_bridged_and_ends_held():
    found = filled(frame([[np.nan, 1, np.nan, 3, np.nan, np.nan], [np.nan] * 6]), 1)
    assert found.values[:, 0].tolist() == [[1, 1, 2, 3, 3, 3], [0] * 6]
    assert found.lengths.tolist() == [4, 0]


def test_channels_follow_each_other():
    found = filled(frame([[1, 2, np.nan, 4, 5, 6]]), 2)
    assert found.values.tolist() == [[[1, 2, 2], [4, 5, 6]]]
    assert found.lengths.tolist() == [3]


def test_shorter_series_are_drawn_out():
    found = stretched(filled(frame([[0, 2, np.nan, np.nan, np.nan], [0, 1, 2, 3, 4]]), 1))
    np.testing.assert_allclose(found[:, 0], [[0, 0.5, 1, 1.5, 2], [0, 1, 2, 3, 4]])


@pytest.mark.parametrize(("length", "channels"), [(1, 1), (2, 1), (16, 1), (16, 3), (2000, 1)])
def test_every_length_gives_finite_features(length, channels):
    matrix = summaries(filled(waves(3, length, channels), channels))
    assert matrix.shape[0] == 3
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()


@pytest.mark.parametrize(
    "values", [np.nan, np.inf, 0.0, 7.0, 1e300], ids=["missing", "infinite", "zeros", "constant", "huge"]
)
def test_series_that_tell_nothing_give_finite_features(values):
    assert np.isfinite(summaries(filled(frame(np.full((2, 20), values)), 1))).all()


def test_a_known_wave():
    time = np.arange(64)
    slow, fast = (np.sin(2 * np.pi * cycles * (time + 0.5) / 64) for cycles in (2, 16))
    both = summaries(filled(frame([slow, fast]), 1))
    spectrum = both[:, -11:-1]
    assert spectrum[0, 1] == pytest.approx(1, abs=1e-5)  # 2 cycles: the second octave
    assert spectrum[1, 4] == pytest.approx(1, abs=1e-5)
    assert spectrum[:, -1] == pytest.approx([2 / 32, 16 / 32])
    np.testing.assert_allclose(both[:, :64], [slow, fast], atol=1e-6)
    assert both[:, -1].tolist() == [64, 64]


def test_the_encoder_of_its_state_gives_the_same():
    encoder = SeriesSummaries(2)
    data = waves(channels=2)
    again = SeriesSummaries.from_state(encoder.state())
    assert np.array_equal(encoder.fit_transform(data), again.transform(data))
    assert again.transform(data.iloc[:0]).shape == (0, encoder.transform(data).shape[1])
