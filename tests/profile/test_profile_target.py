import numpy as np
import pandas as pd
import pytest

from automl.errors import DataError, UsageError
from automl.profile.target import detect_task, encode_target, is_skewed, suits_log

RNG = np.random.default_rng(0)
DRAWN = np.random.default_rng(0).normal(size=500)


def text(*cells):
    return pd.Series(cells, dtype="str")


def drawn(values, rows=300):
    return text(*RNG.choice([str(value) for value in values], rows))


@pytest.mark.parametrize(
    ("values", "task", "override"),
    [
        (drawn(["yes", "no"]), "binary", "--task"),
        (drawn([0, 1]), "binary", "--task regression"),
        (drawn([1, 2]), "binary", "--task regression"),
        (drawn(["0.5", "1.5"]), "binary", "--task regression"),
        (drawn("abc"), "multiclass", "--task"),
        (drawn(range(1, 6)), "multiclass", "--task regression"),
        (drawn([10, 100, 1000]), "multiclass", "--task regression"),
        (drawn(range(18)), "multiclass", "--task regression"),
        (drawn(range(0, 1800, 100)), "regression", "--task multiclass"),
        (drawn(range(30)), "regression", "--task multiclass"),
        (drawn([1.0, 2.5, 3.0]), "regression", "--task multiclass"),
        (text(*[f"{i},200 $" for i in range(50)]), "regression", "--task multiclass"),
        (text("1", "2", "3", "4", "5", "6"), "regression", "--task multiclass"),
        (text(*[f"{i}.5 kg" for i in range(50)]), "regression", "--task multiclass"),
        (drawn([f"{i} EUR" for i in (10, 20, 50)]), "multiclass", "--task regression"),
    ],
)
def test_task_is_detected_with_the_flag_that_changes_it(values, task, override):
    choice = detect_task(values, "y")
    assert (choice.value, choice.override) == (task, override)
    assert choice.reason


def test_a_task_left_with_two_usable_classes_is_binary():
    values = text(*["a"] * 9, *["b"] * 9, "c")
    assert detect_task(values, "y").value == "binary"
    assert encode_target(values, "binary")[1] == ("a", "b")


@pytest.mark.parametrize(
    ("values", "task", "message"),
    [
        (text(None, "?", " "), None, "no value in any row"),
        (text("a", "a", None), None, "only one value"),
        (text(*[f"n{i}" for i in range(50)]), None, "names, not classes"),
        (text(*"abc" * 9), "regression", "Regression needs a target of numbers"),
        (text(*"abc" * 9), "binary", "two values, this one has 3"),
        (text("a", "a", "a", "b"), None, "Fewer than two classes"),
        (text("0", "0", "0", "1"), None, "Fewer than two classes"),
        (text("1.5", "2.5", "inf"), None, "infinite"),
        (text(*map(str, range(50)), "oops"), None, "numbers but for 1 of 51 cells"),
    ],
)
def test_targets_that_cannot_be_learnt(values, task, message):
    with pytest.raises(DataError, match=message):
        detect_task(values, "y", task)


def test_offending_cells_are_named_with_their_rows():
    with pytest.raises(DataError) as error:
        detect_task(text("1.5", "low", "2", "high"), "y", "regression")
    assert error.value.where == "column 'y': row 2 'low', row 4 'high'"


def test_unknown_task_is_refused_with_a_suggestion():
    with pytest.raises(UsageError) as error:
        detect_task(drawn([0, 1]), "y", "regresion")
    assert error.value.hint == "did you mean 'regression'?"


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_task_given_is_taken(task):
    choice = detect_task(drawn([0, 1] if task == "binary" else range(4)), "y", task)
    assert (choice.value, choice.reason) == (task, "as given")


@pytest.mark.parametrize(
    ("cells", "classes", "codes"),
    [
        (["10", "9", "10", "9"], ("9", "10"), [1, 0, 1, 0]),
        (["b", "a", None, "a", "b"], ("a", "b"), [1, 0, 0, 1]),
        ([" a", "a", " a", "a"], (" a", "a"), [0, 1, 0, 1]),
        (["01", "1", "01", "1"], ("01", "1"), [0, 1, 0, 1]),
        (["a", "b", "c", "a", "b"], ("a", "b"), [0, 1, 0, 1]),
    ],
)
def test_labels_are_exactly_the_cells(cells, classes, codes):
    y, found, keep = encode_target(text(*cells), "multiclass")
    assert found == classes
    assert y.tolist() == codes
    assert y.dtype == np.int64
    assert keep.tolist() == [cell is not None and cell != "c" for cell in cells]


@pytest.mark.parametrize(
    ("cells", "values"), [(["1.5", None, "-2"], [1.5, -2]), (["$1,200", "$3", "?"], [1200, 3]), (["007", "1"], [7, 1])]
)
def test_numbers_are_values(cells, values):
    y, classes, keep = encode_target(text(*cells), "regression")
    assert y.tolist() == values
    assert classes == ()
    assert keep.sum() == len(values)


@pytest.mark.parametrize(
    ("values", "skewed", "log"),
    [
        (np.exp(DRAWN), True, True),
        (np.r_[np.zeros(300), np.exp(DRAWN[:200])], True, True),
        (50 + DRAWN, False, False),
        (DRAWN, False, False),
        (np.exp(DRAWN) - 1, True, False),
        (-np.exp(DRAWN), True, False),
        (1e300 * (20 - np.exp(DRAWN)), True, False),
        (np.sinh(2 * DRAWN), True, False),
        (1e6 + np.sinh(2 * DRAWN), True, False),
        (np.random.default_rng(0).uniform(-1, 1, 500), False, False),
        (np.ones(50), False, False),
        (np.zeros(50), False, False),
    ],
    ids=[
        "lognormal", "many zeros", "symmetric", "of both signs", "negative values", "negative", "tail below",
        "two tails", "two tails far from zero", "no tail", "constant", "zeros",
    ],
)  # fmt: skip
def test_long_tails_of_targets_are_seen(values, skewed, log):
    assert is_skewed(values) is skewed
    assert suits_log(values) is log


def test_multiclass_with_two_classes_is_binary():
    two_and_one_row = pd.Series(["a"] * 10 + ["b"] * 10 + ["c"], dtype="str")
    for values in (drawn(["yes", "no"]), two_and_one_row):
        choice = detect_task(values, "y", "multiclass")
        assert choice.value == "binary"
        assert choice.reason == "two classes with two rows or more: multiclass begins with three"
