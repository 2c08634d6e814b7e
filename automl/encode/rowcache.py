"""Features of rows of a memory-mapped file, computed once a process: many fits ask for the same rows."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array, Images


@dataclass
class _Computed:
    """Features of one file, filled as rows are asked for."""

    matrix: Array
    filled: Array


MOST = 4
BLOCK_BYTES = 16 * 2**20
"""Of pixels in memory at a time."""
_CACHE: dict[tuple[str, str, int, int], _Computed] = {}
_LOCK = threading.Lock()


def cached(images: Images, kind: str, width: int, compute: Callable[[Array], Array]) -> Array:
    """(n, width) float32 features of a selection; what is missing in memory is computed for its rows only.

    The last `MOST` files are kept, no scratch files: one a column of images; a rewritten file has another time stamp.

    Args:
        images: the selection.
        kind: which features, so that other features of the same file are told apart.
        width: features a row.
        compute: (m, height, width, channels) uint8 -> (m, width) features.
    """
    if images.scratch:
        matrix = np.empty((len(images), width), np.float32)
        _fill(matrix, np.arange(len(images)), images, compute)
        return matrix
    status = images.file.stat()
    key = (kind, str(images.file.resolve()), status.st_mtime_ns, status.st_size)
    with _LOCK:
        if key not in _CACHE:
            while len(_CACHE) >= MOST:
                del _CACHE[next(iter(_CACHE))]
            stored = len(np.load(images.file, mmap_mode="r"))
            _CACHE[key] = _Computed(np.empty((stored, width), np.float32), np.zeros(stored, dtype=bool))
        known = _CACHE[key] = _CACHE.pop(key)  # the one used last is the last to go
        rows = np.unique(images.rows)
        missing = rows[~known.filled[rows]]
        _fill(known.matrix, missing, replace(images, rows=missing), compute)
        known.filled[missing] = True
        return known.matrix[images.rows]


def _fill(matrix: Array, places: Array, images: Images, compute: Callable[[Array], Array]) -> None:
    """Write the features of each image to its place, few pixels in memory at a time."""
    step = max(BLOCK_BYTES // math.prod(images.shape[1:]), 1)
    for start in range(0, len(places), step):
        matrix[places[start : start + step]] = compute(images[start : start + step])
