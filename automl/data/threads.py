"""Work on many files side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")

BLOCK = 64
"""Files handed to a thread at a time."""


def in_threads(function: Callable[[T], R], blocks: Sequence[T], threads: int) -> list[R]:
    """Results of the function over blocks, in order; when interrupted, blocks not yet started are dropped."""
    if threads <= 1 or len(blocks) <= 1:
        return [function(block) for block in blocks]
    pool = ThreadPoolExecutor(threads)
    try:
        return list(pool.map(function, blocks))
    finally:
        pool.shutdown(cancel_futures=True)


def blocks_of(items: Sequence[T]) -> list[Sequence[T]]:
    """The items, `BLOCK` at a time."""
    return [items[start : start + BLOCK] for start in range(0, len(items), BLOCK)]
