import time

import pytest

from automl.families.trees.stopping import patience, stopper


@pytest.mark.parametrize(
    ("best", "eta", "rounds"),
    [
        (0, 0.08, 25),
        (10, 0.3, 20),
        (100, 0.08, 50),
        (1_000, 0.08, 75),
        (0, 0.01, 150),
        (10_000, 0.001, 300),
        (200, 0.05, 80),
    ],
)
def test_patience_grows_with_what_was_gained_between_bounds_of_the_rate(best, eta, rounds):
    assert patience(best, eta) == pytest.approx(rounds)


def ended(scores, eta=0.3, deadline=None):
    stop = stopper(eta, deadline)
    for i in range(len(scores)):
        if stop.after_iteration(None, i, {"check": {"rmse": scores[: i + 1]}}):
            return i, stop.best
    return None, stop.best


def test_it_ends_when_patience_is_over_and_remembers_the_best_round():
    falling = [1 / (i + 1) for i in range(10)]
    assert ended([*falling, *[1.0] * 50]) == (29, 9)
    assert ended(falling) == (None, 9)


def test_scores_that_are_no_numbers_never_count_as_better():
    assert ended([float("nan")] * 40) == (20, 0)
    assert ended([3.0, *[float("nan")] * 40]) == (20, 0)


def test_the_deadline_ends_it_after_one_round():
    assert ended([1.0, 0.5], deadline=time.monotonic() - 1) == (0, 0)
    stop = stopper(0.1, time.monotonic() - 1)
    assert stop.after_iteration(None, 0, {})
    assert stop.best is None
