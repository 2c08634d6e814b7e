from itertools import pairwise

import numpy as np
import pytest

from automl.data import split
from automl.errors import DataError
from tests.rows import numbers


def rows(y, **options):
    task = options.pop("task", "regression")
    base = numbers(task, len(y), seed=options.pop("seed", 0))
    return type(base)(base.problem, base.inputs, np.asarray(y), **options)


def classes(*counts):
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))


@pytest.mark.parametrize(("n", "folds", "repeats"), [(50, 5, 3), (53, 4, 2), (503, 10, 1), (7, 7, 1)])
def test_folds_are_a_partition_of_the_rows(n, folds, repeats):
    data = numbers("regression", n)
    made = split.splits(data, folds, repeats, seed=0)
    assert [(s.repeat, s.fold) for s in made] == [(r, f) for r in range(repeats) for f in range(folds)]
    for s in made:
        assert sorted([*s.train, *s.check]) == list(range(n))
    for repeat in range(repeats):
        judged = np.concatenate([s.check for s in made if s.repeat == repeat])
        assert sorted(judged) == list(range(n))
        sizes = [len(s.check) for s in made if s.repeat == repeat]
        assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("counts", [(40, 60), (5, 95), (5, 5, 90), (7, 11, 13, 17)])
def test_a_class_of_at_least_k_rows_is_in_every_fold(counts):
    y = classes(*counts)
    for s in split.splits(rows(y, task="multiclass"), 5, 3, seed=3):
        inside = np.bincount(y[s.check], minlength=len(counts))
        assert (inside >= np.asarray(counts) // 5).all()
        assert (inside <= -(-np.asarray(counts) // 5) + 1).all()


def test_numbers_are_stratified_by_rank():
    y = np.random.default_rng(0).lognormal(2, 2, 200)
    for s in split.splits(rows(y), 5, 1, seed=0):
        assert abs(np.mean(y[s.check] > np.median(y)) - 0.5) < 0.02
        assert (y[s.check] >= np.sort(y)[-5]).sum() == 1


def test_the_seed_decides_and_repeats_differ():
    data = numbers("binary", 90)
    first, again = (split.splits(data, 5, 2, seed=4) for _ in range(2))
    assert all(np.array_equal(a.check, b.check) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0].check, first[5].check)
    other = split.splits(data, 5, 2, seed=5)
    assert not all(np.array_equal(a.check, b.check) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_no_two_repeats_or_seeds_judge_the_same_rows_together(task):
    data = numbers(task, 200)
    made = split.splits(data, 5, 3, seed=0) + split.splits(data, 5, 1, seed=1)
    assert len({s.check.tobytes() for s in made}) == len(made)
    tests = {split.outer(numbers(task, 600, seed=seed)).test.tobytes() for seed in range(8)}
    assert len(tests) == 8


@pytest.mark.parametrize("sizes", [[4] * 25, [60, 20, 10, 5, 3, 2], [1] * 100])
def test_groups_stay_whole(sizes):
    groups = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    data = rows(np.random.default_rng(1).normal(size=len(groups)), groups=groups)
    for s in split.splits(data, 5, 2, seed=0):
        assert not set(groups[s.train]) & set(groups[s.check])
        assert sorted([*s.train, *s.check]) == list(range(len(groups)))
        assert len(s.train)
        assert len(s.check)


@pytest.mark.parametrize("few", [2, 3, 4])
def test_fewer_groups_than_folds_leave_no_split_empty(few):
    groups = np.arange(60) % few
    data = rows(np.random.default_rng(1).normal(size=60), groups=groups)
    made = split.splits(data, 5, 2, seed=0)
    assert len(made) == few  # one group a fold: a second repeat would be a copy of the first
    assert all(len(s.train) and len(s.check) for s in made)
    assert not any(set(groups[s.train]) & set(groups[s.check]) for s in made)


def test_repeats_of_whole_groups_are_no_copies_of_each_other():
    groups = np.arange(120) // 4
    data = rows(np.random.default_rng(1).normal(size=120), groups=groups)
    made = split.splits(data, 5, 3, seed=0) + split.splits(data, 5, 3, seed=1_000)
    assert len({s.check.tobytes() for s in made}) == len(made) == 30


def test_the_seed_decides_the_groups_of_the_test_part():
    groups = np.arange(600) // 15
    tests = {
        split.outer(rows(np.random.default_rng(1).normal(size=600), groups=groups, seed=seed)).test.tobytes()
        for seed in range(8)
    }
    assert len(tests) == 8


def test_a_copied_repeat_leaves_no_gap():
    data = rows(np.random.default_rng(1).normal(size=60), groups=np.arange(60) % 6)
    made = split.splits(data, 5, 12, seed=0)
    repeats = [s.repeat for s in made]
    assert repeats == [i // 5 for i in range(len(made))]
    assert 10 <= len(made) < 60
    assert len({frozenset(s.check.tobytes() for s in made if s.repeat == r) for r in repeats}) == len(made) // 5


def test_time_goes_forward_only():
    order = np.random.default_rng(0).permutation(120).astype(float)
    data = rows(np.zeros(120), order=order)
    made = split.splits(data, 5, 3, seed=0)
    assert [s.fold for s in made] == [0, 1, 2, 3, 4]
    for s in made:
        assert order[s.train].max() < order[s.check].min()
    assert len({len(s.check) for s in made}) == 1
    assert all(set(a.train) > set(b.train) for a, b in pairwise(made))
    assert len(made[0].train) == 100
    assert sorted([*made[0].train, *made[0].check]) == list(range(120))


def test_a_holdout_of_a_large_table_is_one_split(monkeypatch):
    monkeypatch.setattr(split, "HOLDOUT_ROWS", 50)
    (only,) = split.splits(numbers("regression", 500), 1, 1, seed=0)
    assert len(only.check) == 50
    assert sorted([*only.train, *only.check]) == list(range(500))


def test_a_test_part_of_a_fifth_stratified():
    y = classes(30, 570)
    outer = split.outer(rows(y, task="binary"))
    assert outer.protocol == "holdout"
    assert sorted([*outer.development, *outer.test]) == list(range(600))
    assert len(outer.test) == 120
    assert (y[outer.test] == 0).sum() == 6
    assert "stratified" in outer.reason


def test_small_data_have_no_test_part():
    outer = split.outer(numbers("binary", split.SMALL - 1))
    assert outer.protocol == "repeated_cv"
    assert len(outer.development) == split.SMALL - 1
    assert len(outer.test) == 0


@pytest.mark.parametrize("n", [60, 600])
def test_the_parts_given_by_the_user_hold_whatever_the_size(n):
    part = np.where(np.arange(n) % 3 == 0, "test", "train")
    outer = split.outer(rows(np.zeros(n), part=part))
    assert outer.protocol == "holdout"
    assert (outer.test % 3 == 0).all()
    assert len(outer.test) == n // 3
    assert "given" in outer.reason


def test_groups_of_the_test_rows_given_by_the_user_are_not_learnt_from():
    part, groups = np.repeat(["train", "test"], [80, 20]), np.arange(100) // 3
    outer = split.outer(rows(np.zeros(100), part=part, groups=groups))
    assert outer.test.tolist() == list(range(80, 100))
    assert not set(groups[outer.development]) & set(groups[outer.test])
    assert outer.development.tolist() == list(range(78))
    assert outer.reason == (
        "20 test rows as given by the data; 2 other rows of their groups are left out until the refit"
    )


def test_groups_that_lie_on_both_sides_of_the_split_given_are_refused():
    part, groups = np.tile(["train", "test"], 50), np.arange(100) // 4
    with pytest.raises(DataError, match=r"of the 50 test rows 0 of 50 other rows are left"):
        split.outer(rows(np.zeros(100), part=part, groups=groups))


def test_the_last_fifth_by_time_is_the_test_part():
    order = np.random.default_rng(0).permutation(1000).astype(float)
    outer = split.outer(rows(np.zeros(1000), order=order))
    assert order[outer.development].max() < order[outer.test].min()
    assert len(outer.test) == 200


def by_time(y, **options):
    order = np.random.default_rng(0).permutation(len(y)).astype(float)
    return split.outer(rows(np.asarray(y)[order.astype(int)], order=order, **options)), order


@pytest.mark.parametrize(("n", "tested"), [(150, 30), (300, 60), (499, 100)])
def test_small_data_by_time_have_a_test_part(n, tested):
    outer, order = by_time(np.arange(float(n)))
    assert outer.protocol == "holdout"
    assert len(outer.test) == tested
    assert order[outer.development].max() < order[outer.test].min()
    assert outer.reason == "the last 20 % of the rows by time"


def test_very_small_data_by_time_have_none():
    outer, _ = by_time(np.arange(149.0))
    assert outer.protocol == "repeated_cv"
    assert len(outer.test) == 0
    assert outer.reason == "under 150 rows: cross-validation in the order of time, no separate test part"


@pytest.mark.parametrize(
    ("late", "early", "protocol"),
    [(5, 5, "holdout"), (4, 100, "repeated_cv"), (30, 4, "repeated_cv"), (56, 100, "repeated_cv")],
)
def test_small_data_by_time_have_a_test_part_where_both_parts_hold_two_classes(late, early, protocol):
    y = np.concatenate([np.arange(240) < early, np.arange(60) < late]).astype(np.int64)
    assert by_time(y, task="binary")[0].protocol == protocol


def test_a_class_that_is_rare_at_the_end_does_not_move_the_test_part_of_larger_data():
    y = np.concatenate([np.arange(480) % 2, np.zeros(120)]).astype(np.int64)
    assert by_time(y, task="binary")[0].protocol == "holdout"


def test_the_test_part_holds_whole_groups():
    groups = np.random.default_rng(0).integers(0, 40, 800)
    outer = split.outer(rows(np.random.default_rng(1).normal(size=800), groups=groups))
    assert not set(groups[outer.development]) & set(groups[outer.test])
    assert 120 <= len(outer.test) <= 200
    assert outer.reason.startswith(f"{len(outer.test) / 8:.0f} % of the rows, whole groups")


def test_the_smaller_of_two_groups_is_the_test_part_and_the_reason_tells_its_share():
    groups = np.random.default_rng(0).permutation(np.repeat([0, 1], [900, 100]))
    data = rows(np.random.default_rng(1).normal(size=1000), groups=groups)
    outer = split.outer(data)
    assert (groups[outer.test] == 1).all()
    assert len(outer.test) == 100
    assert "10 % of the rows, whole groups" in outer.reason
    fit, check = split.set_aside(data, 0.2)
    assert (len(fit), len(check)) == (900, 100)


def test_one_large_group_is_not_the_test_part():
    groups = np.repeat([0, 1, 2, 3, 4, 5], [500, 60, 60, 60, 60, 60])
    outer = split.outer(rows(np.random.default_rng(1).normal(size=800), groups=groups))
    assert 60 <= len(outer.test) <= 180
    assert 0 not in groups[outer.test]


@pytest.mark.parametrize(
    ("n", "rarest", "expected"),
    [
        (100, None, (5, 3)),
        (1_999, None, (5, 3)),
        (2_000, None, (5, 2)),
        (20_000, 9_000, (5, 1)),
        (200_000, None, (1, 1)),
        (100, 4, (4, 3)),
        (100, 1, (2, 3)),
        (100, 5, (5, 3)),
    ],
)
def test_folds_and_repeats_follow_the_rows(n, rarest, expected):
    assert split.plan(n, rarest) == expected


def test_rows_set_aside_are_a_share_of_the_training_rows():
    data = numbers("binary", 200)
    fit, check = split.set_aside(data, 0.2)
    assert sorted([*fit, *check]) == list(range(200))
    assert len(check) == 40
    assert np.array_equal(check, split.set_aside(data, 0.2)[1])
    _, capped = split.set_aside(data, 0.2, most=10)
    assert len(capped) == 10


def test_rows_set_aside_are_the_last_in_time_and_whole_groups():
    order = np.random.default_rng(0).permutation(100).astype(float)
    fit, check = split.set_aside(rows(np.zeros(100), order=order), 0.2)
    assert order[fit].max() < order[check].min()
    assert len(check) == 20
    groups = np.arange(100) // 4
    fit, check = split.set_aside(rows(np.random.default_rng(0).normal(size=100), groups=groups), 0.2)
    assert not set(groups[fit]) & set(groups[check])
    assert len(check) == 20


def test_a_single_group_still_leaves_rows_to_fit():
    groups = np.zeros(100, np.int64)
    fit, check = split.set_aside(rows(np.random.default_rng(0).normal(size=100), groups=groups), 0.2)
    assert len(fit) >= 80
    assert not set(fit) & set(check)
