"""Who may be learnt from and who is judged: the outer test part and the folds.

What is forecast (`Dataset.origin`) is judged by models of nothing but what was known when it is forecast from.

Stratification by the rank of the target serves classes and numbers alike: rows are ordered by target (ties at random)
and dealt out to the k folds in turn, so that every class of k rows or more is in every fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl.data import ordered
from automl.data.grouped import by_group
from automl.data.ordered import TEST_SHARE
from automl.errors import DataError

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset

SMALL = 500
"""Below this many rows there is no test part: the model is judged by repeated cross-validation on fresh splits."""
FEWEST_BY_TIME = 150
"""As `SMALL` where rows are in the order of time, which has no fresh splits: the test part then has 30 rows, and the
earliest of five blocks of the others is judged by a model of 20."""
FEWEST_OF_A_CLASS = 5
"""Rows of a second class that both parts of a small table by time must hold."""
MOST_BLOCKS = 10
HOLDOUT_ROWS = 20_000
"""Rows judged by a single holdout (200,000 rows and more)."""


@dataclass(frozen=True)
class Split:
    """Training and judged rows of one split; positions in the development part."""

    repeat: int
    fold: int
    train: Array
    check: Array


@dataclass(frozen=True)
class Outer:
    """The outer split.

    Attributes:
        development: rows that the decision and the search may use.
        test: rows opened once at the end; empty where there are too few.
        protocol: 'holdout' or 'repeated_cv'.
        reason: how it was made, one sentence.
    """

    development: Array
    test: Array
    protocol: str
    reason: str


def outer(dataset: Dataset) -> Outer:
    """The outer split: as the user fixed it, else by time, by group, or stratified at random.

    Raises:
        DataError: groups leave too few rows to learn from, by time or beside the test rows that the data give.
    """
    if dataset.order is not None and dataset.origin is not None:
        reason = f"the last {100 * TEST_SHARE:g} % of the time, forecast from what was known before"
        return Outer(*ordered.last_part(dataset.order, dataset.origin), "holdout", reason)
    rows = np.arange(len(dataset))
    if dataset.part is not None:
        return _as_given(dataset, dataset.part == "test")
    if dataset.order is not None:
        return _by_time(dataset)
    if len(dataset) < SMALL:
        return Outer(
            rows, rows[:0], "repeated_cv", f"under {SMALL} rows: repeated cross-validation, no separate test part"
        )
    folds = assign_folds(dataset, round(1 / TEST_SHARE), np.random.default_rng(dataset.problem.seed))
    test = rows[folds == 0]
    how = "whole groups" if dataset.groups is not None else "stratified by the target"
    # Few groups, or large ones, leave no part of the size wanted.
    share = f"{100 * len(test) / len(rows):.2g} % of the rows"
    return Outer(rows[folds != 0], test, "holdout", f"{share}, {how}, seed {dataset.problem.seed}")


def _as_given(dataset: Dataset, tested: Array) -> Outer:
    """The rows that the data say are to test on, and the others to learn from but for groups in the test part."""
    others = np.flatnonzero(~tested)
    development, test = ordered.apart(dataset, others, np.flatnonzero(tested))
    if 2 * len(development) < len(others):
        raise DataError(
            f"Most groups lie on both sides: without those of the {len(test):,} test rows {len(development):,} of "
            f"{len(others):,} other rows are left to learn from.",
            where="--group with a test part that the data give",
            hint="one of the two alone",
        )
    reason, left_out = f"{len(test):,} test rows as given by the data", len(others) - len(development)
    if left_out:
        reason += f"; {left_out:,} other rows of their groups are left out until the refit"
    return Outer(development, test, "holdout", reason)


def _by_time(dataset: Dataset) -> Outer:
    """The last rows in time to test on, and those before to learn from but for groups in the test part."""
    few, rows = f"under {FEWEST_BY_TIME} rows", np.arange(len(dataset))
    if len(dataset) >= FEWEST_BY_TIME:
        count = round(len(dataset) * TEST_SHARE)
        development, test = ordered.last_rows(dataset, count)
        if ordered.keeps_apart(dataset) and len(development) < len(test):
            raise ordered.too_few_left(len(development), len(test))
        share = len(test) / len(rows)
        reason, left_out = f"the last {100 * share:.0f} % of the rows by time", len(rows) - len(test) - len(development)
        if left_out:
            reason += f"; {left_out:,} earlier rows of its groups are left out until the refit"
        if len(dataset) >= SMALL or all(_two_classes(dataset, part) for part in (development, test)):
            return Outer(development, test, "holdout", reason)
        few = f"under {SMALL} rows, and the last by time or those before nearly all of one class"
    reason = f"{few}: cross-validation in the order of time, no separate test part"
    return Outer(rows, rows[:0], "repeated_cv", reason)


def _two_classes(dataset: Dataset, rows: Array) -> bool:
    """Whether these rows hold enough of a second class to be judged, or to learn from; numbers always do."""
    if dataset.problem.task == "regression":
        return True
    counts = np.sort(np.bincount(dataset.y[rows], minlength=2))
    return bool(counts[-2] >= FEWEST_OF_A_CLASS)


def plan(rows: int, rarest: int | None = None) -> tuple[int, int]:
    """(folds, repeats) of cross-validation by the number of rows; (1, 1) is a single holdout.

    Args:
        rows: development rows.
        rarest: rows of the rarer class of a binary task: each fold should judge both classes.
    """
    if rarest is not None and rarest < 5:
        return max(rarest, 2), 3
    if rows < 2_000:
        return 5, 3
    if rows < 20_000:
        return 5, 2
    return (5, 1) if rows < 200_000 else (1, 1)


def splits(dataset: Dataset, folds: int, repeats: int, seed: int) -> list[Split]:
    """Every split of repeated cross-validation, repeat by repeat; a holdout when `folds` is 1.

    A repeat that would judge the same rows together as one before is left out: so few groups have no other partition.

    Raises:
        DataError: by time, groups leave too few rows to learn from.
    """
    if dataset.order is not None:
        few = max(min(folds * repeats, MOST_BLOCKS), 2)
        pairs = ordered.chain(dataset, max(folds, 2)) if dataset.origin is None else ordered.rolling(dataset, few)
        return [Split(0, fold, train, check) for fold, (train, check) in enumerate(pairs)]
    result: list[Split] = []
    rows = np.arange(len(dataset))
    made: set[frozenset[bytes]] = set()
    for repeat in range(repeats):
        generator = np.random.default_rng([seed, 1 + repeat])
        if folds == 1:
            parts = max(round(len(dataset) / HOLDOUT_ROWS), 2)
            assigned = assign_folds(dataset, parts, generator)
            return [Split(0, 0, rows[assigned != 0], rows[assigned == 0])]
        assigned = assign_folds(dataset, folds, generator)
        checks = [rows[assigned == fold] for fold in range(assigned.max() + 1)]
        partition = frozenset(check.tobytes() for check in checks)
        if partition not in made:
            result += [Split(len(made), f, rows[assigned != f], check) for f, check in enumerate(checks)]
            made.add(partition)
    return result


def assign_folds(dataset: Dataset, folds: int, generator: np.random.Generator) -> Array:
    """(n,) fold of each row, stratified by the rank of the target; groups stay whole.

    Rows of one group alone are dealt out: nothing could be kept apart.
    """
    if dataset.groups is None or (dataset.groups == dataset.groups[:1]).all():
        return deal(dataset.y, folds, generator)
    return by_group(dataset.y, dataset.groups, folds, generator)


def deal(y: Array, folds: int, generator: np.random.Generator) -> Array:
    """(n,) folds dealt out in turn over rows ordered by target, so that any k rows in a row lie in k folds.

    Numbers, which have few ties, are shuffled within every k: their order alone would give the same folds every time.
    """
    by_rank = np.lexsort((generator.random(len(y)), y))
    if y.dtype.kind == "f":
        by_rank = by_rank[np.lexsort((generator.random(len(y)), np.arange(len(y)) // folds))]
    assigned: Array = np.empty(len(y), np.int64)
    assigned[by_rank] = generator.permutation(folds)[np.arange(len(y)) % folds]
    return assigned


def set_aside(train: Dataset, share: float, most: int = 10_000) -> tuple[Array, Array]:
    """(rows to fit, rows to check) for early stopping or a penalty, inside training rows; structure is respected.

    Of order and groups groups alone where both together would leave less than half of the rows to fit.
    """
    rows = np.arange(len(train))
    if train.order is not None:
        fit, check = ordered.last_rows(train, min(int(len(rows) * share), most))
        if not ordered.keeps_apart(train) or len(fit) >= len(rows) / 2:
            return fit, check
    parts = max(round(1 / share), -(-len(rows) // most), 2)
    assigned = assign_folds(train, parts, np.random.default_rng([train.problem.seed, 0]))
    return rows[assigned != 0], rows[assigned == 0]
