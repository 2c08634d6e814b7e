"""Convolutional networks for images, trained from scratch, their augmentation, and the sizes they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from automl.families.network.convolutions import body
from automl.families.network.randaugment import RandAugment

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.families.base import Params

BATCH = 64
"""Images predicted at a time."""
SIZES = (
    (64, 2, 1.0), (48, 2, 1.0), (32, 2, 1.0), (32, 1, 1.0), (24, 1, 1.0), (16, 1, 1.0), (16, 1, 0.5), (8, 1, 0.5),
)  # fmt: skip
"""(width, blocks a stage, share of the resolution) from large to small."""
SHIFT, ZOOM = 0.12, 0.1
"""Largest random shift (share of the side) and zoom at augmentation strength 1."""


@keras.saving.register_keras_serializable(package="automl")
class Pixels(keras.layers.Layer):  # type: ignore[misc]
    """Bytes to numbers of mean 0 and deviation 1 a channel; both are weights, so that folds can share a network.

    Args:
        mean, spread: of each channel over the training images, in 0..255.
    """

    def __init__(self, mean: list[float], spread: list[float], **options: Any) -> None:
        super().__init__(**options)
        self.mean, self.spread = mean, spread

    def build(self, input_shape: tuple[int | None, ...]) -> None:  # noqa: ARG002 (Keras' interface)
        """The statistics as weights that are not learnt."""
        self.middle = self._constant("middle", self.mean)
        self.deviation = self._constant("deviation", self.spread)

    def _constant(self, name: str, values: list[float]) -> Any:
        weight = self.add_weight(shape=(len(values),), dtype="float32", trainable=False, name=name)
        weight.assign(np.asarray(values, dtype=np.float32))
        return weight

    def call(self, inputs: Any) -> Any:
        """(images, height, width, channels) uint8 to float32."""
        middle, deviation = (ops.convert_to_tensor(v) for v in (self.middle, self.deviation))
        return (ops.cast(inputs, "float32") - middle) / deviation

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "mean": self.mean, "spread": self.spread}


@keras.saving.register_keras_serializable(package="automl")
class Warp(keras.layers.Layer):  # type: ignore[misc]
    """Random shift, zoom and mirror of each training image.

    Each axis is resampled by one small matrix product with linear interpolation; what comes in from outside repeats the
    edge.

    Args:
        strength: times `SHIFT` and `ZOOM`.
        flip: mirror left and right half of the time.
    """

    def __init__(self, strength: float, *, flip: bool, seed: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.strength, self.flip, self.seed = strength, flip, seed
        self.random = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(images, height, width, channels) to the same shape; unchanged outside training."""
        if not training:
            return inputs
        zoom = 1.0 + self._uniform(inputs, self.strength * ZOOM)
        mirror = ops.sign(self._uniform(inputs, 1.0)) if self.flip else 1.0
        rows = self._resampling(inputs, zoom, inputs.shape[1])
        columns = self._resampling(inputs, zoom * mirror, inputs.shape[2])
        return ops.einsum("bjw,biwc->bijc", columns, ops.einsum("bih,bhwc->biwc", rows, inputs))

    def _uniform(self, inputs: Any, edge: float) -> Any:
        return keras.random.uniform((ops.shape(inputs)[0], 1), -edge, edge, seed=self.random)

    def _resampling(self, inputs: Any, zoom: Any, side: int) -> Any:
        """(images, side, side): how much of each source line goes into each line."""
        lines = ops.arange(side, dtype="float32")
        middle = (side - 1) / 2.0
        source = middle + (lines[None, :] - middle) * zoom + side * self._uniform(inputs, self.strength * SHIFT)
        source = ops.clip(source, 0.0, side - 1.0)
        return ops.relu(1.0 - ops.abs(source[:, :, None] - lines[None, None, :]))

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "strength": self.strength, "flip": self.flip, "seed": self.seed}


@keras.saving.register_keras_serializable(package="automl")
class Colour(keras.layers.Layer):  # type: ignore[misc]
    """Random contrast and brightness of each training image, and of each of its channels a little.

    Args:
        strength: largest change of contrast, and of brightness in deviations of the channel.
    """

    def __init__(self, strength: float, seed: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.strength, self.seed = strength, seed
        self.random = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(images, height, width, channels) to the same shape; unchanged outside training."""
        if not training:
            return inputs
        middle = ops.mean(inputs, axis=(1, 2), keepdims=True)
        contrast, brightness = (1.0 + self._uniform(inputs, 1)), self._uniform(inputs, 1)
        tint = self._uniform(inputs, inputs.shape[-1]) / 2.0
        return (inputs - middle) * contrast + middle + brightness + tint

    def _uniform(self, inputs: Any, channels: int) -> Any:
        shape = (ops.shape(inputs)[0], 1, 1, channels)
        return keras.random.uniform(shape, -self.strength, self.strength, seed=self.random)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "strength": self.strength, "seed": self.seed}


AUGMENTATIONS = (Warp, Colour, RandAugment)
"""Layers that change training images only."""


def seen(size: tuple[int, ...], params: Params) -> tuple[int, ...]:
    """(height, width, channels) that the body sees: the images', or a share of it, 16 lines at least."""
    share = float(params.get("resolution", 1.0))
    return size if share == 1.0 else (*(max(round(side * share), min(side, 16)) for side in size[:2]), size[2])


def network(size: tuple[int, ...], pixels: Array, params: Params, bias: list[float], seed: int) -> keras.Model:
    """The untrained network.

    Args:
        size: height, width, channels.
        pixels: some training images, for the mean and spread of each channel.
        params: block, width, blocks, kernel, resolution, dropout, augment, flip, colour, randaugment.
        bias: first values of the output layer's biases.
        seed: of the augmentation.
    """
    mean, spread = pixels.mean(axis=(0, 1, 2)), np.maximum(pixels.std(axis=(0, 1, 2)), 1.0)
    inputs = keras.Input(size, dtype="uint8")
    hidden = Pixels([float(v) for v in mean], [float(v) for v in spread])(inputs)
    hidden = summary(hidden, params, seed)
    last = keras.layers.Dense(len(bias))
    model = keras.Model(inputs, last(hidden))
    last.bias.assign(np.asarray(bias, dtype=np.float32))
    return model


def summary(hidden: Any, params: Params, seed: int) -> Any:
    """(images, height, width, channels) of mean 0 and deviation 1 to (images, channels of the last feature map).

    Args:
        params, seed: as for `network`.
    """
    size = tuple(hidden.shape[1:])
    if seen(size, params) != size:
        hidden = keras.layers.Resizing(*seen(size, params)[:2], antialias=True)(hidden)
    if params["augment"] or params["flip"]:
        hidden = Warp(params["augment"], flip=params["flip"], seed=seed)(hidden)
    if params.get("colour"):
        hidden = Colour(params["colour"], seed=seed)(hidden)
    if params.get("randaugment"):
        hidden = RandAugment(params["randaugment"], seed=seed)(hidden)
    hidden = body(hidden, params)
    hidden = keras.layers.GlobalAveragePooling2D()(hidden)
    return keras.layers.Dropout(params["dropout"])(hidden) if params["dropout"] else hidden


def optimizer(params: Params) -> keras.Optimizer:
    """AdamW; the learning rate is set at every call, biases and normalisation do not decay."""
    adam = keras.optimizers.AdamW(weight_decay=params["weight_decay"], clipnorm=None)
    adam.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return adam
