"""Networks for spectrograms: residual convolutions with masks and shifts in training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from automl.families.base import Params

MOMENTUM = 0.9
"""Of batch statistics: small sets see too few steps for Keras' 0.99."""
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
        params: width, blocks, kernel, dropout, augment.
        outputs: classes, or 1.
    """
    inputs = keras.Input(size, dtype="uint8")
    hidden = keras.layers.Rescaling(1.0 / LOUDEST)(inputs)
    if params["augment"]:
        hidden = SpecAugment(params["augment"])(hidden)
    hidden = keras.layers.BatchNormalization(axis=1, momentum=MOMENTUM)(hidden)  # each mel band for itself
    width, kernel = int(params["width"]), int(params["kernel"])
    hidden = keras.layers.ReLU()(_normal(_convolution(hidden, width, kernel, 2)))
    for stage in range(STAGES):
        for block in range(int(params["blocks"])):
            hidden = _block(hidden, width * 2**stage, kernel, 2 if stage and not block else 1)
    mean = keras.layers.GlobalAveragePooling2D()(hidden)
    hidden = keras.layers.Concatenate()([mean, keras.layers.GlobalMaxPooling2D()(hidden)])
    if params["dropout"]:
        hidden = keras.layers.Dropout(params["dropout"])(hidden)
    return keras.Model(inputs, keras.layers.Dense(outputs)(hidden))


def _convolution(inputs: Any, width: int, kernel: int, stride: int = 1) -> Any:
    layer = keras.layers.Conv2D(
        width, kernel, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal"
    )
    return layer(inputs)


def _normal(inputs: Any, gamma: str = "ones") -> Any:
    return keras.layers.BatchNormalization(momentum=MOMENTUM, gamma_initializer=gamma)(inputs)


def _block(inputs: Any, width: int, kernel: int, stride: int) -> Any:
    """Two convolutions beside a shortcut; the branch starts at zero, so that depth costs nothing at first."""
    branch = keras.layers.ReLU()(_normal(_convolution(inputs, width, kernel, stride)))
    branch = _normal(_convolution(branch, width, kernel), gamma="zeros")
    if stride != 1 or inputs.shape[-1] != width:
        inputs = _normal(_convolution(inputs, width, 1, stride))
    return keras.layers.ReLU()(keras.layers.Add()([inputs, branch]))


def operations(size: tuple[int, ...], params: Params) -> float:
    """Multiplications and additions of one clip, estimated from its convolutions."""
    width, blocks, kernel = int(params["width"]), int(params["blocks"]), int(params["kernel"]) ** 2
    area, inputs = size[0] * size[1] / 4, width
    total = area * kernel * width
    for stage in range(STAGES):
        outputs = width * 2**stage
        area /= 4 if stage else 1
        total += area * kernel * (inputs * outputs + (2 * blocks - 1) * outputs**2)
        inputs = outputs
    return 2.0 * total
