"""Bodies of convolutional networks for images, from the first convolution to the last feature map, and their cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import keras

from automl.families.network import precision

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.families.base import Params

MOMENTUM = 0.9
"""Of batch statistics: small sets see too few steps for Keras' 0.99."""
PATCHES = 16
"""Lines of patches that a ConvMixer sees, about."""
MIXER_WIDTH, MIXER_DEPTH = 4, 3
"""A ConvMixer's width and depth for a width and a block of the others: it stays at one width and has no stages."""


def body(hidden: Any, params: Params) -> Any:
    """(images, height, width, channels) to the last feature map.

    Args:
        hidden: numbers of mean 0 and deviation 1.
        params: block, width, blocks, kernel.
    """
    with precision.of_convolutions():
        return _body(hidden, params)


def _body(hidden: Any, params: Params) -> Any:
    size = tuple(hidden.shape[1:])
    width, kernel = int(params["width"]), int(params.get("kernel", 3))
    if params.get("block") == "mixer":
        return _mixer(hidden, MIXER_WIDTH * width, MIXER_DEPTH * int(params["blocks"]), kernel)
    block = BLOCKS[params.get("block", "residual")]
    stride, count = stages(min(size[:2]))
    hidden = first(hidden, width, stride)
    for stage in range(count):
        for number in range(int(params["blocks"])):
            hidden = block(hidden, width * 2**stage, 2 if stage and not number else 1, kernel)
    return hidden


def first(hidden: Any, width: int, stride: int, kernel: int = 3) -> Any:
    """A convolution, normalised."""
    return keras.layers.ReLU()(_normal(_convolution(hidden, width, stride, kernel)))


def stages(side: int) -> tuple[int, int]:
    """(stride of the first convolution, stages): the last stage sees 4 to 8 lines.

    All but tiny images are halved at once: on fashion_mnist_900 this trains 2.5 times as fast at the same accuracy.
    """
    stride = 2 if side > 16 else 1
    return stride, min(max(math.ceil(math.log2(max(side / stride, 1) / 8)) + 1, 2), 4)


def operations(size: tuple[int, ...], params: Params) -> float:
    """Multiplications and additions of one image through the body, estimated from its convolutions."""
    width, blocks, taps = int(params["width"]), int(params["blocks"]), int(params.get("kernel", 3)) ** 2
    if params.get("block") == "mixer":
        patch = _patch(min(size[:2]))
        area, wide = size[0] * size[1] / patch**2, MIXER_WIDTH * width
        return 2.0 * area * wide * (patch**2 * size[2] + MIXER_DEPTH * blocks * (taps + wide))
    separable = params.get("block") == "separable"
    stride, count = stages(min(size[:2]))
    area, inputs = size[0] * size[1] / stride**2, width
    total = area * 9 * size[2] * width
    for stage in range(count):
        outputs = width * 2**stage
        area /= 4 if stage else 1
        pairs = inputs * outputs + (2 * blocks - 1) * outputs**2
        total += area * (pairs + taps * (inputs + (2 * blocks - 1) * outputs) if separable else taps * pairs)
        inputs = outputs
    return 2.0 * total


def _patch(side: int) -> int:
    return max(round(side / PATCHES), 1)


def _mixer(hidden: Any, width: int, depth: int, kernel: int) -> Any:
    """ConvMixer (Trockman and Kolter 2022): patches, then a convolution within each channel and one across them."""
    patch = _patch(min(hidden.shape[1:3]))
    hidden = keras.layers.Conv2D(width, patch, strides=patch, padding="same")(hidden)
    hidden = _normal(keras.layers.Activation("gelu")(hidden))
    for _ in range(depth):
        within = keras.layers.DepthwiseConv2D(max(kernel, 5), padding="same")(hidden)
        hidden = keras.layers.Add()([hidden, _normal(keras.layers.Activation("gelu")(within))])
        hidden = _normal(keras.layers.Activation("gelu")(keras.layers.Conv2D(width, 1)(hidden)))
    return hidden


def _residual(inputs: Any, width: int, stride: int, kernel: int) -> Any:
    """Two convolutions beside a shortcut."""
    return _shortcut(inputs, width, stride, lambda hidden, stride: _convolution(hidden, width, stride, kernel))


def _separable(inputs: Any, width: int, stride: int, kernel: int) -> Any:
    """Two separable convolutions beside a shortcut: each channel by itself, then across channels."""

    def convolution(hidden: Any, stride: int) -> Any:
        within = keras.layers.DepthwiseConv2D(kernel, strides=stride, padding="same", use_bias=False)(hidden)
        return _convolution(within, width, kernel=1)

    return _shortcut(inputs, width, stride, convolution)


BLOCKS = {"residual": _residual, "separable": _separable}
"""Of networks with stages: inputs, width, stride and kernel to outputs."""


def _shortcut(inputs: Any, width: int, stride: int, convolution: Callable[[Any, int], Any]) -> Any:
    """Two convolutions beside a shortcut; their branch starts at zero, so that depth costs nothing at first."""
    branch = keras.layers.ReLU()(_normal(convolution(inputs, stride)))
    branch = _normal(convolution(branch, 1), gamma="zeros")
    if stride != 1 or inputs.shape[-1] != width:
        inputs = _normal(_convolution(inputs, width, stride, kernel=1))
    return keras.layers.ReLU()(keras.layers.Add()([inputs, branch]))


def _convolution(inputs: Any, width: int, stride: int = 1, kernel: int = 3) -> Any:
    layer = keras.layers.Conv2D(
        width, kernel, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal"
    )
    return layer(inputs)


def _normal(inputs: Any, gamma: str = "ones") -> Any:
    return keras.layers.BatchNormalization(momentum=MOMENTUM, gamma_initializer=gamma)(inputs)
