"""Convolutions in half precision on a GPU that computes faster with it; weights, loss and what is saved stay single.

bfloat16 has the range of single precision, so that no loss needs scaling. NVIDIA's GPUs have units for it from compute
capability 8.0 on (A100, RTX 30); on others, and on processors, it would cost time and digits for nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import keras

from automl import devices

if TYPE_CHECKING:
    from collections.abc import Iterator

SINGLE, MIXED = "float32", "mixed_bfloat16"
CAPABLE = 8.0
"""Compute capability from which on bfloat16 is worth it."""


def on_gpu() -> bool:
    """Whether Keras computes on a GPU here, asked of a number of its backend: Keras lists no devices with PyTorch."""
    return "cpu" not in str(getattr(keras.ops.convert_to_tensor(0.0), "device", "cpu")).lower()


@cache
def pays() -> bool:
    """Whether this process computes on a GPU, and all of the machine's have units for bfloat16."""
    return on_gpu() and devices.capability() >= CAPABLE


@contextmanager
def of_convolutions() -> Iterator[None]:
    """Layers that are made in the body compute in half precision where that pays."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(MIXED if pays() else before)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def is_mixed(network: keras.Model) -> bool:
    """Whether a layer computes in half precision."""
    return any(layer.compute_dtype != SINGLE for layer in network.layers if layer.weights)


def single(network: keras.Model) -> keras.Model:
    """The same network in single precision throughout: it gives the same predictions on every machine."""

    def again(layer: keras.layers.Layer) -> keras.layers.Layer:
        return type(layer).from_config({**layer.get_config(), "dtype": SINGLE})

    twin = keras.models.clone_model(network, clone_function=again)
    twin.set_weights(network.get_weights())
    return twin
