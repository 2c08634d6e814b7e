"""Series by random convolution kernels: the share of a series where a kernel's response exceeds a threshold.

Source: Dempster, Schmidt and Webb 2021, "MiniRocket: a very fast (almost) deterministic transform for time series
classification"; differences beside the series as in Tan et al. 2022, "MultiRocket".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.encode.series import Filled, filled, summaries
from automl.encode.spread import deviations

if TYPE_CHECKING:
    import pandas as pd

    from automl.data.dataset import Array

TAPS = 9
CHOSEN = np.array(list(combinations(range(TAPS), 3)))
"""(84, 3) taps of weight 2 of each kernel; the others weigh -1."""
MOST_DILATIONS = 16
SLOTS, FEW_SLOTS = 32, 12
"""Thresholds of each kernel over all dilations, of the series and of its differences: 84 times as many features."""
LARGE = 2_000_000
"""Cells from which on the fewer are taken."""
LEARNT_FROM = 64
"""Series whose responses thresholds are quantiles of."""
CELLS_A_CHUNK = 32_768
"""Keeps the working arrays of a chunk in the processor's cache."""
GOLDEN = (np.sqrt(5) + 1) / 2


@dataclass(frozen=True)
class Bank:
    """The kernels of one dilation on the series (order 0) or on its differences (order 1).

    Attributes:
        channels: for each kernel the channels that it sums over.
        thresholds: (84, k) of its responses.
    """

    order: int
    dilation: int
    channels: tuple[tuple[int, ...], ...]
    thresholds: Array

    def shares(self, values: Array, lengths: Array) -> Array:
        """(n, 84 k) shares of each series where the response is above each threshold.

        Args:
            values: (n, channels, length) float32, zero from the end of a series on.
            lengths: (n,) at least one.
        """
        used = np.arange(values.shape[2]) < lengths[:, None]
        whole = bool(used.all())
        found = np.empty((len(values), *self.thresholds.shape), np.float32)
        for kernel, response in enumerate(responses(values, self.dilation, self.channels)):
            for place, threshold in enumerate(self.thresholds[kernel]):
                above = response > threshold
                found[:, kernel, place] = np.count_nonzero(above if whole else above & used, axis=1)
        flat: Array = found.reshape(len(values), self.thresholds.size) / lengths[:, None].astype(np.float32)
        return flat


