"""One number that makes probabilities honest: outputs are divided by it before they become probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

ROWS = 2_000
"""Rows that determine it; one number needs no more, and every epoch asks for it."""
FEWEST_ROWS = 50
TINY = 1e-30
"""Smallest probability that is told from zero."""
LOWEST, HIGHEST = 0.2, 10.0
HALVINGS = 12


def softmax(outputs: Array) -> Array:
    """(rows, classes) float64 probabilities."""
    powers = np.exp(outputs.astype(np.float64) - outputs.max(axis=1, keepdims=True))
    probabilities: Array = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def temperature(outputs: Array, truth: Array, weight: Array) -> float:
    """The divisor of the outputs with the smallest log loss; 1 with too few rows to say.

    Args:
        outputs: (rows, classes) logits.
        truth: (rows,) class codes.
        weight: (rows,) row weights.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    if len(truth) < FEWEST_ROWS:
        return 1.0
    step = max(len(truth) // ROWS, 1)
    return divisor(outputs[::step], truth[::step], weight[::step], LOWEST, HIGHEST, HALVINGS)


def divisor(outputs: Array, truth: Array, weight: Array, lowest: float, highest: float, halvings: int) -> float:
    """The divisor of the outputs with the smallest log loss, between bounds, to so many halvings of its logarithm.

    The loss is convex in the inverse temperature, so its slope is halved in on.

    Args:
        outputs, truth, weight: as for `temperature`.
    """
    outputs, truth = outputs.astype(np.float64), truth.astype(np.int64)
    given = outputs[np.arange(len(truth)), truth]
    low, high = np.log(lowest), np.log(highest)
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        mean = (softmax(outputs / np.exp(middle)) * outputs).sum(axis=1)
        too_sure = np.average(mean - given, weights=weight) > 0.0
        low, high = (middle, high) if too_sure else (low, middle)
    return float(np.exp(0.5 * (low + high)))
