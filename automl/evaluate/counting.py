"""Metrics that depend on predictions only through how often each class is meant, said and hit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from automl.evaluate.weights import Block, divided, group_sums, ratio

if TYPE_CHECKING:
    from automl.data.dataset import Array

Counts = Callable[["Array", "Array", "Array"], "Array"]
"""(meant, said, hit), each (classes, draws) -> (draws,) scores.

The weight of the rows of each class, of those predicted as it, and of those where both agree.
"""


def counted(formula: Counts) -> Callable[[Array, Array], Block]:
    """Block factory of a formula of class counts; the predicted class is the most probable one."""

    def prepare(y: Array, predictions: Array) -> Block:
        classes = max(predictions.shape[1], int(y.max(initial=0)) + 1)
        said, rows = predictions.argmax(axis=1), np.arange(len(y))
        right = np.flatnonzero(said == y)
        codes = np.concatenate([y, said + classes, y[right] + 2 * classes])
        sums = group_sums(codes, 3 * classes, np.concatenate([rows, rows, right]), len(y))

        def block(weight: Array) -> Array:
            meant, named, hit = sums(weight).reshape(3, classes, -1)
            return formula(meant, named, hit)

        return block

    return prepare


def accuracy(meant: Array, _said: Array, hit: Array) -> Array:
    """Share of rows predicted right."""
    return ratio(hit.sum(axis=0), meant.sum(axis=0))


def balanced_accuracy(meant: Array, _said: Array, hit: Array) -> Array:
    """Mean recall over the classes that are in y."""
    return _mean_share(hit, meant)


def f1_second(meant: Array, said: Array, hit: Array) -> Array:
    """F1 of the second class; 0 when it is neither meant nor said."""
    total = meant[1] + said[1]
    return divided(2 * hit[1], total, total > 0, 0.0)


def f1_macro(meant: Array, said: Array, hit: Array) -> Array:
    """Mean F1 over the classes that are in y or predicted."""
    return _mean_share(2 * hit, meant + said)


def mcc(meant: Array, said: Array, hit: Array) -> Array:
    """Matthews correlation of predicted and true classes; 0 when either is constant. Source: Gorodkin 2004, eq. 8."""
    rows = meant.sum(axis=0)
    over = hit.sum(axis=0) * rows - (meant * said).sum(axis=0)
    under = (rows**2 - (said**2).sum(axis=0)) * (rows**2 - (meant**2).sum(axis=0))
    # Rounding can leave a tiny positive rest where one side is constant.
    varies = under > 1e-12 * rows**4
    return divided(over, np.sqrt(np.where(varies, under, 1.0)), varies, 0.0)


def _mean_share(over: Array, under: Array) -> Array:
    """(draws,) mean over the classes with something below the line."""
    here = under > 0
    return ratio(divided(over, under, here, 0.0).sum(axis=0), here.sum(axis=0))
