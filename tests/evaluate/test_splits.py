import math

import numpy as np
import pytest

from automl.evaluate import metrics
from automl.evaluate.splits import SplitTable
from tests.splits import by_split

AUC = metrics.get("roc_auc", "binary")


@pytest.fixture
def case():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 60)
    candidates = [np.round(rng.dirichlet([1, 1], 60), 1) for _ in range(3)]
    return y, candidates, rng.integers(0, 3, 60), rng.integers(0, 3, (60, 7)).astype(float)


def test_each_cell_is_the_mean_over_splits(case):
    y, candidates, splits, weight = case
    table = SplitTable(AUC, y, candidates, splits)(weight)
    expected = [[by_split(AUC, y, p, splits, w).mean() for w in weight.T] for p in candidates]
    assert table == pytest.approx(np.array(expected))


def test_without_splits_all_rows_are_one(case):
    y, candidates, _, weight = case
    table = SplitTable(AUC, y, candidates, None)(weight)
    assert table == pytest.approx(np.array([[AUC.score(y, p, w) for w in weight.T] for p in candidates]))


def test_only_what_is_wanted_is_scored(case):
    y, candidates, splits, weight = case
    table = SplitTable(AUC, y, candidates, splits)
    wanted = np.random.default_rng(1).random((3, 7)) < 0.5
    wanted[1] = False
    got = table(weight, wanted)
    assert np.array_equal(np.isnan(got), ~wanted)
    assert got[wanted] == pytest.approx(table(weight)[wanted])


def test_a_split_where_the_metric_is_not_defined_is_left_out():
    y, splits = np.array([0, 1, 1, 1]), np.array([0, 0, 1, 1])
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.5, 0.5]])
    assert by_split(AUC, y, p, splits) == pytest.approx([1.0, math.nan], nan_ok=True)
    table = SplitTable(AUC, y, [p], splits)
    assert table(np.ones((4, 1))) == 1.0
    assert np.isnan(table(np.array([[1.0], [0.0], [1.0], [1.0]])))
