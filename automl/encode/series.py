"""Series, one a row, as a filled array, and its summary features for trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from automl.data.dataset import Array

POINTS = 64
"""Means over stretches of equal length that stand for the series itself; shorter ones are kept point by point."""
SEGMENTS = 6
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
LAGS = (1, 2, 3, 5, 8, 13)
BANDS = 8
LARGEST = 1e15
"""Cells are cut here, so that squares stay finite in double precision."""


@dataclass(frozen=True)
class Filled:
    """Series without missing cells.

    Attributes:
        values: (n, channels, length) float64; gaps are bridged by straight lines, the end holds the last value.
        lengths: (n,) cells up to the last that any channel has; 0 when there is none.
    """

    values: Array
    lengths: Array


def filled(frame: pd.DataFrame, channels: int) -> Filled:
    """The series of a typed frame of numbers, channel after channel in the order of time."""
    cells = np.clip(frame.to_numpy(np.float64), -LARGEST, LARGEST)
    values = cells.reshape(len(cells), channels, cells.shape[1] // channels).copy()
    known = np.isfinite(values)
    anywhere = known.any(axis=1)
    lengths = np.where(anywhere.any(axis=1), anywhere.shape[1] - anywhere[:, ::-1].argmax(axis=1), 0)
    grid = np.arange(values.shape[2])
    for row, channel in np.argwhere(~known.all(axis=2)):
        given = known[row, channel]
        series = values[row, channel]
        values[row, channel] = np.interp(grid, grid[given], series[given]) if given.any() else 0.0
    return Filled(values, lengths)


def stretched(series: Filled) -> Array:
    """(n, channels, length) values with shorter series drawn out to the whole length, by straight lines."""
    size = series.values.shape[2]
    values = series.values.copy()
    grid = np.arange(size)
    for row in np.flatnonzero((series.lengths < size) & (series.lengths > 0)):
        own = np.linspace(0, series.lengths[row] - 1, size)
        values[row] = [np.interp(own, grid, channel) for channel in series.values[row]]
    return values


def summaries(series: Filled) -> Array:
    """(n, features) float32: for each channel its course, segments, distribution, memory and spectrum; the lengths."""
    values = stretched(series)
    channels = [_summary(values[:, channel]) for channel in range(values.shape[1])]
    together = [_together(values)] if values.shape[1] > 1 else []
    return np.hstack([*channels, *together, series.lengths[:, None]]).astype(np.float32)


def _summary(values: Array) -> Array:
    """(n, features) of one channel, (n, length)."""
    points = _parts(values.shape[1], POINTS)
    course = np.stack([values[:, part].mean(axis=1) for part in points], axis=1)
    segments = [_segment(values[:, part]) for part in _parts(values.shape[1], SEGMENTS)]
    blocks = [course, np.diff(course, axis=1), *segments, _whole(values), _memory(values), _spectrum(values)]
    return np.hstack(blocks)


def _parts(length: int, most: int) -> list[Array]:
    """Positions of neighbouring stretches, `most` at most and none empty."""
    return np.array_split(np.arange(length), min(most, length))


def _segment(values: Array) -> Array:
    """(n, 5): mean, deviation, smallest, largest, slope a step."""
    moments = [values.mean(axis=1), values.std(axis=1), values.min(axis=1), values.max(axis=1), _slope(values)]
    return np.stack(moments, axis=1)


def _slope(values: Array) -> Array:
    """(n,) slopes of the least-squares lines."""
    time = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    slope: Array = values @ time / max(float(time @ time), 1.0)
    return slope


def _whole(values: Array) -> Array:
    """(n, 21) of the whole series: distribution, where it peaks, how it moves, how often it crosses its mean."""
    centred = values - values.mean(axis=1, keepdims=True)
    deviation = _positive(values.std(axis=1))
    steps = np.diff(values, axis=1) if values.shape[1] > 1 else np.zeros_like(values)
    above = centred > 0
    moves = [
        (centred**3).mean(axis=1) / deviation**3,
        (centred**4).mean(axis=1) / deviation**4,
        values.argmax(axis=1) / values.shape[1],
        values.argmin(axis=1) / values.shape[1],
        np.abs(steps).mean(axis=1),
        np.abs(steps).max(axis=1),
        steps.std(axis=1),
        (above[:, 1:] != above[:, :-1]).sum(axis=1),
        above.mean(axis=1),
    ]
    return np.hstack([_segment(values), np.quantile(values, LEVELS, axis=1).T, np.stack(moves, axis=1)])


def _memory(values: Array) -> Array:
    """(n, lags) autocorrelations; 0 for a constant series and for lags beyond its length."""
    centred = values - values.mean(axis=1, keepdims=True)
    total = _positive((centred**2).sum(axis=1))
    size = values.shape[1]
    lagged = [
        (centred[:, lag:] * centred[:, : size - lag]).sum(axis=1) / total if lag < size else np.zeros(len(values))
        for lag in LAGS
    ]
    return np.stack(lagged, axis=1)


def _spectrum(values: Array) -> Array:
    """(n, bands + 2): share of the energy in bands an octave apart, its centre, and the loudest frequency."""
    energy = np.abs(np.fft.rfft(values - values.mean(axis=1, keepdims=True), axis=1)[:, 1:]) ** 2
    count = energy.shape[1]
    if not count:
        return np.zeros((len(values), BANDS + 2))
    share = energy / _positive(energy.sum(axis=1))[:, None]
    octave = np.minimum(np.log2(np.arange(1, count + 1)).astype(int), BANDS - 1)
    bands = np.stack([share[:, octave == band].sum(axis=1) for band in range(BANDS)], axis=1)
    frequency = np.arange(1, count + 1) / count
    return np.hstack([bands, (share @ frequency)[:, None], frequency[energy.argmax(axis=1)][:, None]])


def _together(values: Array) -> Array:
    """(n, pairs) correlations of neighbouring channels."""
    centred = values - values.mean(axis=2, keepdims=True)
    norms = _positive(np.sqrt((centred**2).sum(axis=2)))
    alike: Array = (centred[:, 1:] * centred[:, :-1]).sum(axis=2) / (norms[:, 1:] * norms[:, :-1])
    return alike


def _positive(values: Array) -> Array:
    """The values with those of constant series, which divide nothing, at one."""
    return np.where(values > 1e-12, values, 1.0)


@dataclass
class SeriesSummaries:
    """Encoder from series to summary features; it learns nothing.

    Attributes:
        channels: of a series.
    """

    channels: int

    def fit_transform(self, frame: pd.DataFrame) -> Array:
        """The same as `transform`: nothing is fitted."""
        return self.transform(frame)

    def transform(self, frame: pd.DataFrame) -> Array:
        """(n, features) float32."""
        return summaries(filled(frame, self.channels))

    def state(self) -> dict[str, Any]:
        """What `from_state` needs, as JSON."""
        return {"kind": "series_summaries", "channels": self.channels}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> SeriesSummaries:
        """The encoder of that state."""
        return cls(int(state["channels"]))
