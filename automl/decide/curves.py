"""Learning curves: what more rows would bring a family, and from how many rows on another one would win.

A curve is a power law with an offset, e(n) = a + b (n + d)^-c with a, b, d >= 0 and 0.05 <= c <= 2 ("pow4"; "pow3" has
d = 0), fitted by weighted least squares to the losses at a few nested subsets. For given c and d the best a and b have
a closed form, so that a grid over c and d solves the whole problem, for all resamples of the rows at once.

Source of the form: Mohr, Viering, Loog and van Rijn 2022, LCDB 1.0. About one curve in seven misbehaves there (LCDB
1.1, 2025), so that a curve says itself whether it can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.dataset import Array

EXPONENTS = np.geomspace(0.05, 2.0, 49)
OFFSETS = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
"""Values of d tried, as multiples of the smallest number of rows."""
FARTHEST = 20.0
"""Crossings are looked for up to this many times the rows there are."""
LEVELS = (5.0, 95.0)
"""Percentiles of the bands."""

Form = Literal["pow4", "pow3", "last"]


@dataclass(frozen=True)
class Curve:
    """The fitted curve of one family.

    Attributes:
        form: 'pow4' from four anchors on, 'pow3' from three; 'last' repeats the last anchor.
        parameters: (4,) a, b, c, d of the fit to the losses themselves.
        draws: (D, 4) parameters of the fits to resampled losses.
        reason: why the curve is not to be trusted; '' when it is.
    """

    form: Form
    parameters: Array
    draws: Array
    reason: str = ""

    @property
    def trusted(self) -> bool:
        """Whether figures beyond the rows measured may be read from it."""
        return not self.reason

    def at(self, rows: Array | float) -> tuple[Array, Array, Array]:
        """Median, 5th and 95th percentile of the loss after learning from so many rows; each as long as `rows`."""
        values = self.sampled(rows)
        low, high = np.percentile(values, LEVELS, axis=0)
        return np.median(values, axis=0), low, high

    def sampled(self, rows: Array | float) -> Array:
        """(D, len(rows)) losses, a line a resample."""
        a, b, c, d = (column[:, None] for column in self.draws.T)
        values: Array = a + b * (np.atleast_1d(np.asarray(rows, dtype=float)) + d) ** -c
        return values


@dataclass(frozen=True)
class Crossing:
    """Where one family overtakes another.

    Attributes:
        rows: the smallest number of rows from which the median gain is above r; None when there is none in reach.
        low, high: its 90 % interval; None for an end that lies beyond reach.
        p_near: probability that it lies within four times the rows there are.
    """

    rows: float | None
    low: float | None
    high: float | None
    p_near: float


def fit_curve(rows: Sequence[int], losses: Sequence[float] | Array, draws: Array) -> Curve:
    """The curve through losses measured at growing numbers of rows.

    Args:
        rows: (A,) rows learnt from, ascending.
        losses: (A,) mean losses.
        draws: (D, A) the same losses on resamples of the rows judged, at least two.

    Raises:
        ValueError: no anchor at all.
    """
    n, e = np.asarray(rows, dtype=float), np.asarray(losses, dtype=float)
    if not len(n):
        raise ValueError("a learning curve needs at least one anchor")
    if len(n) < 3:
        flat = np.zeros((len(draws), 4))
        flat[:, 0] = draws[:, -1]
        return Curve("last", np.array([e[-1], 0.0, 0.0, 0.0]), flat, "fewer than three sizes were measured")
    form: Form = "pow4" if len(n) > 3 else "pow3"
    spread = np.maximum(draws.std(axis=0), 1e-9 + 1e-3 * np.abs(e))
    fitted = _least_squares(n, np.vstack([e, draws]), 1 / spread**2, form)
    curve = Curve(form, fitted[0], fitted[1:])
    return Curve(form, fitted[0], fitted[1:], _misfit(curve, n, e, spread))


def crossing(other: Curve, named: Curve, rows: float, margin: float) -> Crossing:
    """From how many rows on `other` is better than `named` by more than `margin`.

    Args:
        other, named: curves fitted to the same resamples, so that their draws pair up.
        rows: rows there are; looked for from here on.
        margin: the practical equivalence r.
    """
    grid = rows * np.geomspace(1.0, FARTHEST, 60)
    gain = named.sampled(grid) - other.sampled(grid) > margin  # (D, G)
    first = np.where(gain.any(axis=1), grid[gain.argmax(axis=1)], np.inf)
    central = np.median(named.sampled(grid) - other.sampled(grid), axis=0) > margin
    low, high = np.percentile(first, LEVELS, method="nearest")
    return Crossing(
        rows=float(grid[central.argmax()]) if central.any() else None,
        low=float(low) if np.isfinite(low) else None,
        high=float(high) if np.isfinite(high) else None,
        p_near=float(np.mean(first <= 4 * rows)),
    )


def doubling(curve: Curve, rows: float, left: float) -> tuple[float, float, float]:
    """Loss saved by twice the rows: median, 5th and 95th percentile.

    Args:
        curve: of the family.
        rows: rows there are.
        left: the loss measured at these rows: no more can be saved.
    """
    saved = np.minimum(np.subtract(*curve.sampled(np.array([rows, 2 * rows])).T), left)
    low, high = np.percentile(saved, LEVELS)
    return float(np.median(saved)), float(low), float(high)


def _least_squares(n: Array, losses: Array, weight: Array, form: Form) -> Array:
    """(D, 4) parameters of the best bounded fit to each line of losses.

    Args:
        n: (A,) rows.
        losses: (D, A).
        weight: (A,) of each anchor.
        form: 'pow3' keeps d at 0.
    """
    offsets = OFFSETS[:1] if form == "pow3" else OFFSETS
    best, chosen = np.full(len(losses), np.inf), np.zeros((len(losses), 4))
    for c in EXPONENTS:
        for d in offsets * n[0]:
            x = (n + d) ** -c
            a, b = _line(x / x[0], losses, weight)
            missed = ((losses - a[:, None] - b[:, None] * (x / x[0])) ** 2) @ weight
            better = missed < best - 1e-12
            best = np.where(better, missed, best)
            chosen[better] = np.column_stack([a, b / x[0], np.full_like(a, c), np.full_like(a, d)])[better]
    return chosen


def _line(x: Array, losses: Array, weight: Array) -> tuple[Array, Array]:
    """(D,) a >= 0 and b >= 0 of the weighted least squares line a + b x through each line of losses (D, A)."""
    share = weight / weight.sum()
    mean_x, mean_y = x @ share, losses @ share
    b = (losses - mean_y[:, None]) @ (share * (x - mean_x)) / ((x - mean_x) ** 2 @ share)
    b = np.maximum(b, 0.0)
    a = mean_y - b * mean_x
    through_zero = losses @ (share * x) / (x**2 @ share)
    b = np.where(a < 0, np.maximum(through_zero, 0.0), b)
    return np.maximum(a, 0.0), b


def _misfit(curve: Curve, n: Array, losses: Array, spread: Array) -> str:
    """Why figures beyond the anchors would be misleading; '' when nothing speaks against them."""
    if (np.diff(losses) > np.hypot(spread[1:], spread[:-1])).any():
        return "the loss rises with more rows"
    a, b, c, d = curve.parameters
    missed = np.abs(losses - (a + b * (n + d) ** -c))
    far = np.sqrt(np.mean(missed[-2:] ** 2)) > np.mean(spread[-2:])
    return "the curve misses the largest sizes by more than their standard error" if far else ""
