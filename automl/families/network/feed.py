"""What the training step is given at each call: rows that lie on the device, or images read from their file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import keras
import numpy as np
from keras import ops

from automl.encode.several import filled, stored, unpacked

if TYPE_CHECKING:
    from automl.data.dataset import Array

Tensors = tuple[Any, Any, Any]
"""Inputs, targets and row weights of the backend; inputs of several are a dictionary."""


class Feed(Protocol):
    """Rows to learn from."""

    def call(self, order: Array) -> tuple[Tensors, Array]:
        """The data of a call, and the batches of `order`, (steps, batch) row numbers, as row numbers in these data."""
        ...


class Resident:
    """All rows lie on the device from the first call on.

    Args:
        data: inputs (one array or `Several`), targets and row weights.
        room: rows that they are filled up to with zeros, which are never learnt: one shape for all folds.
    """

    def __init__(self, data: tuple[Any, Array, Array], room: int) -> None:
        self.data: Any = tuple(_tensors(filled(values, room)) for values in data)

    def call(self, order: Array) -> tuple[Tensors, Array]:
        """The same data for every order."""
        return self.data, order


class Streamed:
    """Images are read for each call: no more of them lie in memory, however many there are.

    Args:
        data: images, alone or among `Several`, their targets and weights.
    """

    def __init__(self, data: tuple[Any, Array, Array]) -> None:
        self.data = data

    def call(self, order: Array) -> tuple[Tensors, Array]:
        """The rows of the order, one after the other."""
        x, y, weight = (_tensors(values[order.ravel()]) for values in self.data)
        return (x, y, weight), np.arange(order.size, dtype=np.int32).reshape(order.shape)


def feed(data: tuple[Any, Array, Array], room: int) -> Feed:
    """What suits the inputs; `room` is for those that lie on the device."""
    return Streamed(data) if stored(data[0]) else Resident(data, room)


def _tensors(values: Any) -> Any:
    return keras.tree.map_structure(ops.convert_to_tensor, unpacked(values))
