"""Functions of one number for linear models: splines, quantile bins, quantile scores.

Every function is a cubic polynomial between knots, so that a fitted model can be printed exactly, as a table or as SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from automl.encode.spread import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.dataset import Array

BasisName = Literal["plain", "spline", "bins", "quantile"]
"""What a linear model sees of a number: itself, a natural cubic spline, steps, or its normal score."""
BASES: tuple[str, ...] = get_args(BasisName)
KNOTS = 7
FEWER_KNOTS = ((100, 4), (300, 5))
"""(rows, knots): with fewer rows than this a spline has only so many knots."""
OUTER = 0.025
"""Quantile of the outermost knots of a spline, beyond which it is a straight line (Harrell 2015, table 2.3)."""
BINS = 10
SCORES = 33
LEAST_DISTINCT = 4
"""Numbers with fewer distinct values than this stay as they are."""


@dataclass(frozen=True)
class Piecewise:
    """Functions of one number, each a cubic polynomial between knots.

    Attributes:
        knots: (k,) ascending; an interval holds its left knot.
        coefficients: (k + 1, 4, m): interval, power of (x - origin), function. The origin of an interval is its left
            knot, of the first one the first knot, and 0 when there are none.
    """

    knots: Array
    coefficients: Array

    @property
    def width(self) -> int:
        """Number of functions."""
        return int(self.coefficients.shape[2])

    @property
    def origins(self) -> Array:
        """(k + 1,) what is subtracted in each interval."""
        return np.concatenate([self.knots[:1], self.knots]) if len(self.knots) else np.zeros(1)

    def __call__(self, x: Array) -> Array:
        """(n, m) values at (n,) finite numbers."""
        interval = np.searchsorted(self.knots, x, side="right")
        distance = (x - self.origins[interval])[:, None]
        values: Array = self.coefficients[interval, 3]
        for power in (2, 1, 0):
            values = values * distance + self.coefficients[interval, power]
        return values


def straight(mean: float, scale: float) -> Piecewise:
    """The number itself, standardised."""
    return Piecewise(np.zeros(0), np.asarray([[-mean / scale, 1 / scale, 0.0, 0.0]])[:, :, None])


def fit(x: Array, name: str) -> Piecewise | None:
    """Functions of one number by its training values; None when too few values differ.

    Args:
        x: (n,) finite values.
        name: 'spline', 'bins' or 'quantile'.
    """
    if len(np.unique(x[:1000])) < LEAST_DISTINCT and len(np.unique(x)) < LEAST_DISTINCT:
        return None
    makers = {"spline": _spline, "bins": _bins, "quantile": _scores}
    return makers[name](x)


def _spline(x: Array) -> Piecewise | None:
    """The number itself and a natural cubic spline, one function a knot: 1 there and 0 at the other knots.

    Its coefficients are what the curve adds at each knot; a penalty pulls it towards the straight line.
    Source: Green and Silverman 1994, section 2.1 (second derivatives from values).
    """
    count = next((knots for rows, knots in FEWER_KNOTS if len(x) < rows), KNOTS)
    knots = _quantiles(x, np.linspace(OUTER, 1 - OUTER, count))
    if len(knots) < LEAST_DISTINCT:
        knots = _quantiles(np.unique(x), np.linspace(OUTER, 1 - OUTER, count))
    if len(knots) < LEAST_DISTINCT:
        return None
    steps, values, bends = np.diff(knots), np.eye(len(knots)), _second_derivatives(knots)
    coefficients = np.zeros((len(knots) + 1, 4, len(knots)))
    slopes = np.diff(values, axis=0) / steps[:, None] - steps[:, None] * (2 * bends[:-1] + bends[1:]) / 6
    coefficients[1:-1] = np.stack([values[:-1], slopes, bends[:-1] / 2, np.diff(bends, axis=0) / steps[:, None] / 6], 1)
    last = (values[-1] - values[-2]) / steps[-1] + steps[-1] * (bends[-2] + 2 * bends[-1]) / 6
    coefficients[0, :2] = values[0], slopes[0]
    coefficients[-1, :2] = values[-1], last
    mean, scale = float(x.mean()), float(x.std())
    line = np.zeros((len(knots) + 1, 4, 1))
    line[:, 0, 0] = (np.concatenate([knots[:1], knots]) - mean) / scale
    line[:, 1, 0] = 1 / scale
    return Piecewise(knots, np.concatenate([line, coefficients], axis=2))


def _second_derivatives(knots: Array) -> Array:
    """(k, k) second derivatives at the knots of the natural splines through the unit vectors."""
    steps = np.diff(knots)
    inner = range(len(knots) - 2)
    band, right = np.zeros((len(knots) - 2,) * 2), np.zeros((len(knots) - 2, len(knots)))
    for i in inner:
        band[i, i] = (steps[i] + steps[i + 1]) / 3
        right[i, i : i + 3] = 1 / steps[i], -1 / steps[i] - 1 / steps[i + 1], 1 / steps[i + 1]
        if i:
            band[i, i - 1] = band[i - 1, i] = steps[i] / 6
    bends = np.zeros((len(knots), len(knots)))
    bends[1:-1] = np.linalg.solve(band, right)
    return bends


def _bins(x: Array) -> Piecewise | None:
    """A 0/1 column for each of about equally full intervals."""
    distinct = np.unique(x)
    if len(distinct) <= BINS:
        knots = np.asarray([(low + high) / 2 for low, high in pairwise(distinct)])
    else:
        knots = _quantiles(x, np.linspace(0, 1, BINS + 1)[1:-1])
        knots = knots[knots > distinct[0]]
    if not len(knots):
        return None
    coefficients = np.zeros((len(knots) + 1, 4, len(knots) + 1))
    coefficients[:, 0] = np.eye(len(knots) + 1)
    return Piecewise(knots, coefficients)


def _scores(x: Array) -> Piecewise | None:
    """The normal score of the number's rank, straight between quantiles and constant beyond the outermost."""
    shares = np.linspace(0.5 / SCORES, 1 - 0.5 / SCORES, SCORES)
    knots = _quantiles(x, shares)
    if len(knots) < LEAST_DISTINCT:
        return None
    ordered = np.sort(x)
    ranks = (np.searchsorted(ordered, knots, "left") + np.searchsorted(ordered, knots, "right")) / 2 / len(x)
    normal = NormalDist()
    scores = np.asarray([normal.inv_cdf(share) for share in np.clip(ranks, shares[0], shares[-1]).tolist()])
    coefficients = np.zeros((len(knots) + 1, 4, 1))
    coefficients[:, 0, 0] = np.concatenate([scores[:1], scores])
    coefficients[1:-1, 1, 0] = np.diff(scores) / np.diff(knots)
    return Piecewise(knots, coefficients)


