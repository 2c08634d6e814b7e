"""Layers of TabM-mini (Gorishniy, Kotelnikov and Babenko 2024, "TabM"): several networks that share all but the ends.

Members are told apart by a scale of their own on every input, and have an output layer of their own. Between them, the
batches of all members are one long batch, so that one matrix product serves them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from automl.data.dataset import Array


@keras.saving.register_keras_serializable(package="automl")
class Members(keras.layers.Layer):  # type: ignore[misc]
    """Each input times a weight of each member, the members' rows one block after the other.

    Args:
        members: how many.
        vectors, size: the first `vectors * size` inputs are embeddings of `size` inputs each; an embedding is scaled
            as a whole at first, by a normal number instead of a sign.
    """

    def __init__(self, members: int, *, vectors: int = 0, size: int = 1, **options: Any) -> None:
        super().__init__(**options)
        self.members, self.vectors, self.size = members, vectors, size

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """A weight a member and input."""
        self.scales = self.add_weight(shape=(self.members, 1, input_shape[-1]), initializer="zeros", name="scales")

    def start(self, random: np.random.Generator, inputs: Array) -> None:  # noqa: ARG002 (one interface)
        """Random signs, or one normal number for each embedding."""
        scales = random.choice([-1.0, 1.0], self.scales.shape)
        if self.vectors:
            drawn = random.standard_normal((self.members, 1, self.vectors))
            scales[:, :, : self.vectors * self.size] = np.repeat(drawn, self.size, axis=2)
        self.scales.assign(scales.astype(np.float32))

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to (members * rows, inputs)."""
        return ops.reshape(inputs[None] * self.scales, (-1, inputs.shape[-1]))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """PyTorch finds shapes out with rows of its own number, which differ by the factor of members."""
        return (None, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "members": self.members, "vectors": self.vectors, "size": self.size}


@keras.saving.register_keras_serializable(package="automl")
class Linear(keras.layers.Layer):  # type: ignore[misc]
    """x W + b with uniform first weights, followed by ReLU.

    Args:
        units: outputs.
    """

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.units = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """A kernel and biases."""
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="zeros", name="kernel")
        self.offset = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def start(self, random: np.random.Generator, inputs: Array) -> None:  # noqa: ARG002 (one interface)
        """Uniform within one over the root of the inputs."""
        edge = self.kernel.shape[0] ** -0.5
        for variable in (self.kernel, self.offset):
            variable.assign(random.uniform(-edge, edge, variable.shape).astype(np.float32))

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to (rows, units)."""
        return ops.relu(ops.matmul(inputs, self.kernel) + self.offset)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="automl")
class Heads(keras.layers.Layer):  # type: ignore[misc]
    """An output layer for each member.

    Args:
        members: how many.
        outputs: of each.
    """

    def __init__(self, members: int, outputs: int, **options: Any) -> None:
        super().__init__(**options)
        self.members, self.outputs = members, outputs

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """A kernel and biases a member."""
        units = input_shape[-1]
        self.kernel = self.add_weight(shape=(self.members, units, self.outputs), initializer="zeros", name="kernel")
        self.offset = self.add_weight(shape=(self.members, 1, self.outputs), initializer="zeros", name="bias")

    def start(self, random: np.random.Generator, inputs: Array) -> None:  # noqa: ARG002 (one interface)
        """Uniform within one over the root of the inputs; biases are for `start_at`."""
        edge = self.kernel.shape[1] ** -0.5
        self.kernel.assign(random.uniform(-edge, edge, self.kernel.shape).astype(np.float32))

    def start_at(self, bias: list[float]) -> None:
        """Give the biases of every member their first values."""
        self.offset.assign(np.broadcast_to(np.asarray(bias, dtype=np.float32), self.offset.shape))

    def call(self, inputs: Any) -> Any:
        """(members * rows, inputs) to (rows, members, outputs)."""
        blocks = ops.reshape(inputs, (self.members, -1, inputs.shape[-1]))
        return ops.transpose(ops.matmul(blocks, self.kernel) + self.offset, (1, 0, 2))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:  # noqa: ARG002
        """As `Members`: any number of rows need not divide by the members."""
        return (None, self.members, self.outputs)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "members": self.members, "outputs": self.outputs}
