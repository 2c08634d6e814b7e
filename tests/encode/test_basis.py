import json

import numpy as np
import pytest

from automl.encode import basis
from automl.encode.table import LinearTable
from tests.rows import mixed, numbers

NUMBERS = np.random.default_rng(0).lognormal(size=500)


def test_a_spline_is_the_natural_cubic_spline_of_scipy():
    from scipy.interpolate import CubicSpline

    found = basis.fit(NUMBERS, "spline")
    low, high = found.knots[[0, -1]]
    inside = NUMBERS[(low < NUMBERS) & (high > NUMBERS)]
    expected = CubicSpline(found.knots, np.eye(len(found.knots)), bc_type="natural")(inside)
    np.testing.assert_allclose(found(inside)[:, 1:], expected, atol=1e-9)


def test_a_spline_goes_on_as_a_straight_line():
    found = basis.fit(NUMBERS, "spline")
    for start in (found.knots[0] - 3.0, found.knots[-1] + 1.0):
        values = found(start + np.array([0.0, 1.0, 2.0]))
        np.testing.assert_allclose(values[2] - values[1], values[1] - values[0], atol=1e-9)


@pytest.mark.parametrize("name", ["spline", "quantile"])
def test_curves_have_no_jumps(name):
    found = basis.fit(NUMBERS, name)
    np.testing.assert_allclose(found(found.knots - 1e-10), found(found.knots), atol=1e-6)


def test_the_functions_of_a_spline_hold_the_line_and_the_constant():
    values = basis.fit(NUMBERS, "spline")(NUMBERS)
    np.testing.assert_allclose(values[:, 0], (NUMBERS - NUMBERS.mean()) / NUMBERS.std(), atol=1e-12)
    np.testing.assert_allclose(values[:, 1:].sum(axis=1), 1, atol=1e-9)


@pytest.mark.parametrize(("x", "count"), [(NUMBERS, basis.BINS), (np.repeat([1.0, 2, 5, 9], 20), 4)])
def test_each_number_is_in_one_bin(x, count):
    values = basis.fit(x, "bins")(x)
    assert values.shape == (len(x), count)
    assert (values.sum(axis=1) == 1).all()
    assert set(np.unique(values)) == {0.0, 1.0}
    assert values.mean(axis=0).min() > 0.5 / count


def test_quantile_scores_are_normal_and_end_at_the_outermost_quantiles():
    found = basis.fit(NUMBERS, "quantile")
    scores = found(NUMBERS)[:, 0]
    assert abs(scores.mean()) < 0.05
    assert 0.9 < scores.std() < 1.1
    assert found(np.array([1e9]))[0, 0] == found(found.knots[-1:])[0, 0] < 3


@pytest.mark.parametrize("name", ["spline", "bins", "quantile"])
def test_a_shift_changes_nothing(name):
    near, far = basis.fit(NUMBERS, name), basis.fit(NUMBERS + 1e9, name)
    np.testing.assert_allclose(far(NUMBERS + 1e9), near((NUMBERS + 1e9) - 1e9), atol=1e-3)


@pytest.mark.parametrize("name", ["spline", "bins", "quantile"])
@pytest.mark.parametrize("x", [np.zeros(50), np.tile([0.0, 1.0], 50), np.tile([0.0, 1.0, 2.0], 50)], ids=str)
def test_numbers_of_few_values_stay_as_they_are(x, name):
    assert basis.fit(x, name) is None


@pytest.mark.parametrize("name", ["spline", "bins", "quantile"])
@pytest.mark.parametrize(
    "x",
    [np.r_[np.zeros(480), np.arange(20.0)], NUMBERS * 1e30, NUMBERS * 1e-30, 1e12 + NUMBERS],
    ids=["mostly zero", "huge", "tiny", "shifted"],
)
def test_odd_numbers_give_finite_functions(x, name):
    found = basis.fit(x, name) or basis.straight(x.mean(), x.std())
    assert np.isfinite(found(np.r_[x, -1e38, 1e38])).all()


@pytest.mark.parametrize("name", ["spline", "bins", "quantile"])
def test_the_state_of_a_table_with_a_basis_gives_the_same_matrix(name):
    data = mixed()
    encoder = LinearTable.fit(data.inputs, data.problem.columns, 0, name)
    plain, arrays = encoder.state()
    again = LinearTable.from_state((json.loads(json.dumps(plain)), arrays))
    matrix = encoder.transform(data.inputs)
    assert matrix.shape[1] >= LinearTable.fit(data.inputs, data.problem.columns, 0).transform(data.inputs).shape[1]
    np.testing.assert_array_equal(again.transform(data.inputs), matrix)


def test_a_line_as_a_function_is_the_plain_encoding():
    data = numbers()
    encoder = LinearTable.fit(data.inputs, data.problem.columns, 0)
    functions = basis.transform(encoder.lines(), data.inputs.to_numpy())
    np.testing.assert_allclose(functions, encoder.transform(data.inputs), atol=1e-12)
