import numpy as np
import pytest
from scipy import stats
from sklearn.preprocessing import power_transform

from automl.families.bend import EXPONENTS, exponent, normal_scores, power, unbent

DRAWN = np.random.default_rng(0).normal(0.2, 1, 3_000)
SHAPES = {"lognormal": np.exp(DRAWN), "below": 3 - np.exp(0.7 * DRAWN), "normal": DRAWN, "sinh": np.sinh(DRAWN)}


@pytest.mark.parametrize("one", [-1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
def test_the_power_is_that_of_scipy_and_is_turned_back(one):
    values = np.linspace(-20, 20, 401)
    np.testing.assert_allclose(power(values, one), stats.yeojohnson(values, one), atol=1e-12)
    np.testing.assert_allclose(unbent(power(values, one), one), values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES)
def test_the_exponent_is_the_likeliest(values):
    assert exponent(values) == pytest.approx(stats.yeojohnson_normmax(values), abs=1e-3)
    z = power(values, exponent(values))
    expected = power_transform(values[:, None])[:, 0]
    np.testing.assert_allclose((z - z.mean()) / z.std(), expected, atol=1e-2)


def test_the_exponent_keeps_to_its_bounds_and_needs_numbers_that_differ():
    values = unbent(np.clip(0.15 + 0.05 * DRAWN, 0.0, 0.33), -3.0)
    assert exponent(values) == EXPONENTS[0]
    assert exponent(-values) == EXPONENTS[1]
    assert exponent(np.ones(5)) == exponent(np.array([1.0, 2.0])) == exponent(np.zeros(0)) == 1


def test_what_cannot_be_reached_is_infinite():
    assert unbent(np.array([2.0, -2.0]), -1.0)[0] == np.inf


def test_normal_scores_are_those_of_the_ranks():
    values = np.exp(2 * DRAWN)
    knots, scores = normal_scores(values)
    ranks = stats.norm.ppf((stats.rankdata(values) - 0.5) / len(values))
    np.testing.assert_allclose(np.interp(values, knots, scores), ranks, atol=0.2)
    assert (knots[0], knots[-1]) == (values.min(), values.max())
    assert len(knots) == 101


def test_equal_numbers_share_a_score():
    knots, scores = normal_scores(np.array([0.0] * 50 + [1.0, 2.0]))
    assert (np.diff(knots) > 0).all()
    assert (np.diff(scores) > 0).all()
    assert [len(part) for part in normal_scores(np.full(4, 7.0))] == [1, 1]
