"""What a regression model is trained on in place of the target: the target itself, or its logarithm."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from automl.families.base import FitFailed

if TYPE_CHECKING:
    from automl.data.dataset import Array

Target = Literal["plain", "log"]
MEAN_METRICS = ("rmse", "r2")
"""Metrics that the conditional mean minimises: only these want the smearing correction. Medians and quantiles pass
through a monotone transform unchanged, and rmsle is itself judged on logarithms."""
BEYOND = 1.5
"""Predictions end at this many times the largest target seen: an exponent makes small errors of extrapolation huge."""
SMEARING = (0.5, 2.0)
"""Bounds of the correction: a few outliers among the rows set aside must not set it."""


@dataclass(frozen=True)
class TargetTransform:
    """A fitted transform of a regression target.

    Attributes:
        kind: 'plain' for none, 'log' for log(1 + y / scale).
        scale: the median of the positive targets in training, so that the bend lies where the data are.
        highest: largest value on the transformed scale that is turned back.
        smearing: factor on (1 + y / scale) that makes up for the mean of a logarithm not being the logarithm of the
            mean; 1 for none.
    """

    kind: Target = "plain"
    scale: float = 1.0
    highest: float = 0.0
    smearing: float = 1.0

    def transform(self, y: Array) -> Array:
        """(n,) values to train on."""
        return y if self.kind == "plain" else np.log1p(np.asarray(y, np.float64) / self.scale)

    def inverse(self, values: Array) -> Array:
        """Predictions in the unit of the target, of the same shape; zero or more with 'log'."""
        if self.kind == "plain":
            return values
        bounded = np.exp(np.clip(np.asarray(values, np.float64), 0.0, self.highest))
        return np.maximum(self.scale * (self.smearing * bounded - 1.0), 0.0)

    def smeared(self, y: Array, values: Array, weight: Array | None = None) -> TargetTransform:
        """The transform with the smearing correction of rows that the model was not trained on.

        Args:
            y: (n,) their targets.
            values: (n,) their predictions on the transformed scale.
            weight: (n,) row weights, or None.

        Source: Duan 1983, "Smearing estimate: a nonparametric retransformation method".
        """
        if self.kind == "plain" or not len(y):
            return self
        residuals = self.transform(y) - np.clip(np.asarray(values, np.float64).reshape(-1), 0.0, self.highest)
        factor = np.average(np.exp(residuals), weights=weight)
        return replace(self, smearing=float(np.clip(factor, *SMEARING)))

    def state(self) -> dict[str, Any]:
        """The transform as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_state(cls, state: dict[str, Any] | None) -> TargetTransform:
        """The transform that `state` described; none for a model without one."""
        return cls(**(state or {}))


def fit(y: Array, kind: str) -> TargetTransform:
    """The transform of this kind for the targets of training rows.

    Args:
        y: (n,) regression targets.
        kind: 'plain' or 'log'.

    Raises:
        FitFailed: a logarithm of negative targets, or a kind that there is not.
    """
    if kind == "plain":
        return TargetTransform()
    if kind not in get_args(Target):
        raise FitFailed(f"there is no target transform {kind!r}")
    y = np.asarray(y, np.float64)
    if len(y) and y.min() < 0:
        raise FitFailed("a logarithm of the target needs values of zero and more")
    positive = y[y > 0]
    scale = float(np.median(positive)) if len(positive) else 1.0
    highest = float(np.log1p(BEYOND * y.max() / scale)) if len(y) else 0.0
    return TargetTransform("log", scale, highest)


def wants_smearing(metric: str) -> bool:
    """True when predictions should be means of the target itself."""
    return metric in MEAN_METRICS
