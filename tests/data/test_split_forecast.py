"""Splits of what is forecast: the last part in time, rolling origin, and nothing learnt that was not known."""

from dataclasses import replace

import numpy as np
import pytest

from automl.data import split
from tests.rows import numbers


def panel(steps=120, series=3, horizon=7, seed=0):
    """Rows of several series in random order."""
    data = numbers("regression", steps * series)
    order = np.random.default_rng(seed).permutation(np.tile(np.arange(steps, dtype=float), series))
    return replace(data, order=order, origin=order - horizon)


@pytest.mark.parametrize(("steps", "horizon"), [(120, 1), (120, 7), (600, 24)])
def test_the_last_fifth_of_the_time_is_the_test_part_and_the_horizon_before_it_is_not_learnt(steps, horizon):
    data = panel(steps, horizon=horizon)
    outer = split.outer(data)

    begin = 0.8 * steps
    assert sorted(data.order[outer.test]) == sorted(np.repeat(np.arange(begin, steps), 3))
    assert data.order[outer.development].max() == begin - horizon
    assert outer.protocol == "holdout"
    assert "the last 20 % of the time" in outer.reason


@pytest.mark.parametrize(("folds", "repeats", "blocks"), [(5, 1, 5), (5, 3, 10), (1, 1, 2)])
def test_every_block_is_forecast_from_what_was_known_before_its_first_row(folds, repeats, blocks):
    data = panel(horizon=7)
    made = split.splits(data, folds, repeats, seed=0)

    assert len(made) == blocks
    for part in made:
        assert data.order[part.train].max() == data.order[part.check].min() - 7
    judged = np.concatenate([part.check for part in made])
    assert sorted(data.order[judged]) == sorted(np.repeat(np.arange(60.0, 120.0), 3))
    assert [part.fold for part in made] == [*range(blocks)]
    assert np.all(np.diff([data.order[part.check].min() for part in made]) < 0)


def test_a_short_series_has_fewer_blocks():
    made = split.splits(panel(40, 1, horizon=2), 5, 3, seed=0)

    assert [len(part.check) for part in made] == [4] * 5


def test_rows_that_are_taken_keep_their_origin():
    data = panel()

    assert data.take(np.array([3, 1])).origin.tolist() == data.origin[[3, 1]].tolist()
