from dataclasses import replace

import numpy as np
import pytest

from automl.decide.spending import NETWORK_PART, allowance, networks_part, not_reused
from automl.evaluate.crossval import Candidate
from automl.families.task import Fitted
from tests.rows import numbers


def fitted(seconds, predict=0.0):
    return Fitted(np.zeros((2, 1)), {}, {}, seconds, predict)


def candidate(family, fits, rungs=()):
    """Judged on a split for each of `fits`, and on a subset for each of `rungs`, all in seconds."""
    judged = {split: fitted(seconds, 0.5) for split, seconds in enumerate(fits)}
    lower = {(100 + rows, 0): (fitted(seconds, 0.25), 1.0) for rows, seconds in enumerate(rungs)}
    return Candidate(f"{family}-0", family, {}, "", fits=judged, losses=dict.fromkeys(judged, 1.0), rungs=lower)


PROBES = [candidate("linear", [1.0, 2.0], [0.75]), candidate("trees", [4.0], [1.75, 0.75]), candidate("network", [])]


@pytest.mark.parametrize(
    ("budget", "seconds"),
    [(5.0, 2.25), (30.0, 11.4), (60.0, 11.4), (600.0, 57.0), (6_000.0, 285.0), (None, float("inf"))],
)
def test_nearly_a_fifth_of_a_minute_and_half_that_share_at_ten_times_the_budget(budget, seconds):
    assert allowance(budget) == pytest.approx(seconds, rel=1e-3)


def test_a_larger_budget_never_allows_fewer_seconds_nor_a_larger_share():
    budgets = np.geomspace(1, 1e5, 60)
    seconds = np.array([allowance(float(budget)) for budget in budgets])
    assert (np.diff(seconds) > -1e-9).all()
    assert (np.diff(seconds / budgets) < 1e-12).all()


@pytest.mark.parametrize(
    ("budget", "image"),
    [(30.0, 8.5 / 11.4), (60.0, 8.5 / 11.4), (600.0, NETWORK_PART), (15.0, 0.75), (None, NETWORK_PART)],
)
def test_a_network_that_compiles_is_left_the_seconds_that_takes(budget, image):
    table = numbers("binary").problem

    assert networks_part(budget, table) == NETWORK_PART
    assert networks_part(budget, replace(table, modality="image")) == pytest.approx(image)


@pytest.mark.parametrize(
    ("named", "reuse_all", "seconds"),
    [
        ("linear", False, 1.0 + 4.5 + 3.0),
        ("trees", False, 4.0 + 1.0 + 3.0),
        ("network", False, 4.0 + 1.0 + 4.5 + 3.0),
        (None, False, 4.0 + 1.0 + 4.5 + 3.0),
        (None, True, 1.0 + 3.0),
        ("trees", True, 1.0 + 3.0),
    ],
)
def test_what_the_delivered_model_does_not_use_is_the_cost(named, reuse_all, seconds):
    assert not_reused(PROBES, named, reuse_all=reuse_all) == seconds


def test_nothing_fitted_costs_nothing():
    assert not_reused([], "trees") == 0.0
    assert not_reused([replace(PROBES[0], fits={}, rungs={})], "trees") == 0.0
