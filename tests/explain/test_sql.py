import math
import sqlite3

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from automl import families
from automl.evaluate.calibrate import Calibration, Knots
from automl.evaluate.shape import Shape
from automl.evaluate.threshold import Threshold
from automl.explain.scorecard import Card, Level, Piece, Scorecard, Term, scorecard
from automl.explain.sql import to_sql, without_sql
from automl.families.base import Limits
from tests.explain.cards import MODELS, fitted
from tests.rows import mixed

LOG = [("linear", {"target": "log"}), ("trees", {"additive": True, "rounds": 20, "target": "log"})]


def run(sql, cells, table="input"):
    """What sqlite answers, one dictionary a row."""
    with sqlite3.connect(":memory:") as base:
        base.create_function("EXP", 1, math.exp)
        cells.to_sql(table, base, index=False)
        base.row_factory = sqlite3.Row
        return [dict(row) for row in base.execute(sql)]


def column_of(rows, name):
    return np.array([row[name] for row in rows], dtype=float)


@pytest.mark.parametrize(("family", "params"), MODELS + LOG, ids=str)
def test_values_are_those_of_the_model(family, params):
    cells, data, model = fitted("regression", family, params)
    rows = run(to_sql(scorecard(model)), cells)
    assert rows[0].keys() >= {'a "b"', "city", "prediction"}
    np.testing.assert_allclose(column_of(rows, "prediction"), model.predict(data.inputs)[:, 0], rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize(("family", "params"), MODELS, ids=str)
def test_probabilities_are_those_of_the_model(task, family, params):
    cells, data, model = fitted(task, family, params)
    rows = run(to_sql(scorecard(model), 'my "table"'), cells, 'my "table"')
    expected = model.predict(data.inputs)
    for k, label in enumerate(data.problem.classes):
        np.testing.assert_allclose(column_of(rows, f"probability_{label}"), expected[:, k], atol=1e-6)
    assert [row["prediction"] for row in rows] == [data.problem.classes[k] for k in expected.argmax(axis=1)]


def card_of(term, link="identity"):
    return Scorecard(link, (), (Card("", 1.0, (term,)),))


@pytest.mark.parametrize(
    ("kind", "labels", "cells", "expected"),
    [
        ("category", ("1", "2"), [1, 2, 3, None], [11, 12, 10, 10]),
        ("category", ("1", "2"), [1.0, 2.0, 1.5, None], [11, 12, 10, 10]),
        ("category", ("01", "1.0", "1"), ["01", "1.0", "1", "x"], [11, 12, 13, 10]),
        ("category", ("a",), [" a ", "A", None, "a"], [11, 10, 10, 11]),
        ("boolean", ("no", "yes"), ["Yes", "NO", "true", "maybe"], [12, 11, 12, 10]),
        ("boolean", ("0", "1"), [1, 0, 1.0, None], [12, 11, 12, 10]),
        ("boolean", ("left", "right"), ["LEFT", "right", "yes", None], [11, 12, 10, 10]),
        ("category", (), ["a", None], [10, 10]),
    ],
)
def test_labels_in_the_forms_that_databases_keep_them_in(kind, labels, cells, expected):
    levels = tuple(Level(label, float(i + 10)) for i, label in enumerate(labels))
    card = card_of(Term("c", "", kind, 9.0, 1.0, levels=levels))
    rows = run(to_sql(card), pd.DataFrame({"c": cells}))
    assert column_of(rows, "prediction").tolist() == expected


@pytest.mark.parametrize("score", [-1e5, -800.0, 800.0, 1e5])
def test_sums_far_from_zero_do_not_overflow(score):
    card = Scorecard("logit", ("a", "b"), (Card("b", score, ()),))
    (row,) = run(to_sql(card), pd.DataFrame({"c": [1]}))
    assert row["probability_b"] == pytest.approx(float(score > 0))
    assert row["prediction"] == ("b" if score > 0 else "a")


def many(classes, random):
    """A model of so many classes whose sums depend on a number, and how they do."""
    points = random.normal(0, 3, (classes, 2))
    pieces = [(Piece(None, None, 0.0, (0.0, slope, 0.0, 0.0)),) for slope in points[:, 1]]
    terms = [Term("x", "", "number", 1.0, 0.0, pieces=piece) for piece in pieces]
    cards = [Card(f"c{k}", points[k, 0], (term,)) for k, term in enumerate(terms)]
    return Scorecard("softmax", tuple(f"c{k}" for k in range(classes)), tuple(cards)), points


@pytest.mark.parametrize("far", [1.0, 1e4])
def test_many_classes(far):
    random = np.random.default_rng(0)
    card, points = many(120, random)
    x = random.normal(0, far, 30)
    rows = run(to_sql(card), pd.DataFrame({"x": x}))
    scores = points[:, 0] + np.outer(x, points[:, 1])
    expected = softmax(scores, axis=1)
    for k, label in enumerate(card.classes):
        np.testing.assert_allclose(column_of(rows, f"probability_{label}"), expected[:, k], atol=1e-9)
    assert [row["prediction"] for row in rows] == [f"c{k}" for k in scores.argmax(axis=1)]


def test_its_text_grows_with_the_classes_not_with_their_square():
    some, twice = (len(to_sql(many(classes, np.random.default_rng(0))[0])) for classes in (100, 200))
    assert twice < 2.2 * some


def test_of_equal_classes_the_first_is_named():
    card = Scorecard("softmax", tuple("abcd"), tuple(Card("", s, ()) for s in (0.0, 2.0, 1.0, 2.0)))
    (row,) = run(to_sql(card), pd.DataFrame({"x": [1]}))
    assert row["prediction"] == "b"


def test_parts_of_dates_and_texts_are_refused_by_name():
    card = scorecard(families.load("linear").fit({"C": 1.0}, mixed(), Limits()))
    assert without_sql(card) == ("date", "note")
    with pytest.raises(ValueError, match="date, note"):
        to_sql(card)


CURVE = Knots((0.1, 0.4, 0.6, 0.9), (0.02, 0.3, 0.35, 0.97))
SHAPES = [
    ("binary", Shape(Calibration("temperature", 1.7), Threshold(0.3))),
    ("binary", Shape(Calibration("isotonic", knots=(CURVE,)), Threshold(0.5))),
    ("binary", Shape(Calibration(), Threshold())),
    ("multiclass", Shape(Calibration("temperature", 0.6), Threshold(weights=(1.0, 3.0, 0.5)))),
    ("multiclass", Shape(Calibration("isotonic", knots=(CURVE, CURVE, CURVE)), None)),
]


@pytest.mark.parametrize(("task", "shape"), SHAPES, ids=lambda value: value if isinstance(value, str) else "")
def test_calibration_and_threshold_are_part_of_it(task, shape):
    cells, data, model = fitted(task, "linear", {"C": 1.0})
    rows = run(to_sql(scorecard(model), shape=shape), cells)
    raw = model.predict(data.inputs)
    expected = shape.predictions(raw)
    for k, label in enumerate(data.problem.classes):
        np.testing.assert_allclose(column_of(rows, f"probability_{label}"), expected[:, k], atol=1e-6)
    assert [row["prediction"] for row in rows] == [data.problem.classes[k] for k in shape.labels(raw)]
