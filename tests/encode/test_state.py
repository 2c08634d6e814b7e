import numpy as np
import pytest

from automl.encode import state
from automl.errors import RunError


def test_both_parts_come_back(tmp_path):
    arrays = {"a/b[0]": np.arange(6.0).reshape(2, 3), "none": np.zeros((0, 4)), "yes": np.array([True, False])}
    state.save(tmp_path, ({"names": ["é", 'q"'], "n": 3}, arrays))
    plain, loaded = state.load(tmp_path)
    assert plain == {"names": ["é", 'q"'], "n": 3}
    assert list(loaded) == list(arrays)
    for name, array in arrays.items():
        assert loaded[name].dtype == array.dtype
        assert np.array_equal(loaded[name], array)


@pytest.mark.parametrize("lost", ["encoder.json", "arrays.npz"])
def test_a_missing_part_is_named(tmp_path, lost):
    state.save(tmp_path, ({}, {}))
    (tmp_path / lost).unlink()
    with pytest.raises(RunError, match=f"incomplete: {lost} is missing"):
        state.load(tmp_path)


def test_pickled_arrays_are_refused(tmp_path):
    state.save(tmp_path, ({}, {}))
    np.savez(tmp_path / "arrays.npz", evil=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        state.load(tmp_path)


def test_prefixes_nest_and_come_off():
    inner = {"idf": np.ones(2)}
    outer = state.prefixed("parts", state.prefixed("text1", inner)) | {"text10/idf": np.zeros(1)}
    assert set(outer) == {"parts/text1/idf", "text10/idf"}
    back = state.unprefixed("text1", state.unprefixed("parts", outer))
    assert list(back) == ["idf"]
    assert back["idf"] is inner["idf"]
    assert state.unprefixed("text1", outer) == {}
