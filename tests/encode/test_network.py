"""The encoder of tables for networks: what each kind of column becomes."""

import json

import numpy as np
import pandas as pd
import pytest

from automl.encode.network import MOST_LEVELS, MOST_ONE_HOT, NetworkTable
from automl.types import Column


def column(name, kind="number", levels=()):
    return Column(name, kind, "feature", "", 0, 0, levels=tuple(levels))


def encoded(values, kind="number", levels=(), later=None):
    """The matrix of one column, fitted on `values`, of `later` (default: the same)."""
    frame = pd.DataFrame({"c": values})
    encoder = NetworkTable.fit(frame, [column("c", kind, levels)], seed=0)
    return encoder.transform(frame if later is None else pd.DataFrame({"c": later}))


def clipped(x):
    return x / np.sqrt(1 + (x / 3) ** 2)


def test_numbers_are_scaled_by_their_quartiles_and_clipped_smoothly():
    values = np.array([0.0, 1.0, 2.0, 3.0, 100.0])
    expected = clipped((values - 2.0) / 2.0)
    np.testing.assert_allclose(encoded(values)[:, 0], expected, rtol=1e-6)


def test_a_column_of_mostly_one_value_is_scaled_by_half_its_range():
    values = np.array([5.0] * 9 + [9.0])
    np.testing.assert_allclose(encoded(values)[[0, 9], 0], [0.0, clipped(2.0)], rtol=1e-6)


@pytest.mark.parametrize("kind", ["number", "boolean"])
def test_constant_columns_are_zero(kind):
    assert not encoded(np.ones(8), kind, later=np.array([0.0, 1.0, 77.0])).any()


def test_missing_numbers_take_the_mean_and_are_marked_only_where_training_had_gaps():
    with_gaps = encoded(np.array([1.0, 3.0, np.nan, 2.0, 2.0]))
    assert with_gaps.shape == (5, 2)
    assert with_gaps[2, 0] == with_gaps[3, 0]  # the mean of 1, 3, 2, 2
    assert with_gaps[2, 1] > with_gaps[0, 1]
    assert encoded(np.arange(5.0), later=np.array([np.nan])).tolist() == [[0.0]]


def test_a_column_without_any_value_is_zero_and_not_marked():
    assert encoded(np.full(4, np.nan)).tolist() == [[0.0]] * 4


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e300, -1e300, np.nan])
def test_extreme_values_stay_finite_and_inside_the_clip(value):
    matrix = encoded(np.arange(20.0), later=np.array([value]))
    assert np.isfinite(matrix).all()
    assert np.abs(matrix).max() <= 3.0


def test_two_levels_give_one_signed_column_with_missing_between():
    codes = np.array([0, 1, 0, 1, 0, 1], dtype=np.int32)
    matrix = encoded(codes, "category", ("a", "b"), later=np.array([0, -1, 1], dtype=np.int32))
    assert matrix.shape == (3, 1)
    assert matrix[0, 0] == pytest.approx(-matrix[2, 0])
    assert matrix[1, 0] == 0.0


def test_unseen_levels_read_as_missing():
    codes = np.array([0, 1, 2, 0, 1, 2], dtype=np.int32)
    matrix = encoded(codes, "category", ("a", "b", "c", "d"), later=np.array([-1, 3], dtype=np.int32))
    assert matrix.shape == (2, 3)
    assert (matrix[0] == matrix[1]).all()


def levels(count):
    return [f"v{i}" for i in range(count)]


@pytest.mark.parametrize(("count", "width"), [(MOST_ONE_HOT, MOST_ONE_HOT), (MOST_ONE_HOT + 1, 1)])
def test_categories_of_many_levels_stay_codes(count, width):
    assert encoded(np.arange(count, dtype=np.int32), "category", levels(count)).shape == (count, width)


def test_codes_count_from_the_most_frequent_level_and_zero_is_missing_or_unseen():
    codes = np.concatenate([np.arange(10), [7, 7]]).astype(np.int32)
    matrix = encoded(codes, "category", levels(12), later=np.array([7, 0, -1, 11], dtype=np.int32))
    assert matrix[:, 0].tolist() == [1.0, 2.0, 0.0, 0.0]


