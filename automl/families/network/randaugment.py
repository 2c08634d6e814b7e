"""RandAugment for networks that learn from images: a few operations, drawn for each image, all of one magnitude."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

DRAWN = 2
"""Operations an image, the same one twice included."""
MOVES = ("rotate", "shear x", "shear y", "shift x", "shift y", "zoom")
COLOURS = ("brightness", "contrast", "sharpness", "solarize", "posterize", "saturation")
"""Saturation stands last: grey images have none."""
ANGLE, SHEAR, SHIFT, ZOOM, BLEND, LEVELS = 0.52, 0.3, 0.3, 0.3, 0.9, 4.0
"""At magnitude 1: radians, shares of the side (shear, shift), changes of a factor of 1, and bits taken off 8."""


@keras.saving.register_keras_serializable(package="automl")
class RandAugment(keras.layers.Layer):  # type: ignore[misc]
    """Each training image through `DRAWN` operations out of `MOVES`, `COLOURS` and none at all.

    What is drawn is applied in one order, and the same operation twice adds up: an image is sampled once, between its
    nearest four pixels, and goes through the colours once. What comes in from outside repeats the edge. Black and white
    are the lowest and the highest value of the image's channel.

    Args:
        strength: the magnitude of every operation, 0 to 1; its direction is random. 0 leaves images as they are.

    Source: Cubuk et al. 2020, "RandAugment".
    """

    def __init__(self, strength: float, seed: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.strength, self.seed = strength, seed
        self.random = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(images, height, width, channels) float to the same shape; unchanged outside training."""
        if not training or not self.strength:
            return inputs
        names = (*MOVES, *(COLOURS if inputs.shape[-1] > 1 else COLOURS[:-1]))
        images = ops.shape(inputs)[0]
        drawn = keras.random.randint((DRAWN, images), 0, len(names) + 1, seed=self.random)  # the last is none
        signs = ops.sign(keras.random.uniform((DRAWN, images, 1), -1.0, 1.0, seed=self.random))
        amounts = self.strength * ops.sum(signs * ops.one_hot(drawn, len(names) + 1, dtype="float32"), axis=0)
        amount = {name: amounts[:, i] for i, name in enumerate(names)}
        return _coloured(_moved(inputs, amount), amount)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "strength": self.strength, "seed": self.seed}


def _moved(inputs: Any, amount: dict[str, Any]) -> Any:
    """The images turned and zoomed, sheared, then shifted.

    Args:
        amount: name -> (images,) magnitude with its direction; 0 for images without the operation.
    """
    height, width = inputs.shape[1:3]
    rows, columns = (ops.arange(side, dtype="float32") - (side - 1) / 2.0 for side in (height, width))
    y, x = rows[None, :, None], columns[None, None, :]
    own = {name: amount[name][:, None, None] for name in MOVES}
    angle, scale = ANGLE * own["rotate"], 1.0 + ZOOM * own["zoom"]
    cosine, sine = scale * ops.cos(angle), scale * ops.sin(angle)
    source_y = cosine * y + (sine + SHEAR * own["shear y"]) * x + SHIFT * height * own["shift y"]
    source_x = cosine * x + (SHEAR * own["shear x"] - sine) * y + SHIFT * width * own["shift x"]
    return _sampled(inputs, source_y + (height - 1) / 2.0, source_x + (width - 1) / 2.0)


def _sampled(inputs: Any, y: Any, x: Any) -> Any:
    """Linear interpolation at (images, height, width) rows `y` and columns `x`, kept inside."""
    height, width, channels = inputs.shape[1:]
    y, x = ops.clip(y, 0.0, height - 1.0), ops.clip(x, 0.0, width - 1.0)
    top, left = ops.minimum(ops.floor(y), height - 2.0), ops.minimum(ops.floor(x), width - 2.0)
    down, right = (y - top)[..., None], (x - left)[..., None]
    first = ops.arange(ops.shape(inputs)[0], dtype="int32")[:, None, None] * (height * width)
    place = first + ops.cast(top, "int32") * width + ops.cast(left, "int32")
    pixels = ops.reshape(inputs, (-1, channels))
    corners = [ops.take(pixels, place + offset, axis=0) for offset in (0, 1, width, width + 1)]
    upper = corners[0] + right * (corners[1] - corners[0])
    lower = corners[2] + right * (corners[3] - corners[2])
    return upper + down * (lower - upper)


def _coloured(values: Any, amount: dict[str, Any]) -> Any:
    """The images further from, or nearer to, what has no brightness, contrast and so on; then solarize and posterize.

    Args:
        amount: as for `_moved`.
    """
    own = {name: amount[name][:, None, None, None] for name in COLOURS if name in amount}
    low, high = (extreme(values, axis=(1, 2), keepdims=True) for extreme in (ops.min, ops.max))
    without = {
        "brightness": low,
        "contrast": ops.mean(values, axis=(1, 2), keepdims=True),
        "saturation": ops.mean(values, axis=-1, keepdims=True),
        "sharpness": ops.average_pool(values, 3, strides=1, padding="same"),
    }
    shares = {name: BLEND * own[name] for name in without if name in own}
    plain = sum(share * without[name] for name, share in shares.items())  # the small ones first
    values = values * (1.0 + sum(shares.values())) - plain
    threshold = high - ops.abs(own["solarize"]) * (high - low)
    solarized = ops.logical_and(own["solarize"] != 0.0, values > threshold)
    values = ops.where(solarized, low + high - values, values)
    step = (high - low) / 2.0 ** (8.0 - LEVELS * ops.abs(own["posterize"]))
    levels = low + step * ops.floor((values - low) / ops.where(step > 0.0, step, 1.0))
    return ops.where(own["posterize"] != 0.0, levels, values)
