import json

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from automl.encode.ngrams import MOST_TERMS, OPTIONS, Ngrams, spaced

TEXTS = np.array(["the bus was late", "a fine trip", "the bus was full", "", "fine weather, fine trip"] * 30, object)
NEW = np.array(["a late trip", "naïve Bus", "zzz", ""], object)
CHINESE = np.array(["很快。好吃。味道足", "没有送水", "味道很好。送得快", "太慢了。不好吃"] * 30, object)


def scikit_learn(texts, new, kinds):
    vectorizers = [TfidfVectorizer(**OPTIONS[kind], sublinear_tf=True, min_df=2) for kind in kinds]
    return np.hstack([v.fit(texts).transform(new).toarray() for v in vectorizers])


@pytest.mark.parametrize(
    ("texts", "new", "kinds"),
    [(TEXTS, NEW, ["words", "characters"]), (CHINESE, CHINESE[:4], ["words", "unspaced"])],
    ids=["English", "Chinese"],
)
def test_what_a_saved_encoder_gives_is_what_scikit_learn_gives(texts, new, kinds):
    encoder, _ = Ngrams.fit(texts)
    plain, arrays = encoder.state()
    again = Ngrams.from_state((json.loads(json.dumps(plain)), arrays))
    expected = scikit_learn(texts, new, kinds)
    np.testing.assert_allclose(encoder.transform(new).toarray(), expected, rtol=1e-5, atol=1e-6)
    assert (again.transform(new) != encoder.transform(new)).nnz == 0


def test_the_matrix_of_the_training_rows_is_the_one_that_transform_gives():
    encoder, matrix = Ngrams.fit(TEXTS)
    np.testing.assert_allclose(matrix.toarray(), encoder.transform(TEXTS).toarray(), rtol=1e-5)


def test_a_term_is_in_two_texts_at_least_unless_there_are_few():
    many, _ = Ngrams.fit(np.append(TEXTS, "unheard"))
    few, _ = Ngrams.fit(np.append(TEXTS[:5], "unheard"))
    assert "unheard" not in many.parts[0].terms
    assert "unheard" in few.parts[0].terms


def test_the_number_of_terms_is_bounded():
    encoder, matrix = Ngrams.fit(TEXTS, most=10)
    assert [len(part.terms) for part in encoder.parts] == [10, 10]
    assert matrix.shape[1] == 20 < MOST_TERMS


@pytest.mark.parametrize("texts", [["", "", ""], [f"{chr(0x4E00 + i)}" for i in range(150)]], ids=["empty", "unshared"])
def test_texts_without_terms_give_no_columns(texts):
    encoder, matrix = Ngrams.fit(np.array(texts, object))
    assert matrix.shape == (len(texts), 0)
    assert encoder.transform(NEW).shape == (4, 0)


def test_no_rows_give_no_rows():
    encoder, matrix = Ngrams.fit(TEXTS)
    assert encoder.transform(TEXTS[:0]).shape == (0, matrix.shape[1])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(["The bus, late."], True), (["bus"], True), ([""], True), (["한국어 문장 입니다"], True)]
    + [([text], False) for text in ("很快。好吃", "これはペンです", "ภาษาไทย", "iPhone很好用。推荐")],
    ids=str,
)
def test_languages_without_blanks_are_told_by_their_script(texts, expected):
    assert spaced(texts) is expected
