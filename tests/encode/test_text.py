import json

import numpy as np
import pytest

from automl.encode.text import COMPONENTS, MAX_TERMS, RICH_COMPONENTS, SIGNS, TextEncoder

TEXTS = np.array(["the bus was late", "a fine trip", "the bus was full", "", "fine weather, fine trip"] * 4, object)


def test_components_then_lengths():
    encoder = TextEncoder.fit(TEXTS, seed=0)
    out = encoder.transform(TEXTS)
    assert out.shape == (20, encoder.components.shape[1] + 2)
    assert np.isfinite(out).all()
    assert encoder.names()[-2:] == ["characters", "words"]
    assert len(encoder.names()) == out.shape[1]
    assert out[0, -2:].tolist() == [16, 4]
    assert not out[3].any()


def test_texts_of_the_same_words_lie_together():
    out = TextEncoder.fit(TEXTS, seed=0).transform(np.array(["bus late", "late bus", "fine trip"], object))[:, :-2]
    assert np.linalg.norm(out[0] - out[1]) < np.linalg.norm(out[0] - out[2])


def test_the_state_gives_the_same_encoder():
    encoder = TextEncoder.fit(TEXTS, seed=0)
    plain, arrays = encoder.state()
    again = TextEncoder.from_state((json.loads(json.dumps(plain)), arrays))
    new = np.array(["a late trip", "naïve Bus", "zzz"], object)
    assert np.array_equal(encoder.transform(new), again.transform(new))


def test_the_seed_repeats():
    first, again = (TextEncoder.fit(TEXTS, seed=3).transform(TEXTS) for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize(
    "texts",
    [["", "", ""], ["!", "?", ". ."], ["a", "b", "c"], ["word", "word", "word"], ["one two three"]],
    ids=["empty", "signs", "letters", "one word", "one row"],
)
def test_texts_without_topics_leave_lengths_alone(texts):
    encoder = TextEncoder.fit(np.array(texts, object), seed=0)
    out = encoder.transform(np.array([*texts, "something new"], object))
    assert encoder.names() == ["characters", "words"]
    assert out[-1].tolist() == [13, 2]
    again = TextEncoder.from_state(encoder.state())
    assert np.array_equal(again.transform(np.array(["xy"], object)), [[2, 1]])


def test_words_no_two_texts_share_leave_lengths_alone():
    texts = np.array([f"word{i}" for i in range(300)], object)
    assert TextEncoder.fit(texts, seed=0).names() == ["characters", "words"]


def test_one_shared_word_among_many_rows():
    texts = np.array(["common", "other"] * 100 + [f"word{i}" for i in range(100)], object)
    out = TextEncoder.fit(texts, seed=0).transform(texts)
    assert np.isfinite(out).all()


def test_the_number_of_components_is_bounded():
    rng = np.random.default_rng(0)
    texts = np.array([" ".join(f"w{i}" for i in rng.integers(0, 3_000, 30)) for _ in range(150)], object)
    encoder = TextEncoder.fit(texts, seed=0)
    assert encoder.components.shape[1] == COMPONENTS
    assert len(encoder.terms) <= MAX_TERMS
    assert encoder.transform(texts[:1]).shape == (1, COMPONENTS + 2)


def test_texts_alone_have_more_components_and_signs():
    rng = np.random.default_rng(0)
    texts = np.array(
        [" ".join(f"w{i}" for i in rng.integers(0, 500, 30)) for _ in range(250)] + ["ABC, Ab 12?!!"], object
    )
    encoder = TextEncoder.fit(texts, seed=0, rich=True)
    out = encoder.transform(texts)
    assert encoder.components.shape[1] == RICH_COMPONENTS
    assert encoder.names()[-len(SIGNS) :] == list(SIGNS)
    assert out[-1, -len(SIGNS) :].tolist() == pytest.approx([4 / 13, 2 / 13, 4 / 13, 5, 1, 1, 2])
    again = TextEncoder.from_state(encoder.state())
    assert np.array_equal(out, again.transform(texts))
    assert encoder.transform(texts[:0]).shape == (0, out.shape[1])


def test_languages_without_blanks_are_cut_into_characters():
    texts = np.array(["很快好吃", "没有送水", "味道很好", "太慢了"] * 60, object)
    out = TextEncoder.fit(texts, seed=0).transform(np.array(["很好", "好吃", "没水"], object))[:, :-2]
    assert np.linalg.norm(out, axis=1).min() > 0.1


def test_no_rows_give_no_rows():
    encoder = TextEncoder.fit(TEXTS, seed=0)
    assert encoder.transform(TEXTS[:0]).shape == (0, len(encoder.names()))
