"""Losses on our test parts, and the interval of their differences."""

from __future__ import annotations

from typing import Any

import numpy as np

DRAWS = 200
LEVEL = 0.9

Array = np.ndarray[Any, Any]


def loss(metric: str, y: Array, predicted: Array) -> float:
    """The metric in loss form.

    Args:
        metric: roc_auc, log_loss or rmse.
        y: (n,) class codes, or numbers for rmse.
        predicted: (n, classes) probabilities, or (n,) numbers for rmse.
    """
    if metric == "rmse":
        return float(np.sqrt(np.mean((y - predicted) ** 2)))
    if metric == "roc_auc":
        from sklearn.metrics import roc_auc_score

        return 1.0 - float(roc_auc_score(y, predicted[:, 1]))
    shares = np.clip(predicted / predicted.sum(axis=1, keepdims=True), 1e-15, 1.0)
    return float(-np.mean(np.log(shares[np.arange(len(y)), y.astype(int)])))


def natural(metric: str, value: float) -> float:
    """A loss in the metric's natural sign."""
    return 1.0 - value if metric == "roc_auc" else value


def constant(metric: str, y_train: Array, rows: int, classes: int) -> Array:
    """Predictions of the baseline: the mean, or the shares of the classes in training."""
    if metric == "rmse":
        return np.full(rows, float(np.mean(y_train)))
    shares = np.bincount(y_train.astype(int), minlength=classes) / len(y_train)
    return np.tile(shares, (rows, 1))


def gaps(metric: str, y: Array, predicted: dict[str, Array], seed: int = 0) -> dict[str, dict[str, float]]:
    """Loss of each family above the best of them on these rows: `gap`, its standard error, and a 90 % interval.

    The best is the one with the lowest loss on all rows; every draw resamples the same rows for all families (a
    paired percentile bootstrap), and draws without every class are left out.
    """
    whole = {name: loss(metric, y, values) for name, values in predicted.items()}
    best = min(whole, key=lambda name: whole[name])
    rng, classes = np.random.default_rng(seed), len(np.unique(y)) if metric == "roc_auc" else 0
    drawn: dict[str, list[float]] = {name: [] for name in predicted}
    for _ in range(DRAWS):
        rows = rng.integers(0, len(y), len(y))
        if len(np.unique(y[rows])) < classes:
            continue
        losses = {name: loss(metric, y[rows], values[rows]) for name, values in predicted.items()}
        for name in predicted:
            drawn[name].append(losses[name] - losses[best])
    tail = (1 - LEVEL) / 2
    return {
        name: {
            "gap": whole[name] - whole[best],
            "gap_se": float(np.std(values)),
            "gap_low": float(np.quantile(values, tail)),
            "gap_high": float(np.quantile(values, 1 - tail)),
        }
        for name, values in drawn.items()
    }
