"""Networks for spectrograms: residual convolutions with masks and shifts in training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from automl.families.network import convolutions, precision

if TYPE_CHECKING:
    from automl.families.base import Params

STAGES = 3
MASKS = 2
"""Of time and of frequency."""
TIME_MASK, MEL_MASK, SHIFT = 0.1, 0.125, 0.1
"""Longest mask of each, and largest shift in time, as shares of the side, at strength 1."""
LOUDEST = 255.0


@keras.saving.register_keras_serializable(package="automl")
class SpecAugment(keras.layers.Layer):  # type: ignore[misc]
    """Random stretches of time and of frequency silenced, and the whole moved in time, in training.

    A shift rolls: what leaves at one end comes in at the other, which for padded clips is silence.

    Args:
        strength: times `TIME_MASK`, `MEL_MASK` and `SHIFT`.

    Source: Park et al. 2019, "SpecAugment", without time warping, which they found to matter least.
    """

    def __init__(self, strength: float, **options: Any) -> None:
        super().__init__(**options)
        self.strength = strength
        self.random = keras.random.SeedGenerator()

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(clips, mel bands, frames, 1) float to the same shape; unchanged outside training."""
        if not training:
            return inputs
        bands, frames = inputs.shape[1], inputs.shape[2]
        shifted = self._shifted(inputs, frames)
        for _ in range(MASKS):
            shifted = shifted * ops.expand_dims(self._kept(shifted, bands, MEL_MASK), (2, 3))
            shifted = shifted * ops.expand_dims(self._kept(shifted, frames, TIME_MASK), (1, 3))
        return shifted

    def _shifted(self, inputs: Any, frames: int) -> Any:
        most = self.strength * SHIFT * frames
        shift = ops.round(self._uniform(inputs, most) * 2.0 - most)
        source = ops.mod(ops.arange(frames, dtype="float32")[None, :] + shift, float(frames))
        places = ops.broadcast_to(ops.cast(source, "int32")[:, None, :, None], ops.shape(inputs))
        return ops.take_along_axis(inputs, places, axis=2)

    def _kept(self, inputs: Any, side: int, share: float) -> Any:
        """(clips, side) ones, with a stretch of zeros."""
        length = self._uniform(inputs, self.strength * share * side)
        start = self._uniform(inputs, 1.0) * (side - length)
        places = ops.arange(side, dtype="float32")[None, :]
        return 1.0 - ops.cast(ops.logical_and(places >= start, places < start + length), inputs.dtype)

    def _uniform(self, inputs: Any, most: float) -> Any:
        return keras.random.uniform((ops.shape(inputs)[0], 1), 0.0, most, seed=self.random)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "strength": self.strength}


def network(size: tuple[int, int, int], params: Params, outputs: int) -> keras.Model:
    """The untrained network.

    Args:
        size: mel bands, frames, 1.
        params: block, width, blocks, kernel, dropout, augment.
        outputs: classes, or 1.
    """
    inputs = keras.Input(size, dtype="uint8")
    hidden = keras.layers.Rescaling(1.0 / LOUDEST)(inputs)
    if params["augment"]:
        hidden = SpecAugment(params["augment"])(hidden)
    hidden = keras.layers.BatchNormalization(axis=1, momentum=convolutions.MOMENTUM)(hidden)  # each mel band for itself
    with precision.of_convolutions():
        hidden = _body(hidden, params)
    mean = keras.layers.GlobalAveragePooling2D()(hidden)
    hidden = keras.layers.Concatenate()([mean, keras.layers.GlobalMaxPooling2D()(hidden)])
    if params["dropout"]:
        hidden = keras.layers.Dropout(params["dropout"])(hidden)
    return keras.Model(inputs, keras.layers.Dense(outputs)(hidden))


def _body(hidden: Any, params: Params) -> Any:
    """(clips, mel bands, frames, 1) to the last feature map."""
    width, kernel = int(params["width"]), int(params["kernel"])
    block = convolutions.BLOCKS[params.get("block", "residual")]
    hidden = convolutions.first(hidden, width, 2, kernel)
    for stage in range(STAGES):
        for number in range(int(params["blocks"])):
            hidden = block(hidden, width * 2**stage, 2 if stage and not number else 1, kernel)
    return hidden


def operations(size: tuple[int, ...], params: Params) -> float:
    """Multiplications and additions of one clip, estimated from its convolutions."""
    width, blocks, kernel = int(params["width"]), int(params["blocks"]), int(params["kernel"]) ** 2
    area, inputs = size[0] * size[1] / 4, width
    total = area * kernel * width
    for stage in range(STAGES):
        outputs = width * 2**stage
        area /= 4 if stage else 1
        pairs, lines = inputs * outputs + (2 * blocks - 1) * outputs**2, inputs + (2 * blocks - 1) * outputs
        total += area * (pairs + kernel * lines if params.get("block") == "separable" else kernel * pairs)
        inputs = outputs
    return 2.0 * total
