"""Layers of RealMLP (Holzmueller, Grinsztajn and Steinwart 2024, "Better by default").

Their learning-rate factors are kept without several optimisers: Adam's step does not depend on the scale of a gradient,
so a weight stored as v and used as f * v moves f times as fast as one stored as it is.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

BIAS_FACTOR = 0.1
SCALE_FACTOR = 6.0
PERIODIC_FACTOR = 0.1


@keras.saving.register_keras_serializable(package="automl")
class Scale(keras.layers.Layer):  # type: ignore[misc]
    """Each input times its own weight (first 1): a soft choice of features that learns six times as fast."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """One weight an input."""
        self.factors = self.add_weight(
            shape=(input_shape[-1],), initializer=keras.initializers.Constant(1.0 / SCALE_FACTOR), name="factors"
        )

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to the same shape."""
        return inputs * (SCALE_FACTOR * self.factors)


@keras.saving.register_keras_serializable(package="automl")
class NTKDense(keras.layers.Layer):  # type: ignore[misc]
    """x W / sqrt(inputs) + b with W, b ~ N(0, 1): one learning rate suits every width.

    Args:
        units: outputs.
        last: True for the output layer, which starts at zero.
        bias: first values of the biases, None for random (or zero when `last`).
    """

    def __init__(self, units: int, *, last: bool = False, bias: list[float] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.units, self.last, self.bias = units, last, bias

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """A kernel and biases."""
        inputs = int(input_shape[-1] or 0)
        self.norm = float(max(inputs, 1)) ** -0.5
        start = "zeros" if self.last else keras.initializers.RandomNormal(stddev=1.0)
        offset = "zeros" if self.last else keras.initializers.RandomNormal(stddev=1.0 / BIAS_FACTOR)
        self.kernel = self.add_weight(shape=(inputs, self.units), initializer=start, name="kernel")
        self.offset = self.add_weight(shape=(self.units,), initializer=offset, name="bias")
        if self.bias is not None:
            self.offset.assign(ops.convert_to_tensor([value / BIAS_FACTOR for value in self.bias], dtype="float32"))

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to (rows, units)."""
        return ops.matmul(inputs, self.norm * self.kernel) + BIAS_FACTOR * self.offset

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "units": self.units, "last": self.last, "bias": self.bias}


@keras.saving.register_keras_serializable(package="automl")
class Periodic(keras.layers.Layer):  # type: ignore[misc]
    """PBLD embedding of the first columns: each number x becomes x and three learnt mixtures of its cosines.

    Args:
        numbers: how many of the first columns are quantities; the others pass unchanged.
        waves: cosines a number.
        mixtures: outputs a number beside x itself.
        spread: standard deviation of the first frequencies.
    """

    def __init__(
        self, numbers: int, *, waves: int = 16, mixtures: int = 3, spread: float = 0.1, **options: Any
    ) -> None:
        super().__init__(**options)
        self.numbers, self.waves, self.mixtures, self.spread = numbers, waves, mixtures, spread

    def build(self, input_shape: tuple[int | None, ...]) -> None:  # noqa: ARG002 (Keras' interface)
        """Frequencies, phases and mixtures of each number."""
        n, k, m = self.numbers, self.waves, self.mixtures
        normal, uniform = keras.initializers.RandomNormal, keras.initializers.RandomUniform
        edge = k**-0.5 / PERIODIC_FACTOR
        turn = 3.141592653589793 / PERIODIC_FACTOR
        self.frequency = self.add_weight(
            shape=(n, k), initializer=normal(stddev=self.spread / PERIODIC_FACTOR), name="frequency"
        )
        self.phase = self.add_weight(shape=(n, k), initializer=uniform(-turn, turn), name="phase")
        self.mixture = self.add_weight(shape=(n, k, m), initializer=uniform(-edge, edge), name="mixture")
        self.offset = self.add_weight(shape=(n, m), initializer=uniform(-edge, edge), name="offset")

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to (rows, inputs + numbers * mixtures)."""
        numbers = inputs[:, : self.numbers, None]
        angle = 6.283185307179586 * PERIODIC_FACTOR * numbers * self.frequency + PERIODIC_FACTOR * self.phase
        mixed = ops.einsum("bnk,nkm->bnm", ops.cos(angle), PERIODIC_FACTOR * self.mixture)
        flat = ops.reshape(mixed + PERIODIC_FACTOR * self.offset, (-1, self.numbers * self.mixtures))
        return ops.concatenate([inputs, flat], axis=1)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        own = {"numbers": self.numbers, "waves": self.waves, "mixtures": self.mixtures, "spread": self.spread}
        return {**super().get_config(), **own}
