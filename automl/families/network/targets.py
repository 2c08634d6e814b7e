"""Targets as a network sees them, and its outputs as predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl.families.network.score import ABSOLUTE, HARD
from automl.families.network.temperature import softmax

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset
    from automl.types import Problem

SMOOTHING = 0.1
"""Label smoothing where only the predicted class counts; it spoils probabilities and their order, so nowhere else."""


@dataclass(frozen=True)
class Targets:
    """How targets are turned round.

    Attributes:
        kind: the training objective (see `trainer.Objective`).
        smoothing: its label smoothing.
        center, spread: mean and standard deviation of regression targets.
        low, high: their range, which predictions keep to.
        temperature: divides the outputs of 'classes'; found on rows set aside.
    """

    kind: str
    smoothing: float = 0.0
    center: float = 0.0
    spread: float = 1.0
    low: float = 0.0
    high: float = 0.0
    temperature: float = 1.0

    @classmethod
    def fit(cls, problem: Problem, y: Array) -> Targets:
        """From the targets of the training rows."""
        if problem.task != "regression":
            return cls("classes", SMOOTHING if problem.metric in HARD else 0.0)
        kind = "absolute" if problem.metric in ABSOLUTE else "squares"
        return cls(kind, 0.0, float(y.mean()), float(y.std()) or 1.0, float(y.min()), float(y.max()))

    def encode(self, y: Array) -> Array:
        """(rows,) float32 class codes, or standardised values."""
        return ((y - self.center) / self.spread).astype(np.float32)

    def decode(self, outputs: Array) -> Array:
        """(rows, classes) probabilities or (rows, 1) values, float32, from a network's outputs."""
        if self.kind != "classes":
            return np.clip(outputs * self.spread + self.center, self.low, self.high).astype(np.float32)
        probabilities: Array = softmax(outputs / self.temperature).astype(np.float32)
        return probabilities

    def start(self, problem: Problem, y: Array) -> list[float]:
        """First biases of the output layer, at which an untrained network predicts the class shares or the mean."""
        if self.kind != "classes":
            return [0.0]
        counts = np.bincount(y.astype(np.int64), minlength=problem.outputs)
        return [round(float(v), 6) for v in np.log((counts + 1.0) / (len(y) + problem.outputs))]


def row_weights(train: Dataset) -> Array:
    """(rows,) float32 weights of mean one."""
    if train.weight is None:
        return np.ones(len(train), dtype=np.float32)
    weight: Array = (train.weight / train.weight.mean()).astype(np.float32)
    return weight
