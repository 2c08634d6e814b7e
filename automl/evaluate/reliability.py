"""How far stated probabilities are from the shares that come true: reliability curve and calibration error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.evaluate.weights import resamples
from automl.types import Interval

if TYPE_CHECKING:
    from automl.data.dataset import Array

BINS = 15
DRAWS = 200
MOST_ROWS = 20_000
"""Rows that are resampled at most."""


@dataclass(frozen=True)
class _Bins:
    """Rows in bins of about equal numbers by stated probability, equal probabilities in one bin.

    Attributes:
        stated: (n,) probabilities.
        true: (n,) 1 where the event happened.
        slot: (n,) bin of each row.
        count: number of bins.
    """

    stated: Array
    true: Array
    slot: Array
    count: int

    def sums(self, values: Array) -> Array:
        """(bins,) sums of (n,) values in each bin."""
        return np.bincount(self.slot, values, self.count)


def ece(y: Array, probabilities: Array, weight: Array | None = None) -> float:
    """Expected calibration error: mean distance of stated and true share over 15 equal-mass bins.

    Of two classes the probability of the second is judged; of more, that of the most probable class.

    Args:
        y: (n,) class codes.
        probabilities: (n, classes).
        weight: (n,) row weights or None.

    Source: Naeini et al. 2015, with bins of equal numbers (Nixon et al. 2019).
    """
    bins = _bins(y, probabilities)
    return _ece(bins, _weights(len(y), weight)) if len(y) else float("nan")


def ece_interval(y: Array, probabilities: Array, weight: Array | None = None, seed: int = 0) -> Interval:
    """ECE with a 95 % bootstrap interval over rows.

    Resampling adds noise, which raises the error of every resample; their distribution is moved back to the value.
    """
    bins, rows = _bins(y, probabilities), _weights(len(y), weight)
    value, rng = _ece(bins, rows), np.random.default_rng(seed)
    part = np.arange(len(y)) if len(y) <= MOST_ROWS else np.sort(rng.choice(len(y), MOST_ROWS, replace=False))
    gaps, slot = (bins.stated - bins.true)[part] * rows[part], bins.slot[part]
    order = np.argsort(slot, kind="stable")
    starts = np.searchsorted(slot[order], np.unique(slot))
    sample = []
    for times in resamples(None, len(part), DRAWS, rng):
        off = np.abs(np.add.reduceat((times * gaps[:, None])[order], starts, axis=0)).sum(axis=0)
        sample.append(off / (times * rows[part][:, None]).sum(axis=0))
    draws = np.concatenate(sample)
    moved = (draws - draws.mean()) * np.sqrt(len(part) / len(y)) + value
    low, high = np.percentile(moved, (2.5, 97.5))
    return Interval(value, float(max(min(low, value), 0.0)), float(max(high, value)))


def chance(y: Array, probabilities: Array, weight: Array | None = None) -> float:
    """The ECE that perfect probabilities stay below in 95 % of samples of this size.

    Source: the sum of Bernoulli errors in a bin is near to normal with variance sum of w^2 p (1 - p).
    """
    bins, rows = _bins(y, probabilities), _weights(len(y), weight)
    spread = np.sqrt(bins.sums(rows**2 * bins.stated * (1 - bins.stated)))
    draws = np.abs(np.random.default_rng(0).normal(size=(1_000, bins.count)) * spread).sum(axis=1) / rows.sum()
    return float(np.percentile(draws, 95))


def curve(y: Array, probabilities: Array, weight: Array | None = None) -> list[dict[str, Any]]:
    """The reliability curve, a point a bin: {stated, true, low, high, rows}; low and high are a 95 % interval."""
    bins, rows = _bins(y, probabilities), _weights(len(y), weight)
    count = np.bincount(bins.slot, minlength=bins.count)
    mass = np.maximum(bins.sums(rows), 1e-300)
    stated, true = bins.sums(rows * bins.stated) / mass, bins.sums(rows * bins.true) / mass
    points = []
    for s, t, n in zip(stated, true, count, strict=True):
        low, high = wilson(float(t), int(n))
        points.append({"stated": float(s), "true": float(t), "low": low, "high": high, "rows": int(n)})
    return points


def wilson(share: float, count: int) -> tuple[float, float]:
    """95 % interval of a share of `count` rows. Source: Wilson 1927; Brown et al. 2001 recommend it."""
    z = 1.959963984540054
    if count < 1:
        return 0.0, 1.0
    scale = 1 + z**2 / count
    middle = (share + z**2 / (2 * count)) / scale
    half = z * ((share * (1 - share) + z**2 / (4 * count)) / count) ** 0.5 / scale
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _bins(y: Array, probabilities: Array) -> _Bins:
    p = probabilities.astype(np.float64)
    if p.shape[1] == 2:
        stated, true = p[:, 1], y == 1
    else:
        stated, true = p.max(axis=1), p.argmax(axis=1) == y
    if not len(y):
        return _Bins(stated, true.astype(float), np.zeros(0, dtype=np.int64), 0)
    edges = np.unique(np.quantile(stated, np.linspace(0, 1, BINS + 1)))
    slot = np.unique(np.searchsorted(edges[1:-1], stated, side="left"), return_inverse=True)[1]
    return _Bins(stated, true.astype(float), slot, int(slot.max()) + 1)


def _ece(bins: _Bins, weight: Array) -> float:
    return float(np.abs(bins.sums(weight * (bins.stated - bins.true))).sum() / weight.sum())


def _weights(count: int, weight: Array | None) -> Array:
    return np.ones(count) if weight is None else np.asarray(weight, dtype=float)
