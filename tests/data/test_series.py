"""Points of series in tables: by their names, and one row a point turned into one row a series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.data.series import find_points, fitted, pivot
from automl.data.source import Table
from automl.errors import ColumnMissing, DataError


@pytest.mark.parametrize(
    ("names", "channels"),
    [
        (["t0", "t1", "t2"], (("t0", "t1", "t2"),)),
        (["x_10", "x_9", "x_8"], (("x_8", "x_9", "x_10"),)),
        (["0", "1", "2", "3"], (("0", "1", "2", "3"),)),
        (["b_0", "a_0", "b_1", "a_1"], (("b_0", "b_1"), ("a_0", "a_1"))),
        (["acc x 01", "acc x 02", "q1"], (("acc x 01", "acc x 02"),)),
        (["t0", "t2", "t3"], ()),
        (["age", "height"], ()),
    ],
)
def test_columns_by_their_names(names, channels):
    assert find_points(names).channels == channels


def long(**columns: list[object]) -> Table:
    return Table("long", "long.csv", pd.DataFrame(columns), {"format": "csv"})


def test_pivot_orders_by_time_and_ends_short_series_in_missing_values():
    table = long(
        who=["b", "a", "b", "a", "b"], at=[3, 2, 1, 1, 2], x=[30.0, 2.0, 10.0, 1.0, 20.0], y=[3, 2, 1, 1, 2],
        label=["u", "v", "u", "v", "u"],
    )  # fmt: skip
    wide = pivot(table, "who", "at", "label").frame
    assert list(wide.columns) == ["who", "label", "x_0", "x_1", "x_2", "y_0", "y_1", "y_2"]
    assert wide["who"].tolist() == ["b", "a"]
    assert wide["label"].tolist() == ["u", "v"]
    assert wide.loc[0, ["x_0", "x_1", "x_2"]].tolist() == [10, 20, 30]
    np.testing.assert_array_equal(wide.loc[1, ["y_0", "y_1", "y_2"]].astype(float), [1, 2, np.nan])


def test_pivot_reads_times_of_day_and_keeps_columns_of_the_whole_series():
    table = long(
        who=[1, 1, 2, 2], at=["2024-01-02", "2024-01-01", "2024-01-01", "2024-01-03"], x=[2, 1, 3, 4],
        split=["train", "train", "test", "test"],
    )  # fmt: skip
    found = pivot(table, "who", "at", None, ["split"])
    assert found.frame[["x_0", "x_1"]].to_numpy().tolist() == [[1, 2], [3, 4]]
    assert found.frame["split"].tolist() == ["train", "test"]
    assert (found.reading["series"], found.reading["points"]) == (2, 4)


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"who": [1, 1], "at": [1, 2], "x": [1, 2], "y": ["a", "b"]}, DataError, "'y' changes within 1 series"),
        ({"who": [1, 1], "at": [1, 2], "y": ["a", "a"]}, DataError, "No column holds the values"),
        ({"who": [1, 1], "at": [1, 2], "x": ["p", "q"], "y": ["a", "a"]}, DataError, "no numbers cannot be channels"),
        ({"who": [1, None], "at": [1, 2], "x": [1, 2], "y": ["a", "a"]}, DataError, "1 rows name no series"),
        ({"who": [1, 1], "at": [1, None], "x": [1, 2], "y": ["a", "a"]}, DataError, "1 rows have no time"),
        ({"who": [1, 1], "at": ["soon", "late"], "x": [1, 2], "y": ["a", "a"]}, DataError, "2 rows have no time"),
        ({"who": [1, 1], "x": [1, 2], "y": ["a", "a"]}, ColumnMissing, "Columns not found: 'at'"),
    ],
)
def test_what_cannot_be_turned(columns, error, message):
    with pytest.raises(error, match=message):
        pivot(long(**columns), "who", "at", "y")


def test_new_series_get_the_length_learnt_from():
    wide = pd.DataFrame({"x_0": [1.0], "x_1": [2.0], "x_2": [3.0]})
    assert list(fitted(wide, ["x_0", "x_1"])[["x_0", "x_1"]].iloc[0]) == [1, 2]
    assert fitted(wide, ["x_0", "x_3"])["x_3"].isna().all()
