import math

import pytest

from automl.evaluate.crossval import Candidate
from automl.search.pruning import CERTAIN, behind, hopeless

SPLITS = [0, 1, 2, 3, 4]
HARD = (0.1, 0.5, 0.2, 0.9, 0.3)
"""How hard the splits are: a spread that differences do not share."""


def candidate(*differences, base=1.0):
    losses = {split: base + HARD[split] + d for split, d in enumerate(differences)}
    return Candidate("trees-0", "trees", {}, "", losses=losses)


BEST = candidate(0, 0, 0, 0, 0)
PEER = candidate(0.01, 0.03, 0.02, 0.03, 0.01)  # sd 0.01
CHANCE = CERTAIN * 0.01 * math.sqrt(1 - 1 / 5)


@pytest.mark.parametrize(
    ("trial", "pruned"),
    [
        (candidate(0.99 * CHANCE), False),
        (candidate(1.01 * CHANCE), True),
        (candidate(-0.5), False),
        (candidate(0.02, 0.02), True),
        (candidate(0.10, 0.01), False),  # it spreads widely itself
        (candidate(0.5, 0.5, 0.5, 0.5, 0.5), False),  # nothing is left to save
        (candidate(), False),
    ],
)
def test_behind_by_more_than_chance(trial, pruned):
    assert bool(hopeless(trial, BEST, [PEER], SPLITS)) == pruned


def test_the_widest_spread_counts():
    wide = candidate(0.0, 0.4, 0.1, 0.3, 0.2)
    assert hopeless(candidate(0.1), BEST, [PEER], SPLITS)
    assert not hopeless(candidate(0.1), BEST, [PEER, wide], SPLITS)


def test_the_reason_gives_the_figures():
    reason = hopeless(candidate(0.1), BEST, [PEER], SPLITS)
    assert reason == "behind the best by 0.1 after 1 of 5 splits, where chance explains 0.0268"


@pytest.mark.parametrize("others", [[], [BEST], [candidate(0.01, 0.03)], [candidate(0.01)]])
def test_nothing_is_given_up_before_the_spread_is_known(others):
    assert not hopeless(candidate(9.0), BEST, others, SPLITS)


def test_with_two_splits_three_others_are_needed():
    others = [candidate(0.01, 0.02), candidate(0.02, 0.01), candidate(0.03, 0.01)]
    assert not hopeless(candidate(9.0), BEST, others[:2], [0, 1])
    assert hopeless(candidate(9.0), BEST, others, [0, 1])


def test_a_best_of_other_splits_is_no_measure():
    assert not hopeless(candidate(9.0), candidate(0, 0, 0), [PEER], SPLITS)


def test_equal_trials_are_equal():
    same = candidate(0, 0, 0, 0, 0)
    assert not hopeless(candidate(1e-12), BEST, [same], SPLITS)


def test_how_far_behind():
    assert behind(candidate(0.1, 0.3), BEST, SPLITS) == pytest.approx(0.2)
