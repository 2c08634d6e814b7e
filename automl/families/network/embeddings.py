"""Embeddings: a number as several smooth or piecewise-linear functions of it, a category as a vector.

The rows of a batch lie along the last axis in between, so that each function is one long loop and no product needs its
arguments turned; periodic embeddings take half as long for it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from automl.data.dataset import Array

PERIODIC_FACTOR = 0.1
"""Learning rate of periodic embeddings beside that of the weights (see `layers`)."""


@keras.saving.register_keras_serializable(package="automl")
class Periodic(keras.layers.Layer):  # type: ignore[misc]
    """PBLD embedding of the first columns: each number x becomes x and three learnt mixtures of its cosines.

    Args:
        numbers: how many of the first columns are quantities; the others pass unchanged.
        waves: cosines a number.
        mixtures: outputs a number beside x itself.
        spread: standard deviation of the first frequencies.

    Source: Holzmueller, Grinsztajn and Steinwart 2024, section 3 ("PBLD").
    """

    def __init__(
        self, numbers: int, *, waves: int = 16, mixtures: int = 3, spread: float = 0.1, **options: Any
    ) -> None:
        super().__init__(**options)
        self.numbers, self.waves, self.mixtures, self.spread = numbers, waves, mixtures, spread

    def build(self, input_shape: tuple[int | None, ...]) -> None:  # noqa: ARG002 (Keras' interface)
        """Frequencies, phases and mixtures of each number, zero before `start`."""
        n, k, m = self.numbers, self.waves, self.mixtures
        self.frequency = self.add_weight(shape=(n, k), initializer="zeros", name="frequency")
        self.phase = self.add_weight(shape=(n, k), initializer="zeros", name="phase")
        self.mixture = self.add_weight(shape=(n, k, m), initializer="zeros", name="mixture")
        self.offset = self.add_weight(shape=(n, m), initializer="zeros", name="offset")

    def start(self, random: np.random.Generator, inputs: Array) -> None:  # noqa: ARG002 (one interface)
        """Slow waves of any phase, in random mixtures."""
        edge = self.waves**-0.5
        values = (
            (self.frequency, random.normal(0.0, self.spread, self.frequency.shape)),
            (self.phase, random.uniform(-math.pi, math.pi, self.phase.shape)),
            (self.mixture, random.uniform(-edge, edge, self.mixture.shape)),
            (self.offset, random.uniform(-edge, edge, self.offset.shape)),
        )
        for variable, value in values:
            variable.assign((value / PERIODIC_FACTOR).astype(np.float32))

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to (rows, inputs + numbers * mixtures)."""
        numbers = ops.transpose(inputs[:, : self.numbers])[:, None, :]
        frequency, phase = 2.0 * math.pi * PERIODIC_FACTOR * self.frequency, PERIODIC_FACTOR * self.phase
        waves = ops.cos(numbers * frequency[:, :, None] + phase[:, :, None])
        mixed = ops.matmul(ops.transpose(PERIODIC_FACTOR * self.mixture, (0, 2, 1)), waves)
        mixed = mixed + (PERIODIC_FACTOR * self.offset)[:, :, None]
        flat = ops.transpose(ops.reshape(mixed, (self.numbers * self.mixtures, -1)))
        return ops.concatenate([inputs, flat], axis=1)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        own = {"numbers": self.numbers, "waves": self.waves, "mixtures": self.mixtures, "spread": self.spread}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="automl")