def test_rare_levels_of_a_huge_vocabulary_read_as_missing():
    count = MOST_LEVELS + 5
    codes = np.concatenate([np.arange(count), [count - 1]]).astype(np.int32)
    matrix = encoded(codes, "category", levels(count))[:, 0]
    assert matrix.max() == MOST_LEVELS
    assert (matrix[MOST_LEVELS - 1 : -2] == 0.0).all()
    assert matrix[-1] == 1.0


def test_the_layout_is_numbers_then_hot_columns_then_codes():
    frame = pd.DataFrame(
        {"many": np.arange(30, dtype=np.int32), "few": np.arange(30, dtype=np.int32) % 3, "n": np.arange(30.0)}
    )
    columns = [column("many", "category", levels(30)), column("few", "category", levels(3)), column("n")]
    encoder = NetworkTable.fit(frame, columns, seed=0)
    matrix = encoder.transform(frame)
    assert (encoder.width, encoder.numbers, encoder.levels) == (5, 1, (31,))
    assert sorted(matrix[:, 4]) == list(range(1, 31))
    assert np.abs(matrix[:, :4]).max() < 3.0


def test_quantile_numbers_forget_shape_and_outliers_but_indicators_do_not():
    values = np.append(np.exp(np.random.default_rng(0).normal(size=999) * 3), np.nan)
    frame = pd.DataFrame({"n": values})
    encoder = NetworkTable.fit(frame, [column("n")], seed=0, numbers="quantile")
    matrix = encoder.transform(frame)
    assert matrix.shape == (1000, 2)
    assert matrix[:, 0].std() == pytest.approx(1.0, abs=0.1)
    assert len(np.unique(matrix[:, 1])) == 2


@pytest.fixture
def mixed():
    frame = pd.DataFrame(
        {
            "n": [1.0, np.nan, 3.0, 4.0, 9.0, 2.0],
            "b": [0.0, 1.0, np.nan, 1.0, 0.0, 1.0],
            "c": np.array([0, 1, 2, -1, 1, 0], dtype=np.int32),
            "d": [0.0, 86_400.0, 1e9, np.nan, 1.1e9, 1.2e9],
            "t": pd.Series(["a cat", "", "two dogs ran", "a dog", "cats", "a bird"], dtype="str"),
        }
    )
    kinds = {"n": "number", "b": "boolean", "c": "category", "d": "date", "t": "text"}
    return frame, [column(name, kind, ("x", "y", "z") if kind == "category" else ()) for name, kind in kinds.items()]


def test_every_kind_of_column_gives_a_contiguous_finite_float32_matrix(mixed):
    frame, columns = mixed
    encoder = NetworkTable.fit(frame, columns, seed=0)
    matrix = encoder.transform(frame)
    assert matrix.dtype == np.float32
    assert matrix.flags.c_contiguous
    assert matrix.shape == (6, encoder.width)
    assert np.isfinite(matrix).all()
    assert 0 < encoder.numbers < encoder.width


@pytest.mark.parametrize("numbers", ["robust", "quantile"])
def test_the_state_survives_json_and_npz(mixed, tmp_path, numbers):
    frame, columns = mixed
    frame["many"], columns = np.arange(6, dtype=np.int32) + 4, [*columns, column("many", "category", levels(10))]
    frame = pd.concat([frame, frame.assign(many=np.arange(6, dtype=np.int32))])
    encoder = NetworkTable.fit(frame, columns, seed=0, numbers=numbers)
    assert encoder.levels == (11,)
    plain, arrays = encoder.state()
    np.savez(tmp_path / "arrays.npz", **arrays)
    with np.load(tmp_path / "arrays.npz", allow_pickle=False) as stored:
        loaded = NetworkTable.from_state((json.loads(json.dumps(plain)), dict(stored)))
    np.testing.assert_array_equal(loaded.transform(frame), encoder.transform(frame))


def test_a_state_of_version_0_1_0_knows_neither_codes_nor_quantiles(mixed):
    frame, columns = mixed
    encoder = NetworkTable.fit(frame, columns, seed=0)
    plain, arrays = encoder.state()
    del plain["coded"]
    np.testing.assert_array_equal(NetworkTable.from_state((plain, arrays)).transform(frame), encoder.transform(frame))


def test_an_empty_frame_gives_an_empty_matrix(mixed):
    frame, columns = mixed
    encoder = NetworkTable.fit(frame, columns, seed=0)
    assert encoder.transform(frame.iloc[:0]).shape == (0, encoder.width)
