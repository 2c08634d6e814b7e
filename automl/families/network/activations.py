"""Activations between a straight line and a bend, with gradients written out.

Written with plain operations, Mish and its gradient pass over a batch some twenty times; so does a mixture of any
activation with the identity. Worked out together they take half as many, which is felt: at this size of network the
matrix products are only just dearer than one pass over their results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array

MIXTURE_FACTOR = 0.1
"""Learning rate of the mixture beside that of the weights (see `layers`)."""
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
LARGEST_EXPONENT = 20.0
"""Beyond it Mish equals its argument to the last digit of single precision."""


def selu(x: Any) -> tuple[Any, Any]:
    """SELU and its slope."""
    value = ops.selu(x)
    return value, ops.where(x > 0, SELU_SCALE, value + SELU_SCALE * SELU_ALPHA)


def mish(x: Any) -> tuple[Any, Any]:
    """Mish, x tanh(softplus(x)), and its slope, by one exponential: tanh(softplus(x)) = s / (s + 2), s = e (e + 2)."""
    e = ops.exp(ops.minimum(x, LARGEST_EXPONENT))
    s = e * (e + 2.0)
    inverse = 1.0 / (s + 2.0)
    gate = s * inverse
    return x * gate, gate + x * (e * (e + 1.0)) * ops.square(2.0 * inverse)


FUNCTIONS = {"selu": selu, "mish": mish}


def mixed(function: Callable[[Any], tuple[Any, Any]]) -> Any:
    """A function of x and a: x + a (f(x) - x) with its gradient, for a function that returns value and slope."""

    def forward(x: Any, a: Any) -> Any:
        value, slope = function(x)
        bend = value - x

        def gradient(*arguments: Any, upstream: Any = None) -> tuple[Any, Any]:
            upstream = arguments[0] if upstream is None else upstream
            return upstream * (1.0 + a * (slope - 1.0)), ops.sum(upstream * bend, axis=0)

        return x + a * bend, gradient

    return ops.custom_gradient(forward)


@keras.saving.register_keras_serializable(package="automl")
class Mixed(keras.layers.Layer):  # type: ignore[misc]
    """x + a (f(x) - x), a for each unit, first 1.

    Args:
        function: name in `FUNCTIONS`.
    """

    def __init__(self, function: str, **options: Any) -> None:
        super().__init__(**options)
        self.function = function
        self.apply = mixed(FUNCTIONS[function])

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """One mixture a unit."""
        self.mixture = self.add_weight(
            shape=(input_shape[-1],), initializer=keras.initializers.Constant(1.0 / MIXTURE_FACTOR), name="mixture"
        )

    def start(self, random: np.random.Generator, inputs: Array) -> None:  # noqa: ARG002 (one interface)
        """The plain activation."""
        self.mixture.assign(np.full(self.mixture.shape, 1.0 / MIXTURE_FACTOR, np.float32))

    def call(self, inputs: Any) -> Any:
        """(rows, units) to the same shape."""
        return self.apply(inputs, MIXTURE_FACTOR * ops.convert_to_tensor(self.mixture))

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "function": self.function}
