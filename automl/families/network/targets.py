"""Targets as a network sees them, and its outputs as predictions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.encode.spread import deviations
from automl.families import transform as transforms
from automl.families.base import HARD_METRICS
from automl.families.quantile import MEDIAN, quantile_of
from automl.families.temperature import TINY, softmax, temperature
from automl.families.transform import TargetTransform

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset
    from automl.types import Problem

SMOOTHING = 0.1
"""Label smoothing where only the predicted class counts; it spoils probabilities and their order, so nowhere else."""


@dataclass(frozen=True)
class Targets:
    """How targets are turned round.

    Attributes:
        kind, smoothing, level: the training objective (see `trainer.Objective`).
        center, spread: mean and standard deviation of regression targets.
        low, high: their range, which predictions keep to.
        temperature: divides the outputs of 'classes'; found on rows set aside.
        transform: of regression targets, before they are standardised.
    """

    kind: str
    smoothing: float = 0.0
    center: float = 0.0
    spread: float = 1.0
    low: float = 0.0
    high: float = 0.0
    temperature: float = 1.0
    transform: TargetTransform = field(default_factory=TargetTransform)
    level: float = MEDIAN

    @classmethod
    def fit(cls, problem: Problem, y: Array, target: str = "plain") -> Targets:
        """From the targets of the training rows.

        Args:
            target: 'plain', or what is learnt in place of a regression target (see `families.transform`).

        Raises:
            FitFailed: a logarithm of negative targets.
        """
        if problem.task != "regression":
            return cls("classes", SMOOTHING if problem.metric in HARD_METRICS else 0.0)
        level = quantile_of(problem.metric)
        transform = transforms.fit(y, target)
        z = transform.transform(y)
        edges = float(z.min()), float(z.max())
        found = cls("squares", 0.0, float(z.mean()), float(deviations(z)), *edges, transform=transform)
        return found if level is None else replace(found, kind="quantile", level=level)

    def encode(self, y: Array) -> Array:
        """(rows,) float32 class codes, or standardised values."""
        return ((self.transform.transform(y) - self.center) / self.spread).astype(np.float32)

    def decode(self, outputs: Array) -> Array:
        """(rows, classes) probabilities or (rows, 1) values, float32, from a network's outputs."""
        if self.kind != "classes":
            return self.transform.inverse(self._values(outputs)).astype(np.float32)
        probabilities: Array = softmax(outputs / self.temperature).astype(np.float32)
        return probabilities

    def _values(self, outputs: Array) -> Array:
        """Outputs on the scale of the transformed target, within its range."""
        return np.clip(outputs * self.spread + self.center, self.low, self.high)

    def calibrated(self, problem: Problem, outputs: Array, y: Array, weight: Array) -> Targets:
        """With the temperature, or the smearing of a transform, that suits outputs for rows that were not learnt."""
        if self.kind == "classes":
            return replace(self, temperature=temperature(outputs, y, weight))
        if not transforms.wants_smearing(problem.metric):
            return self
        return replace(self, transform=self.transform.smeared(y, self._values(outputs)[:, 0], weight))

    def start(self, problem: Problem, y: Array) -> list[float]:
        """First biases of the output layer, at which an untrained network predicts the class shares or the mean."""
        if self.kind != "classes":
            return [0.0]
        counts = np.bincount(y.astype(np.int64), minlength=problem.outputs)
        return [round(float(v), 6) for v in np.log((counts + 1.0) / (len(y) + problem.outputs))]


def merged(outputs: Array, kind: str) -> Array:
    """(rows, outputs) of an ensemble's (rows, members, outputs): logs of mean probabilities, or mean values."""
    if outputs.ndim == 2:
        return outputs
    if kind != "classes":
        mean: Array = outputs.mean(axis=1)
        return mean
    rows, members, classes = outputs.shape
    probabilities = softmax(outputs.reshape(-1, classes)).reshape(rows, members, classes).mean(axis=1)
    logs: Array = np.log(np.maximum(probabilities, TINY)).astype(np.float32)
    return logs


def row_weights(train: Dataset) -> Array:
    """(rows,) float32 weights of mean one."""
    if train.weight is None:
        return np.ones(len(train), dtype=np.float32)
    weight: Array = (train.weight / train.weight.mean()).astype(np.float32)
    return weight
