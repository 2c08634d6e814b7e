import math

import numpy as np
import pytest

from automl.evaluate import crossfit


@pytest.mark.parametrize(
    ("splits", "rows", "expected"),
    [
        ([0, 0, 1, 2], None, [0, 0, 1, 2]),
        ([7, 9, 7, 9], None, [0, 1, 0, 1]),
        ([0, 1, 2, 3, 4, 5, 6], None, [0, 1, 2, 3, 4, 0, 1]),
        # Two repeats of two folds: the first repeat says where a row belongs.
        ([0, 0, 1, 1, 2, 3, 2, 3], [5, 6, 7, 8, 5, 6, 7, 8], [0, 0, 1, 1, 0, 0, 1, 1]),
    ],
)
def test_folds_follow_the_splits_and_keep_a_row_together(splits, rows, expected):
    rows = None if rows is None else np.array(rows)
    assert crossfit.folds(np.array(splits), rows).tolist() == expected


def test_a_single_split_is_divided_at_random():
    folds = crossfit.folds(np.zeros(50, dtype=int))
    assert np.bincount(folds).tolist() == [10] * 5
    assert folds.tolist() == crossfit.folds(np.zeros(50, dtype=int)).tolist()


def test_a_gain_is_a_mean_with_its_standard_error():
    before = np.array([1.0, 2.0, 3.0, 6.0])
    found = crossfit.gain(before, np.zeros(4), np.ones(4))
    assert found.mean == 3
    assert found.error == pytest.approx(before.std() / 2)
    assert found.beyond_noise


def test_weights_count_and_repeated_lines_of_a_row_count_once():
    before = np.array([1.0, 2.0, 3.0, 6.0])
    doubled = crossfit.gain(np.repeat(before, 2), np.zeros(8), np.ones(8), np.repeat(np.arange(4), 2))
    assert doubled == crossfit.gain(before, np.zeros(4), np.ones(4))
    assert crossfit.gain(before, np.zeros(4), np.array([1.0, 0, 0, 1])).mean == 3.5


@pytest.mark.parametrize("weight", [np.zeros(3), np.ones(3)])
def test_no_difference_is_no_gain(weight):
    found = crossfit.gain(np.ones(3), np.ones(3), weight)
    assert found.mean == 0
    assert not found.beyond_noise
    assert math.isinf(found.error) == (not weight.any())
