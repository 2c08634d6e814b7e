import numpy as np
import pandas as pd
import pytest

from automl.data.contract import typed
from automl.data.misfits import Misfit, by_column, by_row, joined, shown
from tests.data.test_contract import COLUMNS, frame


def told(**cells):
    rows = frame(**cells)
    return by_row(typed(rows, COLUMNS), rows, COLUMNS).tolist()


def test_a_row_names_the_column_and_the_cell_that_does_not_fit():
    assert told() == [
        "",
        "d: 'x' is not a date as they were learnt from",
        "n: 'inf' is not a number; b: 'perhaps' was never seen in training; c: '7' was never seen in training",
    ]


@pytest.mark.parametrize("cell", ["?", None, "", np.nan])
def test_a_missing_cell_beside_an_odd_one_is_no_misfit(cell):
    assert told(n=["abc", cell, 1]) == ["n: 'abc' is not a number", *told()[1:2], *told(n=[1, 1, 1])[2:]]


def test_a_long_cell_is_cut():
    assert shown("x" * 100) == repr("x" * 59 + "…")
    assert shown(7) == "'7'"


def test_sentences_of_columns():
    found = {misfit.code: misfit for misfit in by_column(typed(frame(), COLUMNS))}
    assert found["AM602"].told("") == "Column 'd': 1 value of the wrong type (AM602)."
    assert Misfit("Column 'c': one value").told("treated as missing") == "Column 'c': one value, treated as missing."


def test_two_reasons_are_joined_and_one_stands_alone():
    pairs = pd.DataFrame([["", ""], ["a", ""], ["", "b"], ["a", "b"]]).to_numpy(dtype=object)
    assert joined(pairs[:, 0], pairs[:, 1]).tolist() == ["", "a", "b", "a; b"]
