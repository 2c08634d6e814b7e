"""Metrics that depend on predictions only through how often each class is meant, said and hit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.evaluate.ranking import Scorer

Counts = Callable[["Array", "Array", "Array"], float]
"""(meant, said, hit): weight of the rows of each class, of those predicted as it, and of those where both agree."""


def counted(formula: Counts) -> Callable[[Array, Array], Scorer]:
    """Scorer factory of a formula of class counts; the predicted class is the most probable one."""

    def prepare(y: Array, predictions: Array) -> Scorer:
        classes = max(predictions.shape[1], int(y.max(initial=0)) + 1)
        said = predictions.argmax(axis=1)
        right = np.flatnonzero(said == y)
        hit = y[right]

        def score(weight: Array) -> float:
            return formula(
                np.bincount(y, weight, classes),
                np.bincount(said, weight, classes),
                np.bincount(hit, weight[right], classes),
            )

        return score

    return prepare


def accuracy(meant: Array, _said: Array, hit: Array) -> float:
    """Share of rows predicted right."""
    return ratio(hit.sum(), meant.sum())


def balanced_accuracy(meant: Array, _said: Array, hit: Array) -> float:
    """Mean recall over the classes that are in y."""
    here = meant > 0
    return float(np.mean(hit[here] / meant[here])) if here.any() else math.nan


def f1_second(meant: Array, said: Array, hit: Array) -> float:
    """F1 of the second class; 0 when it is neither meant nor said."""
    total = meant[1] + said[1]
    return float(2 * hit[1] / total) if total > 0 else 0.0


def f1_macro(meant: Array, said: Array, hit: Array) -> float:
    """Mean F1 over the classes that are in y or predicted."""
    total = meant + said
    here = total > 0
    return float(np.mean(2 * hit[here] / total[here])) if here.any() else math.nan


def mcc(meant: Array, said: Array, hit: Array) -> float:
    """Matthews correlation of predicted and true classes; 0 when either is constant. Source: Gorodkin 2004, eq. 8."""
    rows = meant.sum()
    over = hit.sum() * rows - meant @ said
    under = (rows**2 - said @ said) * (rows**2 - meant @ meant)
    # Rounding can leave a tiny positive rest where one side is constant.
    return float(over / np.sqrt(under)) if under > 1e-12 * rows**4 else 0.0


def ratio(over: float, under: float) -> float:
    """Quotient, NaN when nothing is below the line."""
    return float(over) / float(under) if under else math.nan
