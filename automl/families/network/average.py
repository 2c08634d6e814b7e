"""Weights averaged over the last part of a training run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl.data.dataset import Array


@dataclass
class Average:
    """An exponential moving average of weights, without the bias towards where it began.

    Attributes:
        span: share of the run after which what was counts less by a factor of e.

    Source: Kingma and Ba 2015, "Adam", section 3, for the correction of the bias.
    """

    span: float
    sums: list[Array] = field(default_factory=list)
    counted: float = 0.0

    def add(self, weights: list[Array], stride: float) -> None:
        """Count the weights after a step that took the run on by `stride`, a share of it."""
        kept = math.exp(-stride / self.span)
        sums = self.sums or [0.0 * weight for weight in weights]
        self.sums = [kept * total + (1.0 - kept) * weight for total, weight in zip(sums, weights, strict=True)]
        self.counted = kept * self.counted + 1.0 - kept

    def weights(self) -> list[Array]:
        """The average."""
        return [total / self.counted for total in self.sums]
