"""Batches whose rows are mixed with those before them: blended (mixup), or a rectangle put into another (CutMix)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.families.base import Params


@dataclass(frozen=True)
class Mixing:
    """How rows are mixed, for networks that read uint8 bytes.

    Attributes:
        blend: parameter of the Beta distribution of a row's own share; 0 for no mixup (Zhang et al. 2018, "mixup").
        cut: the same of CutMix; 0 for none (Yun et al. 2019, "CutMix"). With both, each step takes either.
    """

    blend: float = 0.0
    cut: float = 0.0

    def __bool__(self) -> bool:
        """Whether anything is mixed at all."""
        return self.blend > 0 or self.cut > 0

    def draw(self, steps: int, random: np.random.Generator) -> Array:
        """(steps, 6) float32, what is drawn for each step.

        A row's share of its pixels outside of the rectangle, its share of the target, and top, bottom, left and right
        of the rectangle as shares of the sides.
        """
        return np.stack([self._step(random) for _ in range(steps)]).astype(np.float32)

    def _step(self, random: np.random.Generator) -> Array:
        if not self.cut or (self.blend and random.random() < 0.5):
            share = random.beta(self.blend, self.blend)
            return np.array([share, share, 0.0, 0.0, 0.0, 0.0])
        side = np.sqrt(1.0 - random.beta(self.cut, self.cut))
        middle = random.random(2)
        low, high = np.clip(middle - side / 2, 0.0, 1.0), np.clip(middle + side / 2, 0.0, 1.0)
        return np.array([1.0, 1.0 - np.prod(high - low), low[0], high[0], low[1], high[1]])


NOTHING = Mixing()


def mixing_of(params: Params) -> Mixing:
    """The mixing that a configuration asks for; none where it names none."""
    return Mixing(float(params.get("mixup", 0.0)), float(params.get("cutmix", 0.0)))


def mixture(x: Any, y: Any, weight: Any, drawn: Any) -> tuple[Any, Any, Any]:
    """A batch whose rows are mixed with the rows before them: bytes, (batch, 4) for `Objective.mixed`, weights.

    Args:
        drawn: one row of `Mixing.draw`.
    """
    values = ops.cast(x, "float32")
    others = ops.roll(values, 1, axis=0)
    mixed = drawn[0] * values + (1.0 - drawn[0]) * others
    if len(x.shape) == 4:
        rows, columns = (_inside(x.shape[1 + i], drawn[2 + 2 * i], drawn[3 + 2 * i]) for i in range(2))
        mixed = ops.where((rows[:, None] & columns[None, :])[None, :, :, None], others, mixed)
    share = drawn[1]
    weights = share * weight, (1.0 - share) * ops.roll(weight, 1, axis=0)
    targets = ops.stack([y, ops.roll(y, 1, axis=0), *weights], axis=1)
    return ops.cast(ops.round(mixed), x.dtype), targets, weight


def _inside(side: int, low: Any, high: Any) -> Any:
    """(side,) whether the middle of each line lies between two shares of the side."""
    middles = (ops.arange(side, dtype="float32") + 0.5) / side
    return ops.logical_and(middles >= low, middles < high)