def responses(values: Array, dilation: int, channels: tuple[tuple[int, ...], ...]) -> Any:
    """Yields the (n, length) response of each of the 84 kernels, with zeros beyond both ends."""
    count, width, size = values.shape
    reach = (TAPS // 2) * dilation
    padded = np.zeros((count, width, size + 2 * reach), np.float32)
    padded[:, :, reach : reach + size] = values
    shifted = np.stack([padded[:, :, tap * dilation : tap * dilation + size] for tap in range(TAPS)])
    base = -shifted.sum(axis=0)
    shifted *= 3
    for taps, chosen in zip(CHOSEN, channels, strict=True):
        response = np.zeros((count, size), np.float32)
        for channel in chosen:
            response += base[:, channel]
            for tap in taps:
                response += shifted[tap, :, channel]
        yield response


@dataclass
class RandomKernels:
    """Encoder from series to shares of responses above thresholds, beside the summary features.

    Kernels sum to zero and do not see a series' level, which the summaries tell.

    Attributes:
        channels: of a series.
        seed: of the channels that kernels see, and of the series that thresholds come from.
        centre, scale: (channels,) mean and standard deviation in training.
        banks: empty until fitted.
    """

    channels: int
    seed: int
    centre: list[float] = field(default_factory=list)
    scale: list[float] = field(default_factory=list)
    banks: list[Bank] = field(default_factory=list)

    def fit_transform(self, frame: pd.DataFrame) -> Array:
        """Choose kernels and thresholds, and transform the training rows."""
        series = filled(frame, self.channels)
        used = np.arange(series.values.shape[2]) < series.lengths[:, None]
        self.centre, self.scale = [], []
        for channel in range(self.channels):
            known = series.values[:, channel][used]
            self.centre.append(float(known.mean()) if len(known) else 0.0)
            self.scale.append(float(deviations(known)) if len(known) else 1.0)
        slots = SLOTS if series.values.size <= LARGE else FEW_SLOTS
        self.banks = _banks(self._orders(series), series.lengths, slots, np.random.default_rng([self.seed, 6]))
        return self._features(series)

    def transform(self, frame: pd.DataFrame) -> Array:
        """(n, features) float32."""
        return self._features(filled(frame, self.channels))

    def _orders(self, series: Filled) -> tuple[Array, Array]:
        """The standardised series and its differences, both (n, channels, length) and zero beyond the end."""
        centre, scale = (np.asarray(part)[None, :, None] for part in (self.centre, self.scale))
        places = np.arange(series.values.shape[2])
        values = ((series.values - centre) / scale).astype(np.float32)
        values *= (places < series.lengths[:, None])[:, None]
        steps = np.diff(values, axis=2, prepend=values[:, :, :1])
        steps *= (places < series.lengths[:, None])[:, None]
        return values, steps

    def _features(self, series: Filled) -> Array:
        step = max(CELLS_A_CHUNK // max(series.values[0].size if len(series.values) else 1, 1), 1)
        chunks = [
            Filled(series.values[i : i + step], series.lengths[i : i + step])
            for i in range(0, max(len(series.values), 1), step)
        ]
        return np.vstack([self._chunk(chunk) for chunk in chunks])

    def _chunk(self, series: Filled) -> Array:
        orders, lengths = self._orders(series), np.maximum(series.lengths, 1)
        return np.hstack([*(bank.shares(orders[bank.order], lengths) for bank in self.banks), summaries(series)])

    def state(self) -> dict[str, Any]:
        """What `from_state` needs, as JSON."""
        banks = [
            {"order": b.order, "dilation": b.dilation, "channels": b.channels, "thresholds": b.thresholds.tolist()}
            for b in self.banks
        ]
        return {
            "kind": "random_kernels", "channels": self.channels, "seed": self.seed, "centre": self.centre,
            "scale": self.scale, "banks": banks,
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> RandomKernels:
        """The encoder of that state."""
        banks = [
            Bank(
                int(bank["order"]),
                int(bank["dilation"]),
                tuple(tuple(chosen) for chosen in bank["channels"]),
                np.asarray(bank["thresholds"], np.float32),
            )
            for bank in state["banks"]
        ]
        return cls(int(state["channels"]), int(state["seed"]), state["centre"], state["scale"], banks)


def dilations(length: int, slots: int) -> dict[int, int]:
    """Dilation -> thresholds a kernel, the former exponentially apart up to kernels as long as the series."""
    most = np.log2(max((length - 1) / (TAPS - 1), 1))
    every = (2 ** np.linspace(0, most, min(MOST_DILATIONS, slots))).astype(int)
    found, counts = np.unique(every, return_counts=True)
    shares = np.maximum((counts * slots / len(every)).astype(int), 1)
    return {int(d): int(k) for d, k in zip(found, shares, strict=True)}


def _banks(orders: tuple[Array, Array], lengths: Array, slots: int, generator: np.random.Generator) -> list[Bank]:
    """A bank for each order and dilation, thresholds at quantiles of the responses of some training series."""
    known = np.flatnonzero(lengths > 1)
    if not len(known):
        return []
    rows = np.sort(generator.choice(known, min(LEARNT_FROM, len(known)), replace=False))
    banks, place = [], 1
    for order, values in enumerate(orders):
        for dilation, count in dilations(values.shape[2], slots // 2).items():
            channels = tuple(_some(values.shape[1], generator) for _ in CHOSEN)
            thresholds = np.empty((len(CHOSEN), count), np.float32)
            for kernel, response in enumerate(responses(values[rows], dilation, channels)):
                row = generator.integers(len(rows))
                levels = np.arange(place, place + count) * GOLDEN % 1
                thresholds[kernel] = np.quantile(response[row, : lengths[rows[row]]], levels)
                place += count
            banks.append(Bank(order, dilation, channels, thresholds))
    return banks


def _some(channels: int, generator: np.random.Generator) -> tuple[int, ...]:
    """Channels of one kernel: as often few as many."""
    count = int(2 ** generator.uniform(0, np.log2(min(channels, TAPS) + 1)))
    return tuple(int(c) for c in np.sort(generator.choice(channels, min(max(count, 1), channels), replace=False)))
