"""Series, one a row, as an array of time steps and channels for networks."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl.encode.spread import deviations

if TYPE_CHECKING:
    import pandas as pd

    from automl.data.dataset import Array
    from automl.encode.state import State

LONGEST = 512
"""Time steps; longer series are averaged over blocks of steps."""
FLAT = 1e-8
"""A series whose deviation is a smaller share of its size than this is flat."""
FAR = 5.0
"""Statistics are cut at so many deviations."""


@dataclass(frozen=True)
class SeriesArray:
    """A fitted encoder of series.

    Attributes:
        channels: of a series; the columns of the frame are channel after channel.
        block: steps averaged into one.
        masked: whether training series had missing steps, so that a mask of each channel follows.
        scale: whether level and spread, which standardising takes away, follow as constant channels.
        center, spread: (2 * channels,) mean and deviation of these statistics over the training rows.
    """

    channels: int
    block: int
    masked: bool
    scale: bool
    center: Array
    spread: Array
    steps: int

    @classmethod
    def fit(cls, frame: pd.DataFrame, channels: int, *, scale: bool) -> SeriesArray:
        """From training rows; `scale` keeps level and spread as inputs."""
        values = _values(frame, channels)
        block = -(-values.shape[2] // LONGEST)
        level, spread = _statistics(values)
        known = _described(level, spread)
        masked = bool(np.isnan(values).any())
        return cls(channels, block, masked, scale, known.mean(axis=0), deviations(known), values.shape[2])

    @property
    def inputs(self) -> int:
        """Channels of the array."""
        return self.channels * (1 + self.masked + 2 * self.scale)

    @property
    def width(self) -> int:
        """Numbers of a row."""
        return self.inputs * -(-self.steps // self.block)

    def transform(self, frame: pd.DataFrame) -> Array:
        """(rows, steps, inputs) float32, finite: each series standardised, 0 where missing; then mask, level, spread.

        A channel of a row is scaled by its own mean and deviation; a flat one is zero.
        """
        values = _values(frame, self.channels)
        level, spread = _statistics(values)
        missing = np.isnan(values)
        factor = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
        scaled = np.where(missing, 0.0, (values - level[:, :, None]) * factor[:, :, None])
        parts = [_blocks(scaled, self.block)]
        if self.masked:
            parts.append(_blocks(missing.astype(np.float64), self.block))
        if self.scale:
            known = np.clip((_described(level, spread) - self.center) / self.spread, -FAR, FAR)
            parts.append(np.repeat(known[:, :, None], parts[0].shape[2], axis=2))
        array: Array = np.concatenate(parts, axis=1).transpose(0, 2, 1).astype(np.float32)
        return np.ascontiguousarray(array)

    def state(self) -> State:
        """JSON part and arrays."""
        plain = {name: getattr(self, name) for name in ("channels", "block", "masked", "scale", "steps")}
        return plain, {"center": self.center, "spread": self.spread}

    @classmethod
    def from_state(cls, state: State) -> SeriesArray:
        """The encoder that `state` described."""
        plain, arrays = state
        return cls(**plain, center=arrays["center"], spread=arrays["spread"])


def _values(frame: pd.DataFrame, channels: int) -> Array:
    """(rows, channels, steps) float64, NaN where missing or infinite."""
    values = frame.to_numpy(np.float64).reshape(len(frame), channels, -1)
    return np.where(np.isfinite(values), values, np.nan)


def _statistics(values: Array) -> tuple[Array, Array]:
    """(rows, channels) mean and deviation of what is not missing; 0 of nothing, and no deviation of a flat series."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, of a channel that is missing throughout
        level = np.nan_to_num(np.nanmean(values, axis=2))
        spread = np.nan_to_num(np.nanstd(values, axis=2))
    return level, np.where(spread > FLAT * (np.abs(level) + FLAT), spread, 0.0)


def _described(level: Array, spread: Array) -> Array:
    """(rows, 2 * channels) level and spread, squeezed so that a few large ones do not rule."""
    known: Array = np.concatenate([np.arcsinh(level), np.log(spread + 1e-12)], axis=1)
    return known


def _blocks(values: Array, block: int) -> Array:
    """(rows, channels, steps / block) means of blocks; the last one repeats its end."""
    if block == 1:
        return values
    fill = -values.shape[2] % block
    values = np.pad(values, ((0, 0), (0, 0), (0, fill)), mode="edge")
    means: Array = values.reshape(*values.shape[:2], -1, block).mean(axis=3)
    return means