class Piecewise(keras.layers.Layer):  # type: ignore[misc]
    """Each number as a vector that is piecewise linear in it, with bends at quantiles of the training rows.

    A straight line with random slopes, plus a bend a bin that starts at zero: the network first sees a plain linear
    embedding and learns the bends it needs.

    Args:
        numbers: how many of the first columns are quantities; the others pass unchanged.
        bins: quantile bins of each number.
        size: length of the vector.

    Source: Gorishniy, Rubachev and Babenko 2022, "On Embeddings for Numerical Features", version B of their package.
    """

    def __init__(self, numbers: int, *, bins: int, size: int, **options: Any) -> None:
        super().__init__(**options)
        self.numbers, self.bins, self.size = numbers, bins, size

    def build(self, input_shape: tuple[int | None, ...]) -> None:  # noqa: ARG002 (Keras' interface)
        """Lower ends and inverse widths of the bins (fixed), slopes, offsets and bends (learnt)."""
        n, k, d = self.numbers, self.bins, self.size
        self.low = self.add_weight(shape=(n, k, 1), initializer="zeros", trainable=False, name="low")
        self.steep = self.add_weight(shape=(n, k, 1), initializer="zeros", trainable=False, name="steep")
        self.slope = self.add_weight(shape=(n, d, 1), initializer="zeros", name="slope")
        self.offset = self.add_weight(shape=(n, d, 1), initializer="zeros", name="offset")
        self.bend = self.add_weight(shape=(n, d, k), initializer="zeros", name="bend")

    def start(self, random: np.random.Generator, inputs: Array) -> None:
        """Bins from the training rows; equal quantiles share one bin, the others of which stay empty."""
        edges = np.quantile(inputs[:, : self.numbers], np.linspace(0.0, 1.0, self.bins + 1), axis=0).T
        width = np.diff(edges, axis=1)
        self.low.assign(edges[:, :-1, None].astype(np.float32))
        steep = np.divide(1.0, width, out=np.zeros_like(width), where=width > 1e-6)
        self.steep.assign(steep[:, :, None].astype(np.float32))
        edge = self.size**-0.5
        for variable in (self.slope, self.offset):
            variable.assign(random.uniform(-edge, edge, variable.shape).astype(np.float32))
        self.bend.assign(np.zeros(self.bend.shape, np.float32))

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to (rows, numbers * size + the other inputs)."""
        numbers = ops.transpose(inputs[:, : self.numbers])[:, None, :]
        filled = ops.clip((numbers - self.low) * self.steep, 0.0, 1.0)
        vectors = numbers * self.slope + self.offset + ops.matmul(self.bend, filled)
        flat = ops.transpose(ops.reshape(vectors, (self.numbers * self.size, -1)))
        return ops.concatenate([flat, inputs[:, self.numbers :]], axis=1)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "numbers": self.numbers, "bins": self.bins, "size": self.size}


@keras.saving.register_keras_serializable(package="automl")
class Levels(keras.layers.Layer):  # type: ignore[misc]
    """The last columns, which hold category codes, as learnt vectors.

    Args:
        sizes: codes of each of the last columns, 0 (missing or unseen) included.
        size: length of a vector.
    """

    def __init__(self, sizes: list[int], *, size: int, **options: Any) -> None:
        super().__init__(**options)
        self.sizes, self.size = [int(v) for v in sizes], size

    def build(self, input_shape: tuple[int | None, ...]) -> None:  # noqa: ARG002 (Keras' interface)
        """The vectors of all columns, one column's after the other's."""
        self.vectors = self.add_weight(shape=(sum(self.sizes), self.size), initializer="zeros", name="vectors")

    def start(self, random: np.random.Generator, inputs: Array) -> None:  # noqa: ARG002 (one interface)
        """Normal vectors; those of code 0 are zero, which is what a level that was never learnt stands for."""
        vectors = random.standard_normal(self.vectors.shape)
        vectors[self._first()] = 0.0
        self.vectors.assign(vectors.astype(np.float32))

    def _first(self) -> Array:
        """Row of each column's code 0."""
        firsts: Array = np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int32)
        return firsts

    def call(self, inputs: Any) -> Any:
        """(rows, inputs) to (rows, the other inputs + size a category)."""
        count = len(self.sizes)
        codes = ops.cast(inputs[:, -count:], "int32") + ops.convert_to_tensor(self._first())
        flat = ops.reshape(ops.take(self.vectors, codes, axis=0), (-1, count * self.size))
        return ops.concatenate([inputs[:, :-count], flat], axis=1)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "sizes": self.sizes, "size": self.size}
