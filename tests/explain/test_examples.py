from types import SimpleNamespace

import numpy as np
import pandas as pd

from automl.explain.examples import LONGEST, RIGHT_TEXTS, WRONG_TEXTS, texts

PROBLEM = SimpleNamespace(classes=("bad", "good"))


def test_the_surest_mistakes_come_first_and_then_right_answers_from_sure_to_unsure():
    sure = np.linspace(0.51, 0.99, 40)
    predictions = np.column_stack([1 - sure, sure])  # all are taken for good
    y = np.arange(40) % 2
    found = texts(PROBLEM, pd.Series([f"text {i}" for i in range(40)]), y, predictions, list(range(100, 140)))

    wrong, right = found[:WRONG_TEXTS], found[WRONG_TEXTS:]
    assert [line["row"] for line in wrong] == [138, 136, 134, 132, 130, 128, 126, 124]
    assert {(line["target"], line["prediction"]) for line in wrong} == {("bad", "good")}
    assert wrong[0] == {"row": 138, "text": "text 38", "target": "bad", "prediction": "good", "probability": sure[38]}
    assert [line["row"] for line in right] == [139, 127, 115, 101]
    assert len(right) == RIGHT_TEXTS


def test_numbers_are_told_by_how_far_they_are_off_and_long_texts_are_cut():
    cells = pd.Series(["x" * 1000, "near"])
    found = texts(SimpleNamespace(classes=()), cells, np.array([1.0, 2.0]), np.array([[9.0], [2.5]]), ["a", "b"])

    assert [(line["row"], line["prediction"], line["probability"]) for line in found] == [
        ("a", 9, None),
        ("b", 2.5, None),
    ]
    assert len(found[0]["text"]) == LONGEST
