"""What a regression model is trained on in place of the target: itself, its logarithm, a power, or normal scores.

Root mean squared errors of boosted trees and of a linear model on 1,000 new rows, 2,000 to learn from, mean of three
tables, s a noisy sum of inputs: y = exp(1.2 s) - 3 with plain targets 11.4 and 13.2, power 10.0 and 11.8, quantile 10.2
and 8.4; y = 5 - exp(s) plain 4.3 and 5.6, power 4.1 and 4.0, quantile 4.1 and 3.5; y = sinh(1.5 s), whose tails are
alike, plain 24.9 and 26.2, power 25.1 and 26.2, quantile 21.9 and 18.6. So normal scores come first where a logarithm
does not suit. Without smearing errors were 4 to 13 % larger wherever the power or the scores bend anything.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from automl.encode.spread import deviations
from automl.families import bend
from automl.families.base import FitFailed, Knob

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.types import Problem

Target = Literal["plain", "log", "power", "quantile"]
WORDS = {"log": "log target", "power": "power target", "quantile": "quantile target"}
PRINTABLE = ("plain", "log")
"""What a scorecard and SQL can turn back."""
MEAN_METRICS = ("rmse", "r2")
"""Metrics that the conditional mean minimises: only these want the smearing correction. Medians and quantiles pass
through a monotone transform unchanged, and rmsle is itself judged on logarithms."""
BEYOND = 1.5
"""Predictions end at this many times the largest target seen: an exponent makes small errors of extrapolation huge."""
SMEARING = (0.5, 2.0)
"""Bounds of the correction of a logarithm: a few outliers among the rows set aside must not set it."""
NODES, SHARES = np.polynomial.hermite_e.hermegauss(7)
"""Errors of deviation one, and how much each counts, that stand for all normal errors in a mean (Gauss and Hermite)."""


@dataclass(frozen=True)
class TargetTransform:
    """A fitted transform of a regression target; each is increasing.

    Attributes:
        kind: 'plain' for none but (y - center) / spread; 'log' for log(1 + y / scale); 'power' for the power of Yeo and
            Johnson of (y - middle) / scale, with mean 0 and deviation 1; 'quantile' for normal scores, y's place among
            the targets of training.
        scale: the median of the positive targets in training, of 'power' that of their distances from the middle, so
            that the bend lies where the data are.
        highest: largest value on the transformed scale that is turned back.
        smearing: what makes up for the mean of transformed values not being the transformed mean. Of 'log' a factor on
            (1 + y / scale), 1 for none; of 'power' and 'quantile' the deviation of the errors on the transformed
            scale, over which predictions are averaged as if they were normal, 0 for none.
        lowest: smallest value on the transformed scale that is turned back.
        middle: of 'power', the median of the targets in training.
        exponent: of 'power'.
        center, spread: of 'power' and 'plain'; mean and deviation are those before they become 0 and 1.
        knots, scores: of 'quantile': targets, increasing, and their normal scores; straight lines lie between.
    """

    kind: Target = "plain"
    scale: float = 1.0
    highest: float = 0.0
    smearing: float = 1.0
    lowest: float = 0.0
    middle: float = 0.0
    exponent: float = 1.0
    center: float = 0.0
    spread: float = 1.0
    knots: tuple[float, ...] = ()
    scores: tuple[float, ...] = ()

    @property
    def line(self) -> tuple[float, float]:
        """(a, b) of 'plain', whose targets are a + b values; (0, 1) of the others, which are no such sum."""
        return (self.center, self.spread) if self.kind == "plain" else (0.0, 1.0)

    def transform(self, y: Array) -> Array:
        """(n,) values to train on."""
        if self.kind == "plain":
            return (y - self.center) / self.spread if self.line != (0.0, 1.0) else y
        y = np.asarray(y, np.float64)
        if self.kind == "log":
            logs: Array = np.log1p(y / self.scale)
            return logs
        if self.kind == "quantile":
            scores: Array = np.interp(y, self.knots, self.scores)
            return scores
        bent: Array = (bend.power((y - self.middle) / self.scale, self.exponent) - self.center) / self.spread
        return bent

    def inverse(self, values: Array) -> Array:
        """Predictions in the unit of the target, of the same shape.

        Zero or more with 'log'; with 'power' and 'quantile' never outside the range of the targets in training.
        """
        if self.kind == "plain":
            return self.center + self.spread * np.asarray(values, np.float64) if self.line != (0.0, 1.0) else values
        values = np.asarray(values, np.float64)
        if self.kind == "log":
            return np.maximum(self.scale * (self.smearing * np.exp(self._within(values)) - 1.0), 0.0)
        if self.smearing <= 0:
            return self._back(values)
        total = sum(
            share * self._back(values + self.smearing * node) for node, share in zip(NODES, SHARES, strict=True)
        )
        mean: Array = total / SHARES.sum()
        return mean

    def _back(self, values: Array) -> Array:
        """What 'power' and 'quantile' were before."""
        bounded = self._within(values)
        if self.kind == "quantile":
            found: Array = np.interp(bounded, self.scores, self.knots)
            return found
        return self.middle + self.scale * bend.unbent(bounded * self.spread + self.center, self.exponent)

    def _within(self, values: Array) -> Array:
        return np.clip(values, self.lowest, self.highest)

    def smeared(self, y: Array, values: Array, weight: Array | None = None) -> TargetTransform:
        """The transform with the smearing correction of rows that the model was not trained on.

        Args:
            y: (n,) their targets.
            values: (n,) their predictions on the transformed scale.
            weight: (n,) row weights, or None.

        Source: Duan 1983, "Smearing estimate: a nonparametric retransformation method". A logarithm needs but a factor;
        others would need the errors themselves, for which their deviation stands.
        """
        if self.kind == "plain" or not len(y):
            return self
        seen = self._within(np.asarray(values, np.float64).reshape(-1))
        if self.kind == "log":
            factor = np.average(np.exp(self.transform(y) - seen), weights=weight)
            return replace(self, smearing=float(np.clip(factor, *SMEARING)))
        squares = np.average((self._within(self.transform(y)) - seen) ** 2, weights=weight)
        return replace(self, smearing=float(min(np.sqrt(squares), 1.0)))

    def state(self) -> dict[str, Any]:
        """The transform as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_state(cls, state: dict[str, Any] | None) -> TargetTransform:
        """The transform that `state` described; none for a model without one."""
        # Lists come back from JSON where there were tuples.
        given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in (state or {}).items()}
        return cls(**given)


