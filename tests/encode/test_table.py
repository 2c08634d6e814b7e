import json

import numpy as np
import pandas as pd
import pytest

from automl.encode import table as module
from automl.encode.table import LinearTable, TreeTable
from tests.rows import column, mixed

CITY = column("city", "category", ("Basel", "Bern", "Chur", "Genf"))
AGE = column("age")


def frame(ages, cities):
    return pd.DataFrame({"age": np.asarray(ages, float), "city": np.asarray(cities, np.int32)})


TRAIN = frame([1, 2, 3, np.nan], [0, 1, 1, -1])


def linear(train=TRAIN, columns=(AGE, CITY)):
    return LinearTable.fit(train, columns, 0)


def tree(train=TRAIN, columns=(AGE, CITY)):
    return TreeTable.fit(train, columns, 0)


def test_tree_numbers_far_from_zero_keep_their_digits(tmp_path):
    encoder = tree(frame(1.7e18 + 1000.0 * np.arange(9), np.zeros(9)))
    out = encoder.transform(frame([1.7e18, 1.7e18 + 1000, np.nan], [0, 0, 0]))[:, 0]
    assert out[1] - out[0] == pytest.approx(1000, abs=256)  # what double precision has left
    assert np.isnan(out[2])
    plain, arrays = encoder.state()
    assert TreeTable.from_state((json.loads(json.dumps(plain)), arrays)).origin == encoder.origin


@pytest.mark.parametrize("ages", [[2015, 2016, 2026], [5, 5, 5], [np.nan] * 3, [0, 1, 1e30]], ids=str)
def test_tree_other_numbers_stay_as_they_are(ages):
    np.testing.assert_array_equal(
        tree(frame(ages, [0, 0, 0])).transform(frame(ages, [0, 0, 0]))[:, 0], np.float32(ages)
    )


def test_tree_tables_of_earlier_versions_have_no_origin():
    plain, arrays = tree().state()
    del arrays["origin"]
    np.testing.assert_array_equal(TreeTable.from_state((plain, arrays)).transform(TRAIN), tree().transform(TRAIN))


def test_linear_numbers_are_standardised_missing_ones_at_the_median_and_marked():
    out = linear().transform(TRAIN)
    assert out.shape == (4, 1 + 1 + 2)
    assert abs(out[:, 0].mean()) < 1e-12
    assert out[:, 0].std() == pytest.approx(1)
    assert out[3, 0] == out[1, 0]
    assert out[:, 1].tolist() == [0, 0, 0, 1]


def test_linear_statistics_come_from_the_training_rows():
    new = frame([100.0, np.nan], [0, 1])
    out = linear().transform(new)
    assert out[0, 0] == pytest.approx((100 - 2) / np.std([1, 2, 3, 2]))
    assert out[1, 0] == pytest.approx(0)


def test_linear_categories_are_one_hot_and_what_is_unseen_is_all_zero():
    out = linear().transform(frame([1, 1, 1, 1, 1], [0, 1, 2, 3, -1]))[:, 2:]
    assert out.tolist() == [[1, 0], [0, 1], [0, 0], [0, 0], [0, 0]]


@pytest.mark.parametrize("value", [0.1, -1e9 / 3, 1 / 3e30])
def test_linear_a_constant_number_is_not_divided_by_the_rounding_of_its_deviation(value):
    encoder = linear(frame(np.full(53, value), np.zeros(53)))
    out = encoder.transform(frame([value, 2 * value], [0, 0]))
    assert encoder.scale.tolist() == [1.0]
    assert np.abs(out[:, 0]).max() <= 1.001 * abs(value)


def test_linear_a_small_spread_far_from_zero_is_a_spread():
    out = linear(frame(1.7e9 + np.arange(4) / 8, np.zeros(4))).transform(frame([1.7e9], [0]))
    assert out[0, 0] == pytest.approx(-1.342, abs=1e-3)


def test_linear_cells_missing_only_in_new_rows_take_the_median_without_a_mark():
    encoder = linear(frame([1, 2, 6], [0, 0, 1]))
    out = encoder.transform(frame([np.nan], [0]))
    assert out.shape == (1, 3)
    assert out[0, 0] == pytest.approx((2 - 3) / np.std([1, 2, 6]))


@pytest.mark.parametrize("ages", [[np.nan] * 4, [5.0] * 4], ids=["all missing", "constant"])
def test_linear_columns_that_say_nothing_add_nothing(ages):
    out = linear(frame(ages, [0, 1, 1, 0])).transform(frame([7, np.nan], [0, 0]))
    assert np.isfinite(out).all()
    assert out.shape == (2, 3)


def test_linear_keeps_the_most_frequent_levels(monkeypatch):
    monkeypatch.setattr(module, "MAX_LEVELS", 2)
    encoder = linear(frame(range(6), [3, 3, 3, 1, 1, 0]))
    assert encoder.kept[0].tolist() == [1, 3]


def test_tree_keeps_numbers_and_codes_and_what_is_missing():
    out = tree().transform(TRAIN)
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out, np.array([[1, 0], [2, 1], [3, 1], [np.nan, np.nan]], np.float32))
    assert tree().feature_types == ["q", "c"]


def test_tree_codes_unseen_in_these_training_rows_are_missing():
    out = tree().transform(frame([1, 1, 1, 1, 1], [0, 1, 2, 3, -1]))[:, 1]
    np.testing.assert_array_equal(out, [0, 1, np.nan, np.nan, np.nan])


@pytest.mark.parametrize("encode", [linear, tree])
def test_numbers_beyond_single_precision_do_not_end_a_fit(encode):
    out = encode(frame([1.0, 2.0, 1e300, -1e300], [0, 1, 1, 0])).transform(frame([1e300, 2.0], [0, 1]))
    assert np.isfinite(out).all()


@pytest.mark.parametrize("kind", [LinearTable, TreeTable])
def test_the_state_gives_the_same_matrix(kind):
    data = mixed()
    encoder = kind.fit(data.inputs.iloc[:80], data.problem.columns, 0)
    plain, arrays = encoder.state()
    again = kind.from_state((json.loads(json.dumps(plain)), arrays))
    new = data.inputs.iloc[60:]
    np.testing.assert_array_equal(encoder.transform(new), again.transform(new))


@pytest.mark.parametrize("encode", [linear, tree])
@pytest.mark.parametrize(("columns", "width"), [((AGE,), 1), ((CITY,), 1), ((), 0)])
def test_kinds_without_columns(encode, columns, width):
    encoder = encode(columns=columns)
    encoder = type(encoder).from_state(encoder.state())
    out = encoder.transform(TRAIN)
    assert len(out) == 4
    assert out.shape[1] >= width


@pytest.mark.parametrize("encode", [linear, tree])
def test_a_category_without_a_single_cell(encode):
    out = encode(frame([1, 2, 3], [-1, -1, -1])).transform(frame([1, 2], [0, -1]))
    assert out.shape[0] == 2
    assert not np.nan_to_num(out[:, 1:]).any()


def test_a_category_without_levels():
    nothing = column("city", "category")
    assert np.isnan(tree(frame([1, 2], [-1, -1]), (AGE, nothing)).transform(frame([1], [-1]))[0, 1])
    assert linear(frame([1, 2], [-1, -1]), (AGE, nothing)).transform(frame([1], [-1])).shape == (1, 1)
