"""Sums of row weights, for one vector of weights or for many resamples at once.

Inside, weights stand as (n, draws): a row's weights in all draws are one piece of memory, so that choosing rows copies
such pieces and adding rows runs over them. That makes a bootstrap several times faster than one draw at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automl.data.dataset import Array

Block = Callable[["Array"], "Array"]
"""(n, draws) row weights -> (draws,) scores."""

BLOCK_CELLS = 2**21
"""Weights in memory at once (16 MB)."""
BLOCK_DRAWS = 100
"""Draws in a block at most; not a power of two, with which the rows of a column fall on the same cache lines."""


def undefined(weight: Array) -> Array:
    """NaN for every draw: the block of a score that is never defined."""
    return np.full(weight.shape[1], math.nan)


def ratio(over: Array, under: Array) -> Array:
    """Quotients, NaN where what is below the line is not positive."""
    return divided(over, under, under > 0, math.nan)


def divided(over: Array, under: Array, where: Array, other: float) -> Array:
    """Quotients where told, the other value elsewhere."""
    return np.asarray(np.divide(over, under, out=np.full(np.shape(under), other), where=where))


def mean_defined(values: Array) -> Array:
    """(draws,) mean over the first axis of the values that are not NaN; NaN where all are."""
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=0), defined.sum(axis=0))


def weighted_sum(values: Array, weight: Array) -> Array:
    """(draws,) sums of the (n,) values times (n, draws) weights, on one thread.

    `values @ weight` may start BLAS threads, which wait for each other when other processes use the cores: measured 50
    times slower on a busy machine.
    """
    return np.asarray(np.einsum("n,nd->d", values, weight))


def running_sums(values: Array) -> Array:
    """(m, draws) sums over the first axis up to each row.

    Two neighbouring draws are added as one complex number: each sum waits for the one before, so that this halves the
    time.
    """
    if values.shape[1] % 2:
        return np.cumsum(values, axis=0)
    return np.cumsum(values.view(complex), axis=0).view(float)


def group_sums(codes: Array, count: int, rows: Array, total: int) -> Block:
    """(n, draws) weights -> (count, draws) sums of the weights of each group.

    Args:
        codes: (m,) group of each member, 0 to count - 1; fastest when ascending.
        count: number of groups.
        rows: (m,) position of each member; a row may be in several groups.
        total: n, number of rows.
    """
    from scipy import sparse

    order = np.argsort(codes, kind="stable")
    ends = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(codes, minlength=count), out=ends[1:])
    matrix = sparse.csr_array((np.ones(len(order)), rows[order].astype(np.int32), ends), shape=(count, total))
    return lambda weight: np.asarray(matrix @ weight)


def resamples(codes: Array | None, rows: int, draws: int, rng: np.random.Generator) -> Iterator[Array]:
    """Blocks (rows, draws of the block): how often each row is in a resample with replacement, groups whole.

    Args:
        codes: (rows,) group of each row, 0, 1, ... without gaps; None = each row by itself.
        rows: number of rows.
        draws: resamples in all blocks together.
        rng: the same one gives the same resamples, however they are cut into blocks.
    """
    size = rows if codes is None else int(codes.max()) + 1
    width = min(max(BLOCK_CELLS // max(rows, 1), 8), BLOCK_DRAWS)
    for start in range(0, draws, width):
        block = min(width, draws - start)
        cells = rng.integers(0, size, (block, size))
        cells *= block
        cells += np.arange(block)[:, None]
        times = np.bincount(cells.ravel(), minlength=size * block).reshape(size, block).astype(float)
        yield times if codes is None else np.take(times, codes, axis=0)
