"""Lags and windows against their definition, row by row."""

import numpy as np
import pytest

from automl.forecast.grid import lay_out


def series(seed=0):
    """Two series, shuffled, with holes in steps and targets."""
    generator = np.random.default_rng(seed)
    codes, steps = np.repeat([0, 1], [30, 20]), np.concatenate([np.arange(30), np.arange(10, 30)])
    kept = generator.permutation(np.delete(np.arange(50), [4, 5, 33]))
    y = generator.normal(size=50) * 1000
    y[[0, 8, 40]] = np.nan
    return codes[kept], steps[kept].astype(float), y[kept]


def known(codes, steps, y, row, back):
    """Known values of the series of a row up to so many steps before it: {step: value}, holes filled forward."""
    mine = {s: v for c, s, v in zip(codes, steps, y, strict=True) if c == codes[row]}
    filled, last = {}, np.nan
    for step in range(int(min(mine)), int(steps[row] - back) + 1):
        value = mine.get(step, np.nan)
        last = value if np.isfinite(value) else last
        filled[step] = last
    return filled


@pytest.mark.parametrize("back", [1, 3, 12])
def test_a_lag_is_the_last_value_known_so_many_steps_before(back):
    codes, steps, y = series()
    found = lay_out(codes, steps, y).at(back)

    for row in range(len(y)):
        filled = known(codes, steps, y, row, back)
        assert found[row] == pytest.approx(filled.get(steps[row] - back, np.nan), nan_ok=True)


@pytest.mark.parametrize(("width", "back"), [(4, 1), (7, 3), (50, 2)])
def test_a_window_ends_so_many_steps_before_and_never_reaches_into_another_series(width, back):
    codes, steps, y = series()
    mean, spread = lay_out(codes, steps, y).window(width, back)

    for row in range(len(y)):
        values = np.array(list(known(codes, steps, y, row, back).values())[-width:])
        values = values[np.isfinite(values)]
        wanted = (values.mean(), values.std()) if len(values) else (np.nan, np.nan)
        assert (mean[row], spread[row]) == pytest.approx(wanted, nan_ok=True, abs=1e-6)


def test_the_row_so_many_steps_before_is_the_last_one_there_was():
    codes, steps, y = series()
    found = lay_out(codes, steps, y).row_at(2)

    for row in range(len(y)):
        before = [i for i in range(len(y)) if codes[i] == codes[row] and steps[i] <= steps[row] - 2]
        assert found[row] == (max(before, key=lambda i: steps[i]) if before else -1)


def test_the_last_known_target_of_a_series():
    grid = lay_out(np.zeros(4, int), np.array([0.0, 1, 2, 5]), np.array([1.0, 2, np.nan, np.nan]))

    assert (grid.place - grid.known).tolist() == [-1, 0, 1, 4]
    assert lay_out(np.zeros(2, int), np.arange(2.0), np.full(2, np.nan)).known.tolist() == [-1, -1]
