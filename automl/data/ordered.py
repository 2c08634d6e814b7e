"""Splits in the order of time: what comes later is judged by models of what came before.

Every split is a pair of positions: rows to learn from, rows to be judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset

TEST_SHARE = 0.2
FEWEST_STEPS = 4
"""Steps in time of a block that a forecast is judged on, at least."""


def last_rows(dataset: Dataset, count: int) -> tuple[Array, Array]:
    """(rows before, the last `count` rows in time)."""
    ordered = np.argsort(np.asarray(dataset.order), kind="stable")
    cut = len(ordered) - count
    return np.sort(ordered[:cut]), np.sort(ordered[cut:])


def chain(dataset: Dataset, folds: int) -> list[tuple[Array, Array]]:
    """Forward chaining: each block in time is judged by a model of everything before it.

    The latest block comes first: where time allows few splits, its model learns from nearly as much as the final one.
    """
    ordered = np.argsort(np.asarray(dataset.order), kind="stable")
    blocks = np.array_split(ordered, folds + 1)
    return [(np.sort(np.concatenate(blocks[:end])), np.sort(blocks[end])) for end in range(folds, 0, -1)]


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
