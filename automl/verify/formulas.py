"""The metrics once more, from their textbook definitions and none of our other code: slow, short, easy to check."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array

GREATER = frozenset({"roc_auc", "average_precision", "accuracy", "balanced_accuracy", "f1", "f1_macro", "mcc", "r2"})
"""Metrics whose loss form is 1 - metric; all others are losses already."""


def score(name: str, y: Array, p: Array, w: Array) -> float:
    """The metric in natural sign; NaN where it is not defined.

    Args:
        name: as typed after --metric.
        y: (n,) class codes or values.
        p: (n, classes) probabilities or (n, 1) values.
        w: (n,) row weights.

    Raises:
        KeyError: a metric that is not known here.
    """
    base, _, quantile = name.partition(":")
    if base == "pinball":
        level = float(quantile or 0.5)
        errors = y - p[:, 0]
        return _mean(np.where(errors > 0, level * errors, (level - 1) * errors), w)
    if base in VALUES:
        return VALUES[base](y, p[:, 0], w)
    if base in RANKS:
        codes = [1] if p.shape[1] == 2 else range(p.shape[1])
        each = [RANKS[base](y == code, p[:, code], w) for code in codes]
        defined = [value for value in each if not math.isnan(value)]
        return sum(defined) / len(defined) if defined else math.nan
    if base in SURE:
        return SURE[base](y, p, w)
    return LABELS[base](y, p.argmax(axis=1), w)


def loss(name: str, value: float) -> float:
    """Loss form of a score."""
    return 1 - value if name in GREATER else value


def _mean(values: Array, w: Array) -> float:
    return float((values * w).sum() / w.sum()) if w.sum() > 0 else math.nan


def _auc(positive: Array, p: Array, w: Array) -> float:
    levels, at = np.unique(p, return_inverse=True)
    up = np.bincount(at, w * positive, len(levels))
    down = np.bincount(at, w * ~positive, len(levels))
    below = np.cumsum(down) - down
    pairs = up.sum() * down.sum()
    return float((up * (below + down / 2)).sum() / pairs) if pairs > 0 else math.nan


def _average_precision(positive: Array, p: Array, w: Array) -> float:
    levels, at = np.unique(-p, return_inverse=True)
    hits = np.bincount(at, w * positive, len(levels))
    said = np.cumsum(np.bincount(at, w, len(levels)))
    keep = said > 0
    found = hits.sum()
    return float((hits[keep] * np.cumsum(hits)[keep] / said[keep]).sum() / found) if found > 0 else math.nan


def _log_loss(y: Array, p: Array, w: Array) -> float:
    p = np.maximum(p, 1e-15)
    p = p / p.sum(axis=1, keepdims=True)
    return _mean(-np.log(p[np.arange(len(y)), y]), w)


def _brier(y: Array, p: Array, w: Array) -> float:
    squares = ((p - np.eye(p.shape[1])[y]) ** 2).sum(axis=1)
    return _mean(squares / 2 if p.shape[1] == 2 else squares, w)


def _f1_of(y: Array, said: Array, w: Array, code: int) -> float:
    both = w[(y == code) & (said == code)].sum()
    either = w[y == code].sum() + w[said == code].sum()
    return float(2 * both / either) if either > 0 else math.nan


def _f1(y: Array, said: Array, w: Array) -> float:
    value = _f1_of(y, said, w, 1)
    return 0.0 if math.isnan(value) else value


def _f1_macro(y: Array, said: Array, w: Array) -> float:
    each = [_f1_of(y, said, w, code) for code in np.union1d(y, said)]
    return float(np.nanmean(each)) if each else math.nan


def _balanced(y: Array, said: Array, w: Array) -> float:
    return float(np.mean([_mean(said[y == code] == code, w[y == code]) for code in np.unique(y[w > 0])]))


def _mcc(y: Array, said: Array, w: Array) -> float:
    """Pearson correlation of the one-hot matrices of true and predicted classes."""
    size = int(max(y.max(), said.max())) + 1
    true, guess = np.eye(size)[y], np.eye(size)[said]
    true, guess = true - np.average(true, axis=0, weights=w), guess - np.average(guess, axis=0, weights=w)

    def covariance(a: Array, b: Array) -> float:
        return float(((a * b).sum(axis=1) * w).sum())

    spread = covariance(true, true) * covariance(guess, guess)
    return covariance(true, guess) / math.sqrt(spread) if spread > 1e-12 * w.sum() ** 2 else 0.0


def _r2(y: Array, p: Array, w: Array) -> float:
    spread = _mean((y - _mean(y, w)) ** 2, w)
    return 1 - _mean((y - p) ** 2, w) / spread if spread > 0 else math.nan


VALUES: dict[str, Callable[[Array, Array, Array], float]] = {
    "rmse": lambda y, p, w: math.sqrt(_mean((y - p) ** 2, w)),
    "mae": lambda y, p, w: _mean(abs(y - p), w),
    "mape": lambda y, p, w: _mean(abs(y - p) / np.maximum(abs(y), np.finfo(float).eps), w),
    "rmsle": lambda y, p, w: math.sqrt(_mean((np.log1p(y) - np.log1p(np.maximum(p, 0))) ** 2, w)),
    "r2": _r2,
}
RANKS = {"roc_auc": _auc, "average_precision": _average_precision}
SURE = {"log_loss": _log_loss, "brier": _brier}
LABELS: dict[str, Callable[[Array, Array, Array], float]] = {
    "accuracy": lambda y, said, w: _mean(y == said, w),
    "balanced_accuracy": _balanced,
    "f1": _f1,
    "f1_macro": _f1_macro,
    "mcc": _mcc,
}
