"""Errors say what, where and what to do, and survive the way between processes."""

import pickle

import pytest

from automl.errors import AutoMLError, ColumnMissing, DataError, ExtraMissing, RunError, UsageError, did_you_mean


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DataError("Empty."), "Empty."),
        (DataError("Empty.", where="a.csv"), "Empty.\n  where: a.csv"),
        (DataError("Empty.", hint="fill it"), "Empty.\n  try: fill it"),
        (DataError("Empty.", where="a.csv", hint="fill it"), "Empty.\n  where: a.csv\n  try: fill it"),
    ],
)
def test_the_three_parts(error, text):
    assert str(error) == text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            FileNotFoundError(2, "No such file or directory", "a/b"),
            "A file or folder cannot be used: No such file or directory.\n  where: a/b\n  try: check the path",
        ),
        (
            PermissionError(13, "Permission denied", "/root"),
            "Permission denied.\n  where: /root\n  try: a path that you may",
        ),
        (FileExistsError(17, "File exists", "a"), "File exists.\n  where: a\n  try: another name"),
        (OSError(18, "Cross-device link", "a", None, "b"), "Cross-device link.\n  where: a, b\n  try: check the path"),
        (OSError("no luck."), "The system refused something: no luck.\n  try: "),
        (OSError(), "The system refused something: OSError.\n  try: "),
    ],
)
def test_what_the_system_says_of_files(error, text):
    said = AutoMLError.of_system(error)

    assert text in str(said)
    assert said.exit_code == 2


@pytest.mark.parametrize("kind", [UsageError, DataError, ColumnMissing, RunError, ExtraMissing])
def test_every_kind_ends_the_command_with_2(kind):
    assert issubclass(kind, AutoMLError)
    assert kind.exit_code == 2


@pytest.mark.parametrize("kind", [UsageError, DataError, ColumnMissing, RunError, ExtraMissing])
def test_it_travels_between_processes(kind):
    sent = kind("What.", where="here", hint="do")

    received = pickle.loads(pickle.dumps(sent))

    assert type(received) is kind
    assert (received.what, received.where, received.hint) == ("What.", "here", "do")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("churn", "did you mean 'Churn'?"),
        ("Chrun", "did you mean 'Churn'?"),
        ("tenur", "did you mean 'tenure'?"),
        ("zzz", ""),
    ],
)
def test_did_you_mean(name, expected):
    assert did_you_mean(name, ["Churn", "tenure", "gender"]) == expected


def test_an_unknown_name_without_a_close_one_lists_the_known():
    assert UsageError.unknown("metric", "zzz", ["auc", "f1"]).hint == "known: auc, f1"


def test_missing_columns_are_all_named():
    error = ColumnMissing.from_names(["targt", "xyz"], ["target", "age"], where="--target")

    assert error.what == "Columns not found: 'targt', 'xyz'."
    assert error.hint == "did you mean 'target'?"
    assert error.where == "--target"


def test_a_long_list_of_columns_is_cut():
    error = ColumnMissing.from_names(["?"], [f"column_{i}" for i in range(30)])

    assert error.hint.startswith("the data has: column_0, ")
    assert error.hint.endswith("column_19, ...")


def test_a_missing_extra_says_the_command():
    assert ExtraMissing.for_extra("Excel", "excel").hint == "pip install 'automl[excel]'"
