"""Splits in the order of time: what comes later is judged by models of what came before.

Every split is a pair of positions: rows to learn from, rows to be judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.errors import DataError

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset

TEST_SHARE = 0.2
FEWEST_STEPS = 4
"""Steps in time of a block that a forecast is judged on, at least."""


def last_rows(dataset: Dataset, count: int) -> tuple[Array, Array]:
    """(rows before, the last `count` rows in time); groups in the latter are left out of the former.

    Rows of one moment stay together, as far as `at_change` can keep them: then they are a few more or fewer.
    """
    order = np.asarray(dataset.order)
    by_time = np.argsort(order, kind="stable")
    cut = at_change(order[by_time], len(by_time) - count)
    return apart(dataset, np.sort(by_time[:cut]), np.sort(by_time[cut:]))


def at_change(times: Array, position: int) -> int:
    """The nearest position to cut sorted times at where the time changes; the given one when it is too far.

    What happened at one moment is known together: part of it would tell of the rest. Stamps so coarse that the smaller
    part would lose or win more than half of its rows are cut through.

    Args:
        times: (n,) sorted.
        position: the first row of the later part; 0 and n leave one part empty.
    """
    if not 0 < position < len(times):
        return position
    ends = (int(np.searchsorted(times, times[position], side)) for side in ("left", "right"))
    nearest = min(ends, key=lambda end: abs(end - position))
    room = min(position, len(times) - position) / 2
    return nearest if abs(nearest - position) <= room else position


def chain(dataset: Dataset, folds: int) -> list[tuple[Array, Array]]:
    """Forward chaining: each block in time is judged by a model of everything before it, but for its groups.

    The latest block comes first: where time allows few splits, its model learns from nearly as much as the final one.
    A block whose groups leave fewer rows to learn from than are judged is left out.

    Raises:
        DataError: no block is left.
    """
    order = np.asarray(dataset.order)
    by_time = np.argsort(order, kind="stable")
    ends = np.linspace(0, len(by_time), folds + 2).round().astype(int)
    cuts = sorted({at_change(order[by_time], end) for end in ends[1:-1]})
    blocks = np.split(by_time, cuts)
    before = ((np.sort(by_time[:cut]), np.sort(block)) for cut, block in zip(cuts, blocks[1:], strict=True))
    pairs = [apart(dataset, train, check) for train, check in before][::-1]
    if not keeps_apart(dataset):
        return pairs
    enough = [(train, check) for train, check in pairs if len(train) >= len(check)]
    if not enough:
        raise too_few_left(*map(len, pairs[0]))
    return enough


def keeps_apart(dataset: Dataset) -> bool:
    """Whether groups are kept apart beside the order; those of a forecast are stretches of time."""
    return dataset.groups is not None and dataset.origin is None


def too_few_left(left: int, judged: int) -> DataError:
    """The error of groups that go on through the time."""
    return DataError(
        f"Most groups go on through the time: without those among {judged:,} later rows {left:,} earlier ones are left "
        "to learn from.",
        where="--group with --time-column",
        hint="one of the two alone",
    )


def apart(dataset: Dataset, train: Array, check: Array) -> tuple[Array, Array]:
    """The rows to learn from without the groups that are judged, and the rows judged."""
    if dataset.groups is None or not keeps_apart(dataset):
        return train, check
    return train[~np.isin(dataset.groups[train], dataset.groups[check])], check


def last_part(order: Array, origin: Array) -> tuple[Array, Array]:
    """The last part in time to test a forecast, and to learn from what was known when its first row is forecast.

    Args:
        order, origin: (n,) as in `Dataset`.
    """
    times = np.unique(order)
    begin = times[len(times) - max(round(len(times) * TEST_SHARE), 1)]
    return _known_before(order, origin, begin, np.inf)


def rolling(dataset: Dataset, most: int) -> list[tuple[Array, Array]]:
    """Rolling origin: the later half in blocks, each forecast by a model of what was known before its first row.

    The latest block comes first: where time allows few splits, it is the nearest to what the model will be used for.

    Source: Tashman 2000, "Out-of-sample tests of forecasting accuracy" (rolling-origin evaluation).
    """
    order, origin = np.asarray(dataset.order), np.asarray(dataset.origin)
    times = np.unique(order)
    later = times[len(times) // 2 :]
    blocks = np.array_split(later, min(max(len(later) // FEWEST_STEPS, 2), most))
    ends = [*(block[0] for block in blocks), np.inf]
    return [_known_before(order, origin, ends[i], ends[i + 1]) for i in reversed(range(len(blocks)))]


def _known_before(order: Array, origin: Array, begin: float, end: float) -> tuple[Array, Array]:
    """(rows known at the earliest moment that a row of the block is forecast from, rows of the block)."""
    check = np.flatnonzero((order >= begin) & (order < end))
    return np.flatnonzero(order <= origin[check].min()), check
