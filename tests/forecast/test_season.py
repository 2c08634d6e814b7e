"""Which season a series has, by its naive forecast."""

import numpy as np
import pytest

from automl.forecast.grid import lay_out
from automl.forecast.season import calendar, choose, whole
from automl.types import Steps

HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(("season", "horizon", "back"), [(7, 1, 7), (7, 7, 7), (7, 8, 14), (1, 14, 14), (12, 30, 36)])
def test_the_naive_forecast_reaches_over_the_horizon_in_whole_seasons(season, horizon, back):
    assert whole(season, horizon) == back


@pytest.mark.parametrize(
    ("steps", "seasons"),
    [
        (Steps("seconds", HOUR), {24, 168, 8766}),
        (Steps("seconds", DAY), {7, 365}),
        (Steps("seconds", 7 * DAY), {52}),
        (Steps("seconds", 900.0), {4, 96, 672, 35064}),
        (Steps("months", 1.0), {12}),
        (Steps("months", 3.0), {4}),
        (Steps("months", 12.0), set()),
        (Steps("workdays", 1.0), {5, 261}),
        (Steps("numbers", 1.0), set()),
        (Steps("rows", 1.0), set()),
    ],
)
def test_seasons_of_the_calendar(steps, seasons):
    assert set(calendar(steps)) == seasons


def chosen(y, horizon=3, steps=Steps("seconds", DAY)):  # noqa: B008 (frozen)
    y = np.asarray(y, float)
    return choose(lay_out(np.zeros(len(y), int), np.arange(len(y)), y), y, steps, horizon, np.ones(len(y), bool))


def test_a_week_is_found_and_told():
    found = chosen(np.sin(2 * np.pi * np.arange(100) / 7) + np.arange(100) / 1000)

    assert found.value == 7
    assert "the week, 7 steps" in found.reason
    assert found.evidence["week (7 steps)"] < found.evidence["the last known value (1 step)"]


def test_a_season_of_no_calendar_is_found_by_its_autocorrelation():
    found = chosen(np.resize([0, 5, 9, 2, 7, 1, 8, 3, 6, 4, 11], 132), steps=Steps("numbers", 1.0))

    assert found.value == 11
    assert "autocorrelation" in found.reason


def test_a_random_walk_has_none():
    assert chosen(np.cumsum(np.random.default_rng(0).normal(size=300))).value == 1


def test_of_equal_naive_forecasts_the_seasonal_one_is_named():
    assert chosen(np.sin(2 * np.pi * np.arange(100) / 7), horizon=14).value == 7


def test_rows_that_may_not_be_looked_at_do_not_count():
    y = np.concatenate([np.sin(2 * np.pi * np.arange(100) / 7), 100 * np.cumsum(np.ones(100))])
    grid = lay_out(np.zeros(200, int), np.arange(200), y)

    found = choose(grid, y, Steps("seconds", DAY), 3, np.arange(200) < 100)

    assert found.value == 7
    assert max(found.evidence.values()) < 2
