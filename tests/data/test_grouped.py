"""Folds of whole groups: balanced, and others with every generator."""

import numpy as np
import pytest

from automl.data.grouped import MOST, by_group


def parts(y, groups, folds, seed):
    return by_group(y, groups, folds, np.random.default_rng(seed))


def partition(y, groups, folds, seed):
    assigned = parts(y, groups, folds, seed)
    return frozenset(np.flatnonzero(assigned == fold).tobytes() for fold in range(folds))


@pytest.mark.parametrize("task", ["numbers", "classes", "pure classes"])
@pytest.mark.parametrize("sizes", [[10] * 20, range(10, 30), [2] * 50 + [3] * 50])
def test_every_generator_gives_other_folds(task, sizes):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    rng = np.random.default_rng(0)
    y = {
        "numbers": rng.normal(size=len(groups)),
        "classes": rng.integers(0, 3, len(groups)),
        "pure classes": groups % 2,
    }[task]

    assert len({partition(y, groups, 5, seed) for seed in range(30)}) > 27


@pytest.mark.parametrize(("count", "folds"), [(25, 5), (43, 5), (7, 3), (6, 5)])
def test_folds_of_equal_groups_are_within_one_group_of_each_other(count, folds):
    groups = np.arange(count * 4) % count
    for seed in range(20):
        assigned = parts(np.random.default_rng(seed).normal(size=len(groups)), groups, folds, seed)
        sizes = np.bincount(assigned)
        assert len(sizes) == folds
        assert sizes.max() - sizes.min() <= 4
        assert all(len(set(assigned[groups == group])) == 1 for group in range(count))


def test_folds_of_unequal_groups_are_alike_in_rows_and_in_target():
    sizes = np.random.default_rng(0).integers(5, 60, 40)
    groups = np.repeat(np.arange(40), sizes)
    y = np.random.default_rng(1).normal(size=40)[groups]
    rows, means = [], []
    for seed in range(50):
        assigned = parts(y, groups, 5, seed)
        rows.append(np.ptp(np.bincount(assigned)) / len(y) * 5)
        means.append(np.std([y[assigned == fold].mean() for fold in range(5)]))
    assert np.max(rows) < 0.1
    assert np.mean(means) < 0.2  # 0.35 at random


def test_a_rare_class_in_few_groups_is_in_every_fold():
    groups = np.arange(1030) // 10
    for seed in range(20):
        few = np.random.default_rng(seed).choice(103, 5, replace=False)
        y = np.isin(groups, few).astype(np.int64)
        assert np.bincount(parts(y, groups, 5, seed), weights=y).tolist() == [10] * 5


@pytest.mark.parametrize(
    ("sizes", "first"), [([900, 100], 100), ([500, 60, 60, 60, 60, 60], 120), ([300, 300, 400], 300), ([40, 60], 40)]
)
def test_the_first_fold_is_nearest_to_its_share_of_the_rows(sizes, first):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    for seed in range(5):
        assigned = parts(np.random.default_rng(seed).normal(size=len(groups)), groups, 5, seed)
        assert (assigned == 0).sum() == first


def test_very_many_groups_are_dealt_out_in_bundles():
    groups = np.random.default_rng(0).permutation(np.arange(12 * MOST) // 3)
    y = np.random.default_rng(1).normal(size=len(groups))
    assigned = parts(y, groups, 5, 0)

    fold = np.empty(4 * MOST, np.int64)
    fold[groups] = assigned
    assert (fold[groups] == assigned).all()
    assert np.bincount(assigned) == pytest.approx(len(y) / 5, rel=0.01)
    assert [y[assigned == f].mean() for f in range(5)] == pytest.approx([0] * 5, abs=0.02)
