import numpy as np
import pandas as pd
import pytest

from automl.data.contract import level_positions, typed
from automl.errors import ColumnMissing
from automl.types import Column


def column(name, kind, levels=(), **formats):
    return Column(name, kind, "feature", "", 0, 0, levels=levels, **formats)


COLUMNS = (
    column("n", "number", number_format="thousands_comma"),
    column("b", "boolean", ("No", "Yes")),
    column("c", "category", ("1", "2", "10")),
    column("d", "date", date_format="%d.%m.%Y"),
    column("t", "text"),
)


def frame(**changes):
    cells = {
        "t": ["good food", None, "?"],
        "d": ["02.01.1970", "x", None],
        "c": ["1", "10", "7"],
        "b": ["yes", "NO", "perhaps"],
        "n": ["1,000", "?", "inf"],
        "other": [0, 0, 0],
    }
    return pd.DataFrame({**cells, **changes})


def test_columns_come_in_the_order_of_the_profile_with_fixed_types():
    result = typed(frame(), COLUMNS)
    assert list(result.frame) == ["n", "b", "c", "d", "t"]
    assert [str(dtype) for dtype in result.frame.dtypes] == ["float64", "float64", "int32", "float64", "str"]
    assert result.extra == ("other",)


def test_odd_cells_become_missing_and_are_counted():
    result = typed(frame(), COLUMNS)
    cells = result.frame.replace({np.nan: None}).to_dict("list")
    assert cells["n"] == [1000, None, None]
    assert cells["b"] == [1, 0, None]
    assert cells["c"] == [0, 2, -1]
    assert cells["d"] == [86_400, None, None]
    assert cells["t"] == ["good food", "", ""]
    assert result.problems["c"] == {"unseen": 1, "wrong_type": 0, "unseen_examples": ["7"]}
    assert result.problems["b"]["unseen_examples"] == ["perhaps"]
    assert result.problems["d"]["wrong_type"] == 1
    assert set(result.problems) == {"n", "b", "c", "d"}


@pytest.mark.parametrize(
    "cells",
    [[1, 10, 2], [1.0, 10.0, 2.0], ["1", "10", "2"], ["1.0", "10.0", " 2 "], pd.Categorical([1, 10, 2])],
)
def test_a_numeric_category_maps_to_the_same_level_however_it_was_read(cells):
    result = typed(frame(c=cells), COLUMNS)
    assert result.frame["c"].tolist() == [0, 2, 1]
    assert "c" not in result.problems


@pytest.mark.parametrize(
    ("levels", "cells"),
    [
        (("0", "1"), [False, True]),
        (("0", "1"), [0.0, 1.0]),
        (("False", "True"), ["false", "TRUE"]),
        (("No", "Yes"), ["n", "1"]),
        (("f", "t"), [False, True]),
    ],
)
def test_truths_map_to_the_same_value_however_they_are_written(levels, cells):
    result = typed(pd.DataFrame({"b": cells}), [column("b", "boolean", levels)])
    assert result.frame["b"].tolist() == [0, 1]
    assert result.problems == {}


def test_a_level_is_never_taken_for_its_neighbour():
    cities = column("city", "category", ("Bern", "Genève", "Zürich"))
    result = typed(pd.DataFrame({"city": ["Aarau", "Oslo", "Zürich", None]}), [cities])
    assert result.frame["city"].tolist() == [-1, -1, 2, -1]
    assert result.problems["city"]["unseen"] == 2


def test_levels_of_equal_value_are_not_guessed_between():
    assert level_positions(["1", "01", "001"], ["1", "01"]).tolist() == [0, 1, -1]


def test_all_missing_columns_are_named():
    with pytest.raises(ColumnMissing, match="'n', 'd'"):
        typed(frame().drop(columns=["n", "d"]), COLUMNS)


@pytest.mark.parametrize("kind", ["number", "date", "boolean", "category", "text"])
@pytest.mark.parametrize(
    "cells",
    [
        [1, "a", None],
        [True, None, False],
        pd.to_datetime(["2020-01-01", None, "2021-01-01"]),
        [np.inf, -np.inf, np.nan],
        [[1], {"a": 1}, None],
        pd.array([1, None, 3], dtype="Int64"),
        [None, None, None],
    ],
)
def test_nothing_in_a_cell_makes_it_fail(kind, cells):
    levels = ("a", "b") if kind in ("category", "boolean") else ()
    result = typed(pd.DataFrame({"x": cells}), [column("x", kind, levels)])
    assert len(result.frame) == 3
    if kind in ("number", "date", "boolean"):
        assert not np.isinf(result.frame["x"]).any()


def test_infinite_numbers_are_missing_and_the_input_is_unchanged():
    raw = pd.DataFrame({"x": [np.inf, 1.0]})
    assert typed(raw, [column("x", "number")]).frame["x"].isna().tolist() == [True, False]
    assert np.isinf(raw["x"][0])


def test_column_names_that_are_numbers_and_an_empty_frame():
    assert typed(pd.DataFrame({0: [1.5]}), [column("0", "number")]).frame["0"].tolist() == [1.5]
    assert len(typed(frame().iloc[:0], COLUMNS).frame) == 0
