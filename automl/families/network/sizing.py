"""The size of a network that suits the time: by its operations, once guessed and once measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.families.network.training import FEW_EPOCHS

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.families.network.kind import Kind

GUESSED_FLOPS = 4e10
"""Operations a second assumed until a step has been timed: two processor cores."""
OVERHEAD = 0.005
"""Seconds of a step of 32 images that no smaller network takes off, about: reading, augmentation, many small calls."""
GRADIENT = 3.0
"""A gradient costs three times a prediction."""
SECONDS_COUNTED = 60.0
"""Time for which a network is sized where sizes come from counts alone."""
ALIKE = 1.5
"""Where no size has the time it should have, the largest is taken whose steps last so many times those of the smallest:
with overhead in them a much smaller network is hardly faster."""
WORTH = 1.3
"""A smaller network is built instead of one that is too slow where it trains for so many times the epochs."""


@dataclass(frozen=True)
class Pace:
    """What gradient steps cost on this machine.

    Attributes:
        rate: operations a second.
        overhead: seconds of a step whatever its operations.
    """

    rate: float = GUESSED_FLOPS
    overhead: float = 0.0

    @classmethod
    def measured(cls, operations: float, seconds: float) -> Pace:
        """Of one step that took so many seconds for its operations; half of it at most is called overhead."""
        overhead = min(OVERHEAD, seconds / 2)
        return cls(operations / (seconds - overhead), overhead)

    def seconds(self, operations: float) -> float:
        """Of a step of so many operations."""
        return self.overhead + operations / self.rate


@dataclass(frozen=True)
class Sizing:
    """The sizes of a network whose rows, batches and horizon are known.

    Attributes:
        kind: of the network.
        shape: of a row.
        params: with the horizon, `epochs`; their sizes are left aside.
        batch, steps: rows a step, and steps an epoch.
    """

    kind: Kind
    shape: tuple[int, ...]
    params: Params
    batch: int
    steps: int

    def operations(self, size: Params) -> float:
        """Of a gradient step."""
        return GRADIENT * self.batch * self.kind.operations(self.shape, {**self.params, **size})

    def largest(self, pace: Pace, seconds: float) -> Params:
        """The largest size with time for about half its horizon, else one about as fast as the smallest.

        Args:
            pace: what steps cost.
            seconds: for the training; infinite where sizes are to come from counts alone.
        """
        seconds = seconds if math.isfinite(seconds) else SECONDS_COUNTED
        horizon = self.params["epochs"]
        epochs = min(1.2 * max(FEW_EPOCHS, horizon / 2), horizon)
        sizes = self.kind.sizes(self.params)
        step = {i: pace.seconds(self.operations(size)) for i, size in enumerate(sizes)}
        most = max(seconds / (epochs * self.steps), ALIKE * step[len(sizes) - 1])
        return next(size for i, size in enumerate(sizes) if step[i] <= most)

    def better(self, size: Params, step: float, left: float, building: float) -> Params | None:
        """The size to build instead of one that turned out slow; None when that would not train for much longer.

        Args:
            size: that was built.
            step: seconds that a step of it takes.
            left: seconds for training it.
            building: seconds that building another one takes off them.
        """
        pace = Pace.measured(self.operations(size), step)
        smaller = self.largest(pace, left - building)
        gain = step / pace.seconds(self.operations(smaller)) * max(left - building, 0.0) / max(left, 1e-9)
        return smaller if gain >= WORTH else None
