"""Increasing curves that bring the tails of numbers in: the power of Yeo and Johnson, and normal scores.

Source: Yeo and Johnson 2000, "A new family of power transformations to improve normality or symmetry".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

EXPONENTS = (-1.0, 3.0)
"""Bounds of the exponent: 1 leaves numbers as they are, 0 is a logarithm of the upper side, 2 of the lower one. Further
out the tail is pressed together so much that single precision cannot tell its numbers apart."""
STEPS, ROUNDS = 21, 4
"""Exponents compared at a time, and how often the steps become a tenth as wide: the last one is 0.0002."""
MOST_ROWS = 20_000
KNOTS = 101


def power(values: Array, exponent: float) -> Array:
    """(n,) numbers bent: powers of 1 + |number|, of slope 1 at zero; the lower side has that of 2 - exponent."""
    return np.where(values >= 0, _side(values, exponent), -_side(-values, 2.0 - exponent))


def unbent(values: Array, exponent: float) -> Array:
    """The reverse of `power`; infinite beyond what it can reach."""
    return np.where(values >= 0, _unside(values, exponent), -_unside(-values, 2.0 - exponent))


def _side(values: Array, exponent: float) -> Array:
    logs = np.log1p(np.maximum(values, 0.0))
    return logs if exponent == 0 else np.expm1(exponent * logs) / exponent


def _unside(values: Array, exponent: float) -> Array:
    values = np.maximum(values, 0.0)
    if exponent == 0:
        return np.expm1(values)
    with np.errstate(divide="ignore", over="ignore"):
        return np.expm1(np.log1p(np.maximum(exponent * values, -1.0)) / exponent)


def exponent(values: Array) -> float:
    """The exponent in `EXPONENTS` that makes numbers most normal (maximum likelihood); 1 where all are equal.

    Args:
        values: (n,) finite numbers; of more than 20,000 as many, evenly spread over their order.
    """
    values = np.sort(values)[np.linspace(0, len(values) - 1, min(len(values), MOST_ROWS)).astype(np.int64)]
    if len(values) < 3 or values[0] == values[-1]:
        return 1.0
    slopes = float((np.sign(values) * np.log1p(np.abs(values))).mean())
    (low, high), best = EXPONENTS, 1.0
    for _ in range(ROUNDS):
        tried = np.linspace(low, high, STEPS)
        likelihoods = [(one - 1.0) * slopes - 0.5 * np.log(power(values, one).var()) for one in tried.tolist()]
        best = float(tried[int(np.argmax(likelihoods))])
        step = float(tried[1] - tried[0])
        low, high = max(best - step, EXPONENTS[0]), min(best + step, EXPONENTS[1])
    return best


def normal_scores(values: Array) -> tuple[Array, Array]:
    """(about a hundred of the numbers, their normal scores), both strictly increasing, from the least to the largest.

    The scores are evenly spaced, so that the tails are told as finely as the middle. Equal numbers share one score.
    """
    from scipy.special import ndtr, ndtri

    end = float(ndtri(1.0 - 0.5 / max(len(values), 2)))
    scores = np.linspace(-end, end, KNOTS)
    levels = ndtr(scores)
    levels[[0, -1]] = 0.0, 1.0
    knots, place = np.unique(np.quantile(values, levels), return_inverse=True)
    return knots, np.bincount(place, scores) / np.bincount(place)
