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


def divisor(
    outputs: Array,
    truth: Array,
    weight: Array,
    lowest: float,
    highest: float,
    halvings: int,
    *,
    rows: int | None = None,
) -> float:
    """The divisor of the outputs with the smallest log loss, between bounds, to so many halvings of its logarithm.

    The loss is convex in the inverse temperature, so its slope is halved in on. Below 1, where the outputs are made
    surer, it is the loss with one error more than was seen, placed among rows and wrong classes as the outputs
    themselves expect errors: k errors in n rows tell of a rate no smaller than about (k + 1) / (n + 2) (Laplace's rule
    of succession). Without it rows that all happen to be right would be made as sure as the bound allows; among many
    errors it does not count.

    Args:
        outputs, truth, weight: as for `temperature`.
        rows: independent rows, where one gives several lines; all lines when None.
    """
    outputs, truth, weight = outputs.astype(np.float64), truth.astype(np.int64), weight.astype(np.float64)
    seen = weight @ outputs[np.arange(len(truth)), truth]

    def too_sure(divided_by: float, more: Array, told: float) -> bool:
        mean = (softmax(outputs / divided_by) * outputs).sum(axis=1)
        return bool((weight + more) @ mean > seen + told)

    none = np.zeros(len(truth))
    more, told = none, 0.0
    if too_sure(1.0, none, 0.0):
        lowest = 1.0
    else:
        more, told = _one_error(outputs, weight.sum() / (rows or len(truth)))
        highest = 1.0
        if too_sure(1.0, more, told):
            return 1.0
    low, high = np.log(lowest), np.log(highest)
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if too_sure(np.exp(middle), more, told) else (low, middle)
    return float(np.exp(0.5 * (low + high)))


def _one_error(outputs: Array, weight: float) -> tuple[Array, float]:
    """(rows,) the weight of one error, divided as the outputs expect errors, and its weighted sum of outputs."""
    expected = weight * one_error(softmax(outputs))
    return expected.sum(axis=1), float((expected * outputs).sum())


def one_error(probabilities: Array) -> Array:
    """(rows, classes) how probable it is that one further error is of that row and class; zeros where none can be."""
    expected = probabilities.copy()
    expected[np.arange(len(expected)), expected.argmax(axis=1)] = 0.0
    return np.asarray(expected / max(float(expected.sum()), TINY))
