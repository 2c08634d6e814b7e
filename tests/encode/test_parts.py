import json

import numpy as np
import pandas as pd
import pytest

from automl.encode.dates import PARTS
from automl.encode.parts import PartsEncoder
from tests.rows import column, mixed


@pytest.fixture
def data():
    return mixed()


def encoder_of(data):
    return PartsEncoder.fit(data.inputs, data.problem.columns, 0)


def test_numbers_and_codes_go_to_two_matrices(data):
    encoder = encoder_of(data)
    parts = encoder.transform(data.inputs)
    assert parts.numbers.dtype == np.float64
    assert parts.codes.dtype == np.int32
    assert parts.numbers.shape == (120, len(encoder.number_names))
    assert encoder.code_names == ("city",)
    assert encoder.code_sizes == (3,)
    assert np.array_equal(parts.codes[:, 0], data.inputs["city"])
    np.testing.assert_array_equal(parts.numbers[:, 0], data.inputs["number"])
    np.testing.assert_array_equal(parts.numbers[:, 1], data.inputs["yes"])


def test_names_say_where_a_column_comes_from(data):
    names = encoder_of(data).number_names
    assert names[:3] == ("number", "yes", f"date: {PARTS[0]}")
    assert names[-1] == "note: words"
    assert len(set(names)) == len(names)


def test_the_state_gives_the_same_matrices(data):
    encoder = encoder_of(data)
    plain, arrays = encoder.state()
    again = PartsEncoder.from_state((json.loads(json.dumps(plain)), arrays))
    assert again.number_names == encoder.number_names
    assert again.columns == encoder.columns
    new = data.inputs.iloc[5:40]
    np.testing.assert_array_equal(again.transform(new).numbers, encoder.transform(new).numbers)


def test_two_texts_keep_their_own_encoders():
    frame = pd.DataFrame({"a": ["red fox", "red hen", "blue fox"], "b": ["one two", "two three", "one three"]})
    columns = [column("a", "text"), column("b", "text")]
    encoder = PartsEncoder.fit(frame, columns, 0)
    again = PartsEncoder.from_state(encoder.state())
    assert again.texts["a"].terms != again.texts["b"].terms
    np.testing.assert_array_equal(again.transform(frame).numbers, encoder.transform(frame).numbers)


def test_texts_are_learnt_from_the_rows_given(data):
    train = data.inputs.iloc[:60].assign(note=pd.array(["plain words here"] * 60, dtype="str"))
    encoder = PartsEncoder.fit(train, data.problem.columns, 0)
    assert "lake" not in encoder.texts["note"].terms


@pytest.mark.parametrize(
    ("kept", "shapes"),
    [(["number"], ((120, 1), (120, 0))), (["city"], ((120, 0), (120, 1))), ([], ((120, 0), (120, 0)))],
)
def test_a_kind_without_columns_is_an_empty_matrix(data, kept, shapes):
    columns = [c for c in data.problem.columns if c.name in kept]
    encoder = PartsEncoder.fit(data.inputs, columns, 0)
    parts = PartsEncoder.from_state(encoder.state()).transform(data.inputs)
    assert (parts.numbers.shape, parts.codes.shape) == shapes


def test_missing_text_counts_as_empty():
    frame = pd.DataFrame({"a": pd.array(["red fox", None, "red hen"], dtype="str")})
    parts = PartsEncoder.fit(frame, [column("a", "text")], 0).transform(frame)
    assert parts.numbers[1, -2:].tolist() == [0, 0]
    assert np.isfinite(parts.numbers).all()


def test_the_matrix_is_a_copy_cut_at_what_single_precision_holds():
    frame = pd.DataFrame({"a": [1e300, -1e300, 2.0, np.nan]})
    parts = PartsEncoder.fit(frame, [column("a")], 0).transform(frame)
    np.testing.assert_array_equal(parts.numbers[:, 0], [1e38, -1e38, 2.0, np.nan])
    assert frame["a"][0] == 1e300


def test_no_rows_give_no_rows(data):
    parts = encoder_of(data).transform(data.inputs.iloc[:0])
    assert len(parts.numbers) == len(parts.codes) == 0
