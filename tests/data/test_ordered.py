"""Splits by time whose groups stay whole."""

from dataclasses import replace

import numpy as np
import pytest

from automl.data import split
from automl.data.ordered import at_change
from automl.errors import DataError
from tests.rows import numbers


def visits(n=600, people=60, length=30, seed=0):
    """Rows in random order; each person's lie in a stretch of time, which begins at random."""
    rng = np.random.default_rng(seed)
    person = rng.integers(0, people, n)
    time = np.sort(rng.uniform(0, 600 - length, people))[person] + rng.uniform(0, length, n)
    return replace(numbers("regression", n), order=time, groups=person)


def apart(data, learnt, judged):
    return not set(data.groups[learnt]) & set(data.groups[judged])


def test_groups_of_the_test_part_are_not_learnt_before():
    data = visits()
    outer = split.outer(data)

    assert sorted(data.order[outer.test]) == sorted(data.order)[-120:]
    assert apart(data, outer.development, outer.test)
    assert data.order[outer.development].max() < data.order[outer.test].min()
    left_out = 480 - len(outer.development)
    assert 0 < left_out < 120
    assert f"the last 20 % of the rows by time; {left_out} earlier rows of its groups are left out" in outer.reason


def test_groups_of_a_block_are_not_learnt_before():
    data = visits()
    made = split.splits(data, 5, 1, seed=0)

    assert [part.fold for part in made] == [*range(len(made))]
    assert len(made) >= 4
    assert [len(part.check) for part in made] == [100] * len(made)
    for part in made:
        assert apart(data, part.train, part.check)
        assert data.order[part.train].max() < data.order[part.check].min()
        assert len(part.train) >= len(part.check)
        before = np.flatnonzero(data.order < data.order[part.check].min())
        assert set(before) - set(part.train) == set(before[np.isin(data.groups[before], data.groups[part.check])])


def test_groups_of_rows_set_aside_are_not_fitted():
    data = visits()
    fit, check = split.set_aside(data, 0.2)

    assert apart(data, fit, check)
    assert data.order[fit].max() < data.order[check].min()
    assert len(check) == 120


def test_groups_that_go_on_through_the_time_are_refused_and_set_aside_alone():
    data = visits(people=20, length=590)

    with pytest.raises(
        DataError, match=r"Most groups go on .* among 120 later rows 18 earlier ones are left"
    ) as caught:
        split.outer(data)
    assert caught.value.hint == "one of the two alone"
    with pytest.raises(DataError, match="Most groups go on"):
        split.splits(data, 5, 1, seed=0)
    fit, check = split.set_aside(data, 0.2)
    assert apart(data, fit, check)
    assert len(fit) + len(check) == 600


def test_blocks_of_a_forecast_are_no_groups_to_keep_apart():
    data = replace(numbers("regression", 200), order=np.arange(200.0), origin=np.arange(200.0) - 3)
    grouped = replace(data, groups=np.arange(200) // 40)

    assert np.array_equal(split.outer(data).development, split.outer(grouped).development)
    assert np.array_equal(split.set_aside(data, 0.15)[0], split.set_aside(grouped, 0.15)[0])
    for one, other in zip(split.splits(data, 5, 1, 0), split.splits(grouped, 5, 1, 0), strict=True):
        assert np.array_equal(one.train, other.train)


@pytest.mark.parametrize("rows_a_day", [7, 30])
def test_rows_of_one_moment_are_never_on_both_sides(rows_a_day):
    data = numbers("regression", 600)
    day = np.random.default_rng(0).permutation(600) // rows_a_day
    data = replace(data, order=day.astype(float))
    outer = split.outer(data)
    made = split.splits(data, 5, 1, seed=0)
    fit, check = split.set_aside(data, 0.2)

    assert len(made) == 5
    for before, after in [(outer.development, outer.test), (fit, check), *((s.train, s.check) for s in made)]:
        assert data.order[before].max() < data.order[after].min()
    assert abs(len(outer.test) - 120) <= rows_a_day / 2
    assert outer.reason == f"the last {len(outer.test) / 6:.0f} % of the rows by time"


def test_a_block_ends_where_the_next_begins():
    data = replace(numbers("regression", 600), order=np.arange(600) // 50 * 1.0)
    made = split.splits(data, 5, 1, seed=0)

    judged = np.concatenate([part.check for part in made])
    assert len(np.unique(judged)) == len(judged)
    assert [len(part.train) for part in made] == (600 - np.cumsum([len(part.check) for part in made])).tolist()


@pytest.mark.parametrize(("position", "cut"), [(0, 0), (3, 2), (4, 5), (12, 12)])
def test_the_nearest_change(position, cut):
    times = np.repeat([0.0, 1.0, 2.0, 3.0], [2, 3, 4, 3])

    assert at_change(times, position) == cut


def test_stamps_too_coarse_are_cut_through():
    assert at_change(np.repeat([0.0, 1.0], [10, 90]), 80) == 80
    assert at_change(np.zeros(10), 8) == 8
