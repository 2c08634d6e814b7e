"""Dropout whose rate follows the schedule and whose masks cost next to nothing.

Keras' dropout draws new random numbers for every activation, which takes a third of a step of a small network. Here
the mask of each row of a batch is a stretch of one long fixed row of random bytes, from a place drawn for it.
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
"""Random bytes; a mask is one of the stretches they fall into, of one byte a unit: 32,768 of 256 units."""
FEWEST = 64
"""Stretches; wider layers than give so many draw new bytes."""
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
        count = POOL // units
        if rows is None or count < FEWEST:
            return ops.floor(keras.random.uniform(ops.shape(inputs), 0.0, LEVELS, seed=self.random))
        # Whole rows are gathered: XLA would draw the place of a slice again for each of its elements.
        places = keras.random.randint((rows,), 0, count, seed=self.random, dtype="int32")
        return ops.take(ops.reshape(pool()[: count * units], (count, units)), places, axis=0)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "share": self.share}
