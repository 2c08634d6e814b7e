"""Features of rows of a memory-mapped file, computed once a process: many fits ask for the same rows."""

from __future__ import annotations

import threading
from dataclasses import dataclass
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
        return compute(images.pixels())
    status = images.file.stat()
    key = (kind, str(images.file.resolve()), status.st_mtime_ns, status.st_size)
    with _LOCK:
        stored = np.load(images.file, mmap_mode="r")
        if key not in _CACHE:
            while len(_CACHE) >= MOST:
                del _CACHE[next(iter(_CACHE))]
            _CACHE[key] = _Computed(np.empty((len(stored), width), np.float32), np.zeros(len(stored), dtype=bool))
        known = _CACHE[key] = _CACHE.pop(key)  # the one used last is the last to go
        rows = np.unique(images.rows)
        missing = rows[~known.filled[rows]]
        known.matrix[missing] = compute(stored[missing])
        known.filled[missing] = True
        return known.matrix[images.rows]