def fit(y: Array, kind: str) -> TargetTransform:
    """The transform of this kind for the targets of training rows.

    Args:
        y: (n,) regression targets.
        kind: 'plain', 'log', 'power' or 'quantile'.

    Raises:
        FitFailed: a logarithm of negative targets, or a kind that there is not.
    """
    if kind == "plain":
        return TargetTransform()
    if kind not in get_args(Target):
        raise FitFailed(f"there is no target transform {kind!r}")
    y = np.asarray(y, np.float64)
    if kind == "log":
        return _log(y)
    return _power(y) if kind == "power" else _quantile(y)


def standard(y: Array) -> TargetTransform:
    """'plain' with mean 0 and deviation 1, for learners whose penalties and least gains are in the target's unit."""
    return TargetTransform(center=float(y.mean()), spread=float(deviations(y)))


def _log(y: Array) -> TargetTransform:
    if len(y) and y.min() < 0:
        raise FitFailed("a logarithm of the target needs values of zero and more")
    scale = _typical(y)
    highest = float(np.log1p(BEYOND * y.max() / scale)) if len(y) else 0.0
    return TargetTransform("log", scale, highest)


def _power(y: Array) -> TargetTransform:
    middle = float(np.median(y)) if len(y) else 0.0
    scale = _typical(np.abs(y - middle))
    exponent = bend.exponent((y - middle) / scale)
    bent = bend.power((y - middle) / scale, exponent)
    center, spread = float(bent.mean()), float(deviations(bent))
    low, high = (float((end - center) / spread) for end in (bent.min(), bent.max()))
    return TargetTransform("power", scale, high, 0.0, low, middle, exponent, center, spread)


def _quantile(y: Array) -> TargetTransform:
    knots, scores = bend.normal_scores(y)
    return TargetTransform(
        "quantile", highest=float(scores[-1]), smearing=0.0, lowest=float(scores[0]),
        knots=tuple(knots.tolist()), scores=tuple(scores.tolist()),
    )  # fmt: skip


def _typical(y: Array) -> float:
    """The median of the positive values; one where there are none."""
    positive = y[y > 0]
    return float(np.median(positive)) if len(positive) else 1.0


def wants_smearing(metric: str) -> bool:
    """True when predictions should be means of the target itself."""
    return metric in MEAN_METRICS


def offered(problem: Problem) -> tuple[Target, ...]:
    """The transforms worth a trial for the targets of a problem, the likeliest first; none where no tail is long.

    A logarithm alone where the whole model must be printed: SQL and a card cannot turn the others back.
    """
    if not problem.skewed_target:
        return ()
    if problem.explainable:
        return ("log",) if problem.log_target else ()  # see PRINTABLE
    return ("log", "power", "quantile") if problem.log_target else ("quantile", "power")


def queued(problem: Problem) -> tuple[Target, ...]:
    """Those of `offered` that have known-good configurations of their own; the search comes to the others."""
    return offered(problem)[:2]


def knobs(problem: Problem) -> list[Knob]:
    """The choice among the transforms offered; nothing where there are none."""
    choices = offered(problem)
    return [Knob("target", choices=("plain", *choices))] if choices else []
