"""Several arrays of the same rows behave like one."""

import numpy as np
import pytest

from automl.data.dataset import NOWHERE, Images
from automl.encode.several import Several, filled, part, stored, unpacked


@pytest.fixture
def both():
    return Several({"a": np.arange(6, dtype=np.float32).reshape(3, 2), "b": np.array([7, 8, 9], np.uint8)})


def test_rows_are_taken_of_all(both):
    taken = both[np.array([2, 0])]
    assert taken.arrays["a"].tolist() == [[4, 5], [0, 1]]
    assert taken.arrays["b"].tolist() == [9, 7]
    assert len(both[:2]) == 2
    assert both.shape == (3, {"a": (2,), "b": ()})


@pytest.mark.parametrize(("last", "a", "b"), [(False, [0, 0], 0), (True, [4, 5], 9)])
def test_filling_up(both, last, a, b):
    longer = filled(both, 5, last=last)
    assert longer.arrays["a"][3:].tolist() == [a, a]
    assert longer.arrays["b"][3:].tolist() == [b, b]
    assert longer.arrays["b"].dtype == np.uint8
    assert len(filled(both, 2)) == 3


def test_images_stay_in_their_file_until_rows_are_read(both, tmp_path):
    np.save(tmp_path / "pixels.npy", np.full((2, 1, 1, 1), [[[[5]]], [[[6]]]], np.uint8))
    images = Images(tmp_path / "pixels.npy", np.array([1, NOWHERE, 0]))
    mixed, rows = Several({**both.arrays, "c": images}), np.array([2, 1])
    assert [stored(values) for values in (mixed, images, both, both.arrays["a"])] == [True, True, False, False]
    assert mixed.shape == (3, {"a": (2,), "b": (), "c": (1, 1, 1)})
    left = part(mixed, rows)
    assert stored(left)
    assert left.arrays["b"].tolist() == part(both.arrays["b"], rows).tolist() == [9, 8]
    assert not stored(left[:])
    assert left[:].arrays["c"].ravel().tolist() == mixed[rows].arrays["c"].ravel().tolist() == [5, 0]


def test_one_array_passes_as_it_is(both):
    one = np.arange(3)
    assert unpacked(one) is one
    assert filled(one, 3) is one
    assert filled(one, 4).tolist() == [0, 1, 2, 0]
    assert set(unpacked(both)) == {"a", "b"}
