"""From probabilities to the class that is named: a threshold or class weights where the metric asks for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.evaluate import counting, crossfit
from automl.evaluate.metrics import METRICS

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.evaluate.counting import Counts

HARD: dict[str, Counts] = {
    "accuracy": counting.accuracy,
    "balanced_accuracy": counting.balanced_accuracy,
    "f1": counting.f1_second,
    "f1_macro": counting.f1_macro,
    "mcc": counting.mcc,
}
"""Metrics of the predicted class."""
WEIGHED = ("balanced_accuracy", "f1_macro")
"""Those of them for which the classes of a task of many are weighted."""
STRENGTHS = (1.0, 0.5)
"""Class weights are the class shares to minus this power; 1 is best for balanced accuracy of true probabilities."""
QUANTILES, POSITIVE_QUANTILES = 201, 101
"""Thresholds tried: between neighbouring probabilities at these quantiles of all rows and of the positive ones."""
CLEARLY = 2.0
"""Standard errors by which a second way to choose must beat the first: of two chances one is easily lucky."""
DRAWS = 400
HALF = 0.5


@dataclass(frozen=True)
class Threshold:
    """How a class is named from calibrated probabilities, and why so.

    Attributes:
        value: two classes: the second is named above this probability; None for more than two.
        weights: (classes,) factors of the probabilities before the largest is taken; empty without.
        reason: one sentence.
        evidence: metric; default and tuned (the metric on all out-of-fold rows by 0.5 or the largest, and by what was
            chosen); crossfitted {default, tuned, gain, error}: the same for rows that the choice has not seen.
    """

    value: float | None = None
    weights: tuple[float, ...] = ()
    reason: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """True when it may name another class than the most probable one."""
        return bool(self.weights) or self.value not in (None, HALF)

    def labels(self, probabilities: Array) -> Array:
        """(n,) class codes for (n, classes) calibrated probabilities."""
        if self.weights:
            return np.asarray((probabilities.astype(np.float64) * self.weights).argmax(axis=1))
        if self.value not in (None, HALF):
            return np.asarray((probabilities[:, 1].astype(np.float64) > float(self.value)).astype(np.int64))
        return np.asarray(probabilities.argmax(axis=1))


Rule = Callable[["Array", "Array", "Array"], Threshold]
"""(y, probabilities, weight) of some rows -> what is best on them."""


def threshold(
    metric: str, y: Array, probabilities: Array, splits: Array, weight: Array | None = None, rows: Array | None = None
) -> Threshold:
    """The threshold or weights with the best metric, if cross-fitted better than 0.5 or the largest beyond noise.

    The threshold is the best one by what the calibrated probabilities lead to expect, or by the rows counted where
    that is better beyond noise. Metrics of the probabilities themselves change nothing.

    Args:
        metric: the run's metric.
        y: (n,) class codes.
        probabilities: (n, classes) calibrated out-of-fold probabilities.
        splits, weight, rows: as for `calibrate.calibrate`.
    """
    plain = Threshold(HALF if probabilities.shape[1] == 2 else None)
    rules = _rules(metric, probabilities.shape[1])
    if not rules:
        return Threshold(plain.value, reason=f"{_usual(plain)}: the metric does not depend on the class that is named.")
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float)
    folds = crossfit.folds(splits, rows)
    rule = rules[0]
    evidence = _judge(metric, y, probabilities, w, folds, rule, plain, rows)
    for other in rules[1:]:
        judged = _judge(metric, y, probabilities, w, folds, other, plain, rows)
        if judged["tuned"] > evidence["tuned"] + CLEARLY * judged["error"]:
            rule, evidence = other, judged
    tuned = rule(y, probabilities, w)
    better = evidence["gain"] > evidence["error"] and evidence["gain"] > 0
    chosen = tuned if better else plain
    figures = {
        "metric": metric,
        "default": hard_score(metric, y, plain.labels(probabilities), w),
        "tuned": hard_score(metric, y, chosen.labels(probabilities), w),
        "crossfitted": evidence,
    }
    return Threshold(chosen.value, chosen.weights, _reason(metric, chosen, evidence), figures)


def hard_score(metric: str, y: Array, labels: Array, weight: Array) -> float:
    """A metric of the predicted class, from labels."""
    size = int(max(y.max(), labels.max(), 1)) + 1
    meant, said = np.bincount(y, weight, size), np.bincount(labels, weight, size)
    hit = np.bincount(y, weight * (y == labels), size)
    return float(HARD[metric](meant[:, None], said[:, None], hit[:, None])[0])


def _rules(metric: str, classes: int) -> list[Rule]:
    """Ways to choose on some rows; a later one must beat an earlier one by more than noise."""
    if metric not in HARD:
        return []
    if classes == 2:
        return [partial(_expected, metric), partial(_best, metric)]
    return [partial(_weighed, power) for power in STRENGTHS] if metric in WEIGHED else []


def _weighed(power: float, y: Array, probabilities: Array, weight: Array) -> Threshold:
    """Class shares to minus a power, their mean being 1; an absent class counts as one row."""
    shares = np.maximum(np.bincount(y, weight, probabilities.shape[1]), weight.mean())
    factors = shares**-power
    return Threshold(weights=tuple((factors / factors.mean()).tolist()))


def _expected(metric: str, _y: Array, probabilities: Array, weight: Array) -> Threshold:
    """The threshold that is best when the probabilities hold: far less noise than counting the few rare rows."""
    p = probabilities[:, 1].astype(np.float64)
    return _top(metric, p, p, weight, _tried(p, p > HALF))


def _best(metric: str, y: Array, probabilities: Array, weight: Array) -> Threshold:
    """The threshold with the best metric on these rows."""
    p = probabilities[:, 1].astype(np.float64)
    return _top(metric, p, (y == 1).astype(float), weight, _tried(p, y == 1))


def _top(metric: str, p: Array, positive: Array, weight: Array, tried: Array) -> Threshold:
    """The best of the thresholds tried; of equals the one nearest to 0.5.

    Args:
        metric: of the predicted class.
        p: (n,) probabilities of the second class.
        positive: (n,) 1 for rows of the second class, or the share of them that is expected to be.
        weight: (n,) row weights.
        tried: (k,) thresholds.
    """
    order = np.argsort(p, kind="stable")
    above = np.searchsorted(p[order], tried, side="right")
    said = _tails(weight[order])[above]
    hit = _tails((weight * positive)[order])[above]
    total, meant = weight.sum(), (weight * positive).sum()
    table = HARD[metric](
        np.stack([np.full(len(tried), total - meant), np.full(len(tried), meant)]),
        np.stack([total - said, said]),
        np.stack([total - meant - (said - hit), hit]),
    )
    best = np.flatnonzero(table >= table.max() - 1e-12)
    return Threshold(float(tried[best[np.argmin(np.abs(tried[best] - HALF))]]))


def _tried(p: Array, positive: Array) -> Array:
    """Midpoints between a probability and the next larger one, and 0.5."""
    levels = np.unique(p)
    wanted = np.quantile(p, np.linspace(0, 1, QUANTILES), method="lower")
    if positive.any():
        more = np.quantile(p[positive], np.linspace(0, 1, POSITIVE_QUANTILES), method="lower")
        wanted = np.concatenate([wanted, more])
    at = np.searchsorted(levels, np.unique(wanted))
    middles = (levels[at] + levels[np.minimum(at + 1, len(levels) - 1)]) / 2
    return np.unique(np.concatenate([middles, [HALF]]))


def _tails(values: Array) -> Array:
    """(n + 1,) sums of the values from each position to the end."""
    return np.concatenate([np.cumsum(values[::-1])[::-1], [0.0]])


def _judge(
    metric: str,
    y: Array,
    p: Array,
    weight: Array,
    folds: Array,
    rule: Rule,
    plain: Threshold,
    rows: Array | None,
) -> dict[str, float]:
    """Metric by default and by a rule learnt on the other folds, their difference and its standard error."""
    before, after = plain.labels(p), np.zeros(len(y), dtype=np.int64)
    for fold in np.unique(folds):
        inside = folds == fold
        after[inside] = rule(y[~inside], p[~inside], weight[~inside]).labels(p[inside])
    default, tuned = hard_score(metric, y, before, weight), hard_score(metric, y, after, weight)
    error = _error(HARD[metric], (y, before, after), weight, p.shape[1], crossfit.distinct(len(y), rows))
    return {"default": default, "tuned": tuned, "gain": tuned - default, "error": error}


def _error(formula: Counts, codes: tuple[Array, Array, Array], weight: Array, size: int, count: int) -> float:
    """Standard error of the difference of a metric between two labellings, by resampling the cells of their table."""
    y, before, after = codes
    cells, at = np.unique((y * size + before) * size + after, return_inverse=True)
    mass = np.bincount(at, weight)
    draws = np.random.default_rng(0).multinomial(count, mass / mass.sum(), DRAWS).T.astype(float)
    meant, first, second = cells // size**2, cells // size % size, cells % size

    def scores(said: Array) -> Array:
        return formula(
            _by(meant, draws, size), _by(said, draws, size), _by(said, draws * (said == meant)[:, None], size)
        )

    return float(np.nanstd(scores(second) - scores(first)))


def _by(codes: Array, draws: Array, size: int) -> Array:
    """(classes, draws) sums of the cells of each class."""
    return np.asarray((np.arange(size)[:, None] == codes).astype(float) @ draws)


def _usual(plain: Threshold) -> str:
    return "The second class is named above 0.5" if plain.value else "The most probable class is named"


def _reason(metric: str, chosen: Threshold, evidence: dict[str, float]) -> str:
    name = METRICS[metric].label
    change = f"{name} {evidence['default']:.4f} before, {evidence['tuned']:.4f} after, cross-fitted"
    if chosen.weights:
        return f"Probabilities are divided by class shares before the largest is taken: {change}."
    if chosen.changes:
        return f"The second class is named above {chosen.value:.3f}: {change}."
    return f"{_usual(chosen)}: nothing else raises the cross-fitted {name} by more than noise."
