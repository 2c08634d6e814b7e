"""Texts as codes: words, scripts without spaces, rare tokens, pairs, several columns, state."""

import numpy as np
import pandas as pd
import pytest

from automl.encode import tokens
from automl.encode.tokens import PADDING, SEPARATOR, UNKNOWN, Tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's GOOD!", ["it", "'", "s", "good", "!"]),
        ("", []),
        ("很好吃", ["很", "好", "吃"]),
        ("Ärger 2024", ["ärger", "0000"]),
        ("ok很好 fine", ["ok", "很", "好", "fine"]),
        ("ราคา", ["ร", "า", "ค", "า"]),
    ],
)
def test_tokens(text, expected):
    assert tokens.tokens(text) == expected


FRAME = pd.DataFrame({"a": ["red blue", "red blue green", "red", None], "b": ["x", "x", None, "y"]})


def test_frequent_tokens_have_codes_and_others_are_unknown():
    encoder = Tokens.fit(FRAME, ["a"], pairs=False)
    codes = encoder.transform(FRAME)
    assert codes.shape == (4, 8)
    assert codes.dtype == np.int32
    assert codes[0, 0] == codes[1, 0] == codes[2, 0] > SEPARATOR
    assert codes[1, 2] == UNKNOWN
    assert (codes[3] == PADDING).all()
    assert codes.max() < encoder.codes


def test_columns_are_joined_by_a_separator():
    codes = Tokens.fit(FRAME, ["a", "b"], pairs=False).transform(FRAME)
    assert [list(row).index(SEPARATOR) for row in codes] == [2, 3, 1, 0]
    assert codes[0, 3] == codes[1, 4] > SEPARATOR


def test_pairs_follow_the_tokens_and_none_spans_two_columns():
    encoder = Tokens.fit(FRAME, ["a", "b"], pairs=True)
    codes = encoder.transform(FRAME)
    assert encoder.width == codes.shape[1] == 16
    assert codes[0, 8] == codes[1, 8] > SEPARATOR
    assert codes[0, 9] == PADDING


def test_long_texts_are_cut():
    frame = pd.DataFrame({"a": ["word " * 1_000] * 4})
    assert Tokens.fit(frame, ["a"], pairs=False).transform(frame).shape == (4, 256)


def test_a_text_alone_gives_what_it_gives_among_others_and_state_keeps_all():
    encoder = Tokens.fit(FRAME, ["a", "b"], pairs=True)
    plain, arrays = encoder.state()
    again = Tokens.from_state((plain, arrays))
    for row in range(len(FRAME)):
        one = again.transform(FRAME.iloc[row : row + 1])
        np.testing.assert_array_equal(one[0], encoder.transform(FRAME)[row])


def test_nothing_but_empty_cells():
    frame = pd.DataFrame({"a": [None, "", " "]})
    encoder = Tokens.fit(frame, ["a"], pairs=True)
    assert (encoder.transform(frame) == PADDING).all()
    assert encoder.transform(FRAME[["a"]]).max() == UNKNOWN
    assert encoder.transform(frame.iloc[:0]).shape == (0, 16)
