"""Frames from Python: types, targets as text, nothing copied or changed."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from automl.data.read import read

MISSING = None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 0, 1], ["1", "0", "1"]),
        ([1.0, np.nan, 0.0], ["1", MISSING, "0"]),
        ([1.0, 0.5, np.nan], ["1.0", "0.5", MISSING]),
        (np.array([0.1, 0.25, 3], dtype=np.float32), ["0.1", "0.25", "3.0"]),
        ([np.inf, 1.0, 2.0], ["inf", "1.0", "2.0"]),
        ([True, False, True], ["True", "False", "True"]),
        (pd.array([1, None, 3], dtype="Int64"), ["1", MISSING, "3"]),
        (pd.array([1.0, None, 3.0], dtype="Float64"), ["1", MISSING, "3"]),
        (pd.Categorical(["b", "a", None]), ["b", "a", MISSING]),
        (pd.Categorical([2, 1, None]), ["2", "1", MISSING]),
        (["01", "NA", " "], ["01", MISSING, MISSING]),
        ([1, "a", 2.0], ["1", "a", "2"]),
        (pd.to_datetime(["2020-01-01", None, "2021-01-01"]), ["2020-01-01", MISSING, "2021-01-01"]),
        (pd.to_timedelta([90, None, 1], unit="s"), ["90", MISSING, "1"]),
        (pd.Series([0.5, None, 2], dtype="double[pyarrow]"), ["0.5", MISSING, "2.0"]),
        (pd.Series([1, None, 2], dtype="double[pyarrow]"), ["1", MISSING, "2"]),
    ],
)
def test_the_target_becomes_text(values: object, expected: list[str | None]) -> None:
    frame = read(pd.DataFrame({"a": [1, 2, 3], "t": values}), target="t").frame
    pd.testing.assert_series_equal(frame["t"], pd.Series(expected, dtype="str", name="t"))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.array([1, 2, 3], dtype=np.int8), "int64"),
        (np.array([1, 2, 2**63], dtype=np.uint64), "float64"),
        (np.array([1, 2, 3], dtype=np.float32), "float64"),
        (pd.array([1, None, 3], dtype="Int64"), "float64"),
        (pd.array([1, 2, 3], dtype="Int64"), "int64"),
        (pd.array([True, None, True], dtype="boolean"), "str"),
        (pd.array([True, False, True], dtype="boolean"), "bool"),
        ([True, None, False], "str"),
        ([1, None, 2.5], "float64"),
        ([None, None, None], "float64"),
        (pd.Series([1, "a", None], dtype=object), "str"),
        (pd.Series(["a", "b", None], dtype="string"), "str"),
        (pd.Categorical(["a", "b", None]), "str"),
        (pd.to_timedelta([1, 2, None], unit="s"), "float64"),
        (pd.to_datetime(["2020-01-01", None, "2021-01-01"]).tz_localize("Europe/Zurich"), "datetime64[us]"),
        (pd.Series(["2020-01-01", "2020-01-02", None], dtype="date32[pyarrow]"), "datetime64[ms]"),
        (pd.Series([1, 2, None], dtype="int64[pyarrow]"), "float64"),
        (pd.Series(["a", "b", None], dtype=pd.ArrowDtype(pa.string())), "str"),
        (pd.period_range("2020", periods=3, freq="D"), "str"),
    ],
)
def test_columns_come_in_few_types(values: object, kind: str) -> None:
    frame = read(pd.DataFrame({"a": values, "t": [1, 2, 3]}), target="t").frame
    assert str(frame["a"].dtype) == kind
    assert frame["a"].isna().sum() == pd.Series(values).isna().sum()


def test_markers_in_frames_are_missing_and_text_stays_text() -> None:
    table = read(pd.DataFrame({"a": ["1", "?", ""], "t": [1, 2, 3]}))
    assert table.reading["markers"] == {"a": {"?": 1}}
    assert list(table.frame["a"].isna()) == [False, True, True]
    assert table.frame["a"].iloc[0] == "1"


def test_numbers_are_shared_and_the_frame_given_is_not_changed() -> None:
    given = pd.DataFrame(
        {"a": np.arange(5.0), 7: ["x", "?", "y", "z", "z"], "t": [1, 2, 3, 4, 5]}, index=[9, 8, 7, 6, 5]
    )
    before = given.copy(deep=True)
    frame = read(given).frame
    pd.testing.assert_frame_equal(given, before)
    assert list(frame.index) == [0, 1, 2, 3, 4]
    assert list(frame.columns) == ["a", "7", "t"]
    assert np.shares_memory(frame["a"].to_numpy(), given["a"].to_numpy())
