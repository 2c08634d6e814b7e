"""Statistics of one column, as documented in `types.Column`."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SAMPLE = 100_000
"""Cells from which statistics are computed when a column has more."""
BINS = 20
TOP = 20
_CODES = (-99999.0, -9999.0, -999.0, -99.0, -9.0, -1.0, 99.0, 999.0, 9999.0, 99999.0)
_SENTINEL_SHARE = 0.005


@lru_cache(maxsize=8)
def sample_positions(rows: int, limit: int = SAMPLE, seed: int = 0) -> Array | None:
    """Sorted positions of an evenly spread sample, one from each of `limit` stretches; None when all rows fit."""
    if rows <= limit:
        return None
    edges = np.arange(limit + 1, dtype=np.int64) * rows // limit
    positions: Array = np.random.default_rng(seed).integers(edges[:-1], edges[1:])
    return positions


def count_distinct(ordered: Array) -> int:
    """Distinct values among sorted ones."""
    return int((ordered[1:] != ordered[:-1]).sum()) + 1 if len(ordered) else 0


def _quantile(ordered: Array, share: float) -> float:
    """The value at a share of sorted ones, between two neighbours by linear interpolation."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] * (1 - (place - below)) + ordered[above] * (place - below))


def number_stats(ordered: Array) -> dict[str, Any]:
    """Range, moments, quartiles and histogram of sorted finite values; {} when there are none."""
    if len(ordered) == 0:
        return {}
    low, q25, median, q75, high = (_quantile(ordered, share) for share in (0, 0.25, 0.5, 0.75, 1))
    # Scaled first: values near the largest float would overflow in the moments.
    scale = max(abs(low), abs(high)) or 1.0
    scaled = ordered / scale
    mean, std = float(scaled.mean()), float(scaled.std())
    edges = np.linspace(scaled[0], scaled[-1], BINS + 1) if high > low else np.array([scaled[0] - 0.5, scaled[0] + 0.5])
    counts = np.diff(np.searchsorted(scaled, edges[1:-1]), prepend=0, append=len(scaled))
    return {
        "min": low,
        "max": high,
        "mean": mean * scale,
        "std": std * scale,
        "median": median,
        "q25": q25,
        "q75": q75,
        "skew": _skew((scaled - mean) / std) if std > 0 else 0.0,
        "histogram": {"edges": (edges * scale).tolist(), "counts": counts.tolist()},
    }


def _skew(standard: Array) -> float:
    return float((standard * standard * standard).mean())


def top_labels(names: list[str], counts: Array) -> list[list[Any]]:
    """The most frequent labels, at most 20, with their counts."""
    order = np.argsort(-counts, kind="stable")[:TOP]
    return [[names[place], int(counts[place])] for place in order]


def date_stats(seconds: Array) -> dict[str, Any]:
    """First and last date in ISO form; {} when there are none."""
    if len(seconds) == 0:
        return {}
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
    ends = [epoch + dt.timedelta(seconds=float(value)) for value in (seconds.min(), seconds.max())]
    return {"min": ends[0].isoformat(), "max": ends[1].isoformat()}


def sentinels(values: Array) -> dict[str, int]:
    """Numbers that look like codes for 'missing', with how often they occur.

    A code from the list is one when it is in at least 0.5 % of the cells (and three) and apart from all values that are
    no such codes: -1 and -9 where no other value is negative and the others span more than a yes/no; the longer ones
    where the gap to the others is larger than the others' whole range.

    Args:
        values: finite values.
    """
    coded = np.isin(values, _CODES)
    if not coded.any() or coded.all():
        return {}
    others = values[~coded]
    codes, counts = np.unique(values[coded], return_counts=True)
    least = max(3, _SENTINEL_SHARE * len(values))
    return {
        f"{code:g}": int(count)
        for code, count in zip(codes, counts, strict=True)
        if count >= least and _is_apart(float(code), float(others.min()), float(others.max()))
    }


def _is_apart(code: float, low: float, high: float) -> bool:
    if code in (-1.0, -9.0):
        return low >= 0 and high - low >= 2
    gap = low - code if code < 0 else code - high
    return gap > max(high - low, 1.0)
