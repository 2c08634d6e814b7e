"""Colour of pictures: a histogram of the whole, moments over a grid, and a thumbnail."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

HUES, SATURATIONS, VALUES = 12, 3, 3
GREYS = 16
MOMENT_GRID = 3
THUMBNAIL = 8


def names(channels: int) -> list[str]:
    """Names of the features of `features`, in order."""
    if channels == 1:
        histogram = [f"grey {level}" for level in range(GREYS)]
    else:
        levels = itertools.product(range(HUES), range(SATURATIONS), range(VALUES))
        histogram = [f"hue {hue} saturation {saturation} value {value}" for hue, saturation, value in levels]
    planes = ("value",) if channels == 1 else ("hue cosine", "hue sine", "saturation", "value")
    cells = list(itertools.product(range(MOMENT_GRID), repeat=2))
    moments = itertools.product(("mean", "deviation"), planes, cells)
    return histogram + [f"{moment} {plane} row {row} column {column}" for moment, plane, (row, column) in moments]


def thumbnail_names(channels: int) -> list[str]:
    """Names of the features of `thumbnail`, in order."""
    places = itertools.product(range(channels), range(THUMBNAIL), range(THUMBNAIL))
    return [f"channel {channel} row {row} column {column}" for channel, row, column in places]


def features(pixels: Array) -> Array:
    """(n, features) histogram over the whole image, means and deviations over a 3 x 3 grid."""
    if pixels.shape[-1] == 1:
        value = pixels[..., 0]
        histogram = _histogram(value.astype(np.int64) * GREYS // 256, GREYS)
        return np.hstack([histogram, _grid_moments((value * np.float32(1 / 255))[:, None])])
    hue, saturation, value = _hsv(pixels)
    bins = (_bin(hue, HUES) * SATURATIONS + _bin(saturation, SATURATIONS)) * VALUES + _bin(value, VALUES)
    turn = hue * np.float32(2 * np.pi)
    planes = np.stack([saturation * np.cos(turn), saturation * np.sin(turn), saturation, value], axis=1)
    return np.hstack([_histogram(bins, HUES * SATURATIONS * VALUES), _grid_moments(planes)])


def _hsv(pixels: Array) -> tuple[Array, Array, Array]:
    """Hue, saturation and value, each (n, height, width) from 0 to 1."""
    red, green, blue = (pixels[..., channel] * np.float32(1 / 255) for channel in range(3))
    value = np.maximum(np.maximum(red, green), blue)
    spread = value - np.minimum(np.minimum(red, green), blue)
    safe = np.maximum(spread, np.float32(1e-6))
    sixths = np.where(value == green, (blue - red) / safe + 2, (red - green) / safe + 4)
    sixths = np.where(value == red, (green - blue) / safe, sixths)
    hue = np.where(sixths < 0, sixths + 6, sixths) / 6
    return hue, spread / np.maximum(value, np.float32(1e-6)), value


def _bin(share: Array, bins: int) -> Array:
    return np.minimum((share * bins).astype(np.int64), bins - 1)


def _histogram(bins: Array, size: int) -> Array:
    """(n, size) square roots of shares: distances between them are Hellinger distances."""
    count = len(bins)
    flat = bins.reshape(count, -1) + np.arange(count)[:, None] * size
    counts = np.bincount(flat.ravel(), minlength=count * size).reshape(count, size)
    shares: Array = np.sqrt(counts / flat.shape[1]).astype(np.float32)
    return shares


def _grid_moments(planes: Array) -> Array:
    """(n, features) mean and standard deviation of each plane (n, planes, height, width) in each grid cell."""
    mean = _pooled(planes, MOMENT_GRID)
    deviation = np.sqrt(np.maximum(_pooled(planes * planes, MOMENT_GRID) - mean * mean, 0))
    return np.hstack([mean.reshape(len(planes), -1), deviation.reshape(len(planes), -1)])


def thumbnail(pixels: Array) -> Array:
    """(n, channels * 64) means of 8 x 8 equal areas, from 0 to 1."""
    planes = np.moveaxis(pixels, -1, 1) * np.float32(1 / 255)
    return _pooled(planes, THUMBNAIL).reshape(len(pixels), -1)


def _pooled(planes: Array, cells: int) -> Array:
    """(..., cells, cells) means of equal areas of planes (..., height, width)."""
    height, width = planes.shape[-2:]
    pooled: Array = _areas(height, cells) @ planes @ _areas(width, cells).T
    return pooled


@lru_cache(maxsize=64)
def _areas(size: int, cells: int) -> Array:
    """(cells, size) share of each pixel in the mean of each cell; cells need not be whole pixels."""
    edges = np.linspace(0, size, cells + 1)
    start = np.arange(size)
    overlap = np.minimum(edges[1:, None], start + 1) - np.maximum(edges[:-1, None], start)
    areas: Array = (np.clip(overlap, 0, 1) * cells / size).astype(np.float32)
    return areas
