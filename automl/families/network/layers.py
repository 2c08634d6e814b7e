"""Layers of RealMLP (Holzmueller, Grinsztajn and Steinwart 2024, "Better by default").

Their learning-rate factors are kept without several optimisers: Adam's step does not depend on the scale of a gradient,
so a weight stored as v and used as f * v moves f times as fast as one stored as it is.

Every layer for tables has a method `start`, which gives its weights their first values from the training rows as they
reach it. A network that has been used before starts as a new one does, so folds share one compiled network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from automl.data.dataset import Array

BIAS_FACTOR = 0.1
SCALE_FACTOR = 6.0
CORNERS = 5
"""Training rows that a unit's first bias is mixed from."""
SMALLEST = 1e-6
"""Outputs that vary less are as good as constant, and stay unscaled."""


@keras.saving.register_keras_serializable(package="automl")
class Scale(keras.layers.Layer):  # type: ignore[misc]
    """Each input times its own weight (first 1): a soft choice of features that learns six times as fast."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """One weight an input."""
        self.factors = self.add_weight(
            shape=(input_shape[-1],), initializer=keras.initializers.Constant(1.0 / SCALE_FACTOR), name="factors"
        )

    def start(self, random: np.random.Generator, inputs: Array) -> None:  # noqa: ARG002 (one interface)
        """Every input counts the same."""
        self.factors.assign(np.full(self.factors.shape, 1.0 / SCALE_FACTOR, np.float32))

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to the same shape."""
        return inputs * (SCALE_FACTOR * self.factors)


@keras.saving.register_keras_serializable(package="automl")
class NTKDense(keras.layers.Layer):  # type: ignore[misc]
    """x W / sqrt(inputs) + b: one learning rate suits every width.

    Args:
        units: outputs.
        last: True for the output layer, which starts at zero.
        bias: a key of stored layers; never used.
    """

    def __init__(self, units: int, *, last: bool = False, bias: list[float] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.units, self.last, self.bias = units, last, bias

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """A kernel and biases, zero before `start`."""
        inputs = int(input_shape[-1] or 0)
        self.norm = float(max(inputs, 1)) ** -0.5
        self.kernel = self.add_weight(shape=(inputs, self.units), initializer="zeros", name="kernel")
        self.offset = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def start(self, random: np.random.Generator, inputs: Array) -> None:
        """Outputs of deviation one on the training rows, their bends spread over where rows lie.

        Normal weights are divided by the deviation of the output ('std'), and each bias puts zero at a random mixture
        of `CORNERS` training rows ('he+5'). The output layer stays at zero, so that a fit starts from the mean.
        """
        if self.last:
            self.kernel.assign(np.zeros(self.kernel.shape, np.float32))
            return
        kernel = random.standard_normal(self.kernel.shape)
        outputs = self.norm * inputs.astype(np.float64) @ kernel
        spread = outputs.std(axis=0)
        factor = 1.0 / np.where(spread > SMALLEST, spread, 1.0)
        shares = random.exponential(size=(CORNERS, self.units))
        rows = random.integers(len(inputs), size=(CORNERS, self.units))
        corner = (shares / shares.sum(axis=0) * np.take_along_axis(outputs, rows, axis=0)).sum(axis=0)
        self.kernel.assign((kernel * factor).astype(np.float32))
        self.start_at((-corner * factor).tolist())

    def start_at(self, bias: list[float]) -> None:
        """Give the biases their first values."""
        self.offset.assign((np.asarray(bias) / BIAS_FACTOR).astype(np.float32))

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to (rows, units)."""
        return ops.matmul(inputs, self.norm * self.kernel) + BIAS_FACTOR * self.offset

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "units": self.units, "last": self.last, "bias": self.bias}
