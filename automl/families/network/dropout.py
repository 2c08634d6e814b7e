"""Dropout whose rate follows the schedule and whose masks cost next to nothing.

Keras' dropout draws new random numbers for every activation, which takes a third of a step of a small network. Here
each mask is a stretch of one long fixed row of random bytes from a random place on.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from automl.data.dataset import Array

POOL = 2**23
"""Random bytes; stretches at most half as long are taken from them, so that there are millions of them."""
LEVELS = 256


@cache
def pool() -> Any:
    """(POOL,) random bytes as a tensor of the backend."""
    return ops.convert_to_tensor(np.random.default_rng(0).integers(0, LEVELS, POOL, dtype=np.uint8))


@keras.saving.register_keras_serializable(package="automl")
class Drop(keras.layers.Layer):  # type: ignore[misc]
    """Sets a share of the activations to zero in training and scales up the others.

    Args:
        share: of the activations, before `fade`, to the nearest 1/256.
    """

    def __init__(self, share: float, **options: Any) -> None:
        super().__init__(**options)
        self.share = share
        self.random = keras.random.SeedGenerator(0)

    def build(self, input_shape: tuple[int | None, ...]) -> None:  # noqa: ARG002 (Keras' interface)
        """The bytes below which an activation is dropped."""
        self.below = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(self.share * LEVELS), trainable=False, name="below"
        )

    def start(self, random: np.random.Generator, inputs: Array) -> None:  # noqa: ARG002 (one interface)
        """Its own sequence of masks; the bytes must exist before a graph is traced that reads them."""
        pool()
        self.random.state.assign(np.array([random.integers(2**31), 0]).astype(self.random.state.dtype))
        self.fade(1.0)

    def fade(self, factor: float) -> None:
        """Drop this part of the share from now on."""
        self.below.assign(float(round(self.share * factor * LEVELS)))

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(rows, units) to the same shape; unchanged outside training."""
        if not training:
            return inputs
        below = ops.convert_to_tensor(self.below)
        keep = ops.cast(self._bytes(inputs), inputs.dtype) >= below
        return ops.where(keep, inputs * (LEVELS / (LEVELS - below)), 0.0)

    def _bytes(self, inputs: Any) -> Any:
        """Random numbers from 0 to 255 in the shape of the inputs."""
        rows, units = inputs.shape
        if rows is None or rows * units > POOL // 2:
            return ops.floor(keras.random.uniform(ops.shape(inputs), 0.0, LEVELS, seed=self.random))
        place = keras.random.randint((1,), 0, POOL - rows * units, seed=self.random, dtype="int32")
        return ops.reshape(ops.slice(pool(), place, (rows * units,)), (rows, units))

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "share": self.share}
