"""Histograms of oriented gradients, for pictures of any size.

Cells are placed by fractions of the side, so 28, 64 and 100 pixels give the same features.

Sources: Dalal and Triggs 2005 (gradients of the strongest channel, orientations shared between the nearest bins and
cells, blocks of 2 x 2 cells, L2-hys); Felzenszwalb et al. 2010 (a cell's normalisations averaged over its blocks).
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

ORIENTATIONS = 18
"""Signed gradient directions of 20 degrees; folded to 9 unsigned ones on the finest grid."""
GRIDS = ((7, False), (4, True), (2, True))
"""(cells a side, signed): shape in detail, then coarser with the direction of the edge (dark to bright)."""
CLIP = 0.2
"""L2-hys: largest share of a block's norm one entry may have (Dalal and Triggs 2005, section 6.4)."""
EPSILON = 0.01
"""Gradient below which a block is flat, as mean change of the square root of brightness (0 to 1) over two pixels."""
ROOT = np.sqrt(np.arange(256, dtype=np.float32) / 255)


def names() -> list[str]:
    """Names of the 801 features, in order."""
    return [
        f"{cells}x{cells} row {row} column {column} angle {angle}"
        for cells, signed in GRIDS
        for angle in range(0, 360 if signed else 180, 360 // ORIENTATIONS)
        for row in range(cells)
        for column in range(cells)
    ]


def features(pixels: Array) -> Array:
    """(n, 801) block-normalised gradient histograms of all grids."""
    maps = _orientation_maps(*_gradients(pixels))
    count, _, height, width = maps.shape
    across = np.vstack([_between_centres(width, cells) for cells, _ in GRIDS])
    narrow = (maps.reshape(-1, width) @ across.T).reshape(count, ORIENTATIONS, height, len(across))
    parts, start = [], 0
    for cells, signed in GRIDS:
        cell = _between_centres(height, cells) @ narrow[..., start : start + cells]
        start += cells
        if not signed:
            cell = cell[:, : ORIENTATIONS // 2] + cell[:, ORIENTATIONS // 2 :]
        parts.append(_normalised(cell).reshape(count, -1))
    return np.hstack(parts)


def _gradients(pixels: Array) -> tuple[Array, Array, Array]:
    """Right, down and size of the gradient (n, height, width), in the channel where it is strongest.

    Taken on the square root of brightness, which evens out shadow and light (Dalal and Triggs 2005, section 6.1).
    """
    best: tuple[Array, Array, Array] | None = None
    for channel in range(pixels.shape[-1]):
        plane = ROOT[pixels[..., channel]]
        padded = np.pad(plane, ((0, 0), (1, 1), (1, 1)), mode="edge")
        right = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
        down = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
        square = right * right + down * down
        if best is None:
            best = right, down, square
            continue
        stronger = square > best[2]
        for kept, new in zip(best, (right, down, square), strict=True):
            np.copyto(kept, new, where=stronger)
    assert best is not None
    return best[0], best[1], np.sqrt(best[2])


def _orientation_maps(right: Array, down: Array, size: Array) -> Array:
    """(n, 18, height, width): each gradient shared out between its two nearest directions."""
    count, height, width = size.shape
    angle = np.arctan2(down, right) * np.float32(ORIENTATIONS / (2 * np.pi))
    lower = np.floor(angle)
    upper_share = (angle - lower) * size
    area = height * width
    place = (np.arange(count) * ORIENTATIONS * area)[:, None, None] + np.arange(area).reshape(height, width)
    direction = lower.astype(np.int64) % ORIENTATIONS
    maps = np.zeros(count * ORIENTATIONS * area, dtype=np.float32)
    maps[place + direction * area] = size - upper_share
    maps[place + (direction + 1) % ORIENTATIONS * area] = upper_share
    return maps.reshape(count, ORIENTATIONS, height, width)


def _normalised(cells: Array) -> Array:
    """Each cell divided by the norms of the four 2 x 2 blocks it lies in, clipped, and averaged over the four."""
    side = cells.shape[-1]
    energy = np.pad((cells * cells).sum(axis=1), ((0, 0), (1, 1), (1, 1)), mode="edge")
    block = energy[:, :-1, :-1] + energy[:, 1:, :-1] + energy[:, :-1, 1:] + energy[:, 1:, 1:]
    inverse = 1 / np.sqrt(block + np.float32(EPSILON**2))
    total = np.zeros_like(cells)
    for row, column in itertools.product((0, 1), repeat=2):
        total += np.minimum(cells * inverse[:, None, row : row + side, column : column + side], CLIP)
    return total / 4


@lru_cache(maxsize=64)
def _between_centres(size: int, cells: int) -> Array:
    """(cells, size) weights of pixels, falling linearly from a cell's centre to the next; they sum to about one."""
    position = (np.arange(size) + 0.5) / size * cells - 0.5
    weights: Array = np.maximum(0, 1 - np.abs(position - np.arange(cells)[:, None])) * cells / size
    return weights.astype(np.float32, copy=False)
