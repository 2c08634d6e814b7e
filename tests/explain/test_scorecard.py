import dataclasses

import numpy as np
import pytest

from automl import families, jsonio
from automl.encode.parts import PartsEncoder
from automl.explain.scorecard import NotPrintable, Scorecard, scorecard
from automl.families.base import Limits
from tests.explain.cards import MODELS, fitted
from tests.rows import mixed, numbers


def points(term, value):
    """The points of one cell, read off the card as a person would."""
    if value is None or value != value:  # noqa: PLR0124 (NaN)
        return term.missing
    if not term.pieces:
        return next((level.points for level in term.levels if level.label == value), term.missing)
    piece = next(p for p in term.pieces if p.high is None or value < p.high)
    assert piece.low is None or piece.low <= value
    return sum(power * (value - piece.origin) ** i for i, power in enumerate(piece.powers))


def total(card, cells):
    """(n,) sums of the card over the rows of a frame, or of {term name: values}."""
    sums = np.full(len(cells[next(iter(cells))]), card.intercept)
    for term in card.terms:
        values = cells[f"{term.column}: {term.part}" if term.part else term.column]
        sums += [points(term, value) for value in values]
    return sums


def margins(model, inputs):
    """(n, k) sums of the model itself, before its link."""
    if model.family == "linear":
        return model.raw(inputs)
    matrix = model.features.transform(inputs)
    center, spread = model.transform.line
    return center + spread * model.booster.inplace_predict(matrix, predict_type="margin").reshape(len(inputs), -1)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize(("family", "params"), MODELS, ids=str)
def test_the_card_sums_to_what_the_model_says(task, family, params):
    cells, data, model = fitted(task, family, params)
    card = scorecard(model)
    expected = margins(model, data.inputs)
    assert len(card.cards) == expected.shape[1] == (3 if task == "multiclass" else 1)
    for k, one in enumerate(card.cards):
        np.testing.assert_allclose(total(one, cells), expected[:, k], atol=1e-5)


@pytest.mark.parametrize("family", ["linear", "trees"])
def test_a_log_target_is_on_the_card(family):
    extra = {"additive": True, "rounds": 20} if family == "trees" else {}
    cells, data, model = fitted("regression", family, {"target": "log", **extra})
    card = scorecard(model)
    assert card.link == "log"
    sums = np.clip(total(card.cards[0], cells), 0, card.transform["highest"])
    values = card.transform["scale"] * (card.transform["smearing"] * np.exp(sums) - 1)
    np.testing.assert_allclose(np.maximum(values, 0), model.predict(data.inputs)[:, 0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("target", ["power", "quantile"])
@pytest.mark.parametrize("family", ["linear", "trees"])
def test_a_target_without_a_short_formula_has_no_card(family, target):
    extra = {"additive": True, "rounds": 20} if family == "trees" else {}
    model = fitted("regression", family, {"target": target, **extra})[2]
    with pytest.raises(NotPrintable, match=f"a {target} target"):
        scorecard(model)


def test_dates_and_texts_are_listed_by_their_parts():
    data = mixed()
    model = families.load("linear").fit({"C": 1.0}, data, Limits())
    (card,) = scorecard(model).cards
    parts = {(term.column, term.part) for term in card.terms if term.part}
    assert ("date", "month_sin") in parts
    assert any(column == "note" for column, _ in parts)
    encoder = PartsEncoder.fit(data.inputs, data.problem.columns, 0)
    matrix = encoder.transform(data.inputs).numbers
    cells = dict(zip(encoder.number_names, matrix.T, strict=True))
    levels = [("no", "yes"), ("Basel", "Bern", "Chur")]
    cells["yes"] = [None if np.isnan(v) else levels[0][int(v)] for v in cells["yes"]]
    cells["city"] = [None if code < 0 else levels[1][code] for code in data.inputs["city"]]
    np.testing.assert_allclose(total(card, cells), model.raw(data.inputs)[:, 0], atol=1e-5)


def test_numbers_at_a_threshold_fall_on_the_side_where_the_booster_puts_them():
    _, data, model = fitted("regression", "trees", {"additive": True, "rounds": 60})
    (card,) = scorecard(model).cards
    term = next(term for term in card.terms if term.column == "z'[1]")
    near = np.concatenate([np.float32(np.round(np.arange(-3, 3, 0.1), 1)), np.round(np.arange(-3, 3, 0.1), 1)])
    rows = data.inputs.iloc[np.zeros(len(near), int)].assign(**{"z'[1]": near.astype(float)})
    sums = margins(model, rows)[:, 0]
    own = np.array([points(term, value) for value in near.astype(float)])
    np.testing.assert_allclose(sums - sums[0], own - own[0], atol=1e-5)


def test_thresholds_of_a_number_far_from_zero_are_in_its_own_unit():
    data = numbers("regression", 300)
    data = dataclasses.replace(data, inputs=data.inputs + 1e9)
    model = families.load("trees").fit({"additive": True, "rounds": 60}, data, Limits())
    assert np.corrcoef(model.predict(data.inputs)[:, 0], data.y)[0, 1] > 0.9
    np.testing.assert_allclose(
        total(scorecard(model).cards[0], data.inputs), margins(model, data.inputs)[:, 0], atol=1e-5
    )


def test_terms_that_add_nothing_are_left_out():
    data = numbers("binary", 300, d=40)
    model = families.load("linear").fit({"penalty": "elastic", "strength": 0.5}, data, Limits())
    (card,) = scorecard(model).cards
    assert [term.column for term in card.terms] == ["x0"]
    assert card.terms[0].spread == pytest.approx(4 * abs(model.coefficients[0, 0]))


@pytest.mark.parametrize("params", [{"basis": "spline"}, {"basis": "bins"}], ids=str)
def test_the_spread_is_that_of_the_values_seen(params):
    _, data, model = fitted("regression", "linear", params)
    (card,) = scorecard(model).cards
    term = next(term for term in card.terms if term.column == "z'[1]")
    x = data.inputs["z'[1]"].dropna()
    own = [points(term, value) for value in x if x.quantile(0.02) <= value <= x.quantile(0.98)]
    assert term.spread == pytest.approx(max(own) - min(own), rel=0.15)


def test_the_card_goes_through_json():
    _, _, model = fitted("multiclass", "linear", {"basis": "spline"})
    card = scorecard(model)
    assert jsonio.build(Scorecard, jsonio.plain(card)) == card


@pytest.mark.parametrize("params", [{"eta": 0.3, "max_depth": 3, "rounds": 5}, {"kind": "extra", "trees": 10}], ids=str)
def test_models_that_are_no_sums_are_refused(params):
    data = numbers("binary", 200)
    model = families.load("trees").fit(params, data, Limits())
    with pytest.raises(NotPrintable, match=r"more than one split|sums over columns"):
        scorecard(model)


def test_the_baseline_is_refused():
    model = families.load("baseline").fit({}, numbers(), Limits())
    with pytest.raises(NotPrintable, match="sums over columns"):
        scorecard(model)


def test_a_card_cannot_be_changed():
    _, _, model = fitted("binary", "linear", {})
    with pytest.raises(dataclasses.FrozenInstanceError):
        scorecard(model).link = "log"