def _quantiles(x: Array, shares: Array) -> Array:
    """Distinct quantiles, none so near to the next that a slope between them would overflow, or be rounding."""
    found = np.unique(np.quantile(x, shares))
    apart = np.diff(found) > max(1e-9 * float(np.ptp(found)), ROUNDING * float(np.abs(found).max()), 1e-39)
    kept: Array = found[np.concatenate([[True], apart])]
    return kept


def transform(functions: Sequence[Piecewise], numbers: Array) -> Array:
    """(n, sum of widths) the functions of each column of (n, a) finite numbers, side by side."""
    blocks = [function(column) for function, column in zip(functions, numbers.T, strict=True)]
    return np.hstack(blocks) if blocks else np.zeros((len(numbers), 0))


def state(functions: Sequence[Piecewise]) -> dict[str, Array]:
    """Arrays by name."""
    knots = {f"knots{i}": function.knots for i, function in enumerate(functions)}
    return knots | {f"coefficients{i}": function.coefficients for i, function in enumerate(functions)}


def from_state(arrays: dict[str, Array]) -> tuple[Piecewise, ...]:
    """The functions that `state` described."""
    return tuple(Piecewise(arrays[f"knots{i}"], arrays[f"coefficients{i}"]) for i in range(len(arrays) // 2))
