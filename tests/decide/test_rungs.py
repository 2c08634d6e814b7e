import pytest

from automl.decide.rungs import LEAST_ROWS, climb, rung_seconds, sizes
from automl.families.base import FitFailed
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers

ROWS = 2_000
"""So that a split learns from 1,600 rows and the rungs are 100, 200, 400 and 800."""


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def probe(**how):
    """A cross-validation and trees judged on its first split: 16 s for 1,600 rows, in proportion for fewer."""
    cv = fake_cv(numbers("regression", ROWS), budget=10_000.0, rows=1_600, costs={"trees": 16.0}, **how)
    return cv, judged(cv, "trees", splits=[0])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (2 * LEAST_ROWS - 2, []),
        (2 * LEAST_ROWS, [60]),
        (320, [80, 160]),
        (1_600, [100, 200, 400, 800]),
        (32_000, [2_000, 4_000, 8_000, 16_000]),
        (32_001, [320, 1_012, 3_200, 10_120]),
        (1_000_000, [10_000, 31_623, 100_000, 316_228]),
    ],
)
def test_rungs_are_twice_apart_and_further_where_there_are_many_rows(rows, expected):
    assert sizes(rows) == expected


@pytest.mark.parametrize("rows", [10, 119, 121, 500, 7_777, 40_000])
def test_no_rung_has_too_few_rows_to_learn_from(rows):
    assert all(LEAST_ROWS <= size < rows for size in sizes(rows))


def test_the_largest_rung_is_judged_first_and_all_where_there_is_time():
    cv, candidate = probe()
    climb(cv, candidate, 15.0)
    assert [len(task.train) for task in cv.here.tasks[1:]] == [800, 400, 200, 100]
    assert sorted(candidate.rungs) == [100, 200, 400, 800]
    assert rung_seconds(candidate) == 15.0
    assert candidate.losses.keys() == {0}


@pytest.mark.parametrize(
    ("seconds", "rungs"),
    [(-1.0, []), (7.9, [100, 200, 400]), (8.0, [800]), (12.5, [400, 800]), (14.0, [200, 400, 800])],
)
def test_a_rung_is_judged_only_where_its_time_is_left(seconds, rungs):
    cv, candidate = probe()
    climb(cv, candidate, seconds)
    assert sorted(candidate.rungs) == rungs
    assert rung_seconds(candidate) <= max(seconds, 0.0)


def test_a_rung_that_was_judged_costs_nothing_again():
    cv, candidate = probe()
    assert cv.judge_rung(candidate, 800)
    climb(cv, candidate, 7.0)
    assert [len(task.train) for task in cv.here.tasks[1:]] == [800, 400, 200, 100]


def test_a_rung_that_fails_ends_the_climb():
    def trouble(task):
        if len(task.train) == 400:
            raise FitFailed("no room")

    cv, candidate = probe(trouble=trouble)
    climb(cv, candidate, 100.0)
    assert list(candidate.rungs) == [800]
    assert candidate.reason == ""
    assert [len(task.train) for task in cv.here.tasks[1:]] == [800, 400]


def test_a_rung_may_take_twice_what_is_expected_of_it_and_half_a_second_at_least():
    cv, candidate = probe()
    climb(cv, candidate, 100.0)
    assert [task.limits.seconds for task in cv.here.tasks[1:]] == [16.0, 8.0, 4.0, 2.0]
    cv.here.costs["trees"] = 1.6
    quick = judged(cv, "trees", splits=[0])
    done = len(cv.here.tasks)
    climb(cv, quick, 100.0)
    assert [task.limits.seconds for task in cv.here.tasks[done:]] == [1.6, 0.8, 0.5, 0.5]
