"""Networks for series: convolutions of several lengths side by side, as InceptionTime has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from automl.families.base import Params

MOMENTUM = 0.9
"""Of batch statistics: small sets see too few steps for Keras' 0.99."""
SHORTCUT = 3
"""Blocks between two shortcuts."""
WIDER = 4
"""Outputs of a layer over its width: an Inception layer joins so many branches."""
NOISE, STRETCH, SHIFT = 0.05, 0.1, 0.05
"""Deviation of added noise and of the factor of a series, largest shift (share of its length), at strength 1."""


@keras.saving.register_keras_serializable(package="automl")
class Disturbed(keras.layers.Layer):  # type: ignore[misc]
    """Random noise, scale and shift of each training series; what a shift brings in repeats the end.

    Args:
        strength: times `NOISE`, `STRETCH` and `SHIFT`.
        channels: how many of the first channels are values; masks and statistics are shifted only.
    """

    def __init__(self, strength: float, *, channels: int, **options: Any) -> None:
        super().__init__(**options)
        self.strength, self.channels = strength, channels
        self.random = keras.random.SeedGenerator()

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(rows, steps, channels) to the same shape; unchanged outside training."""
        if not training:
            return inputs
        rows, steps = ops.shape(inputs)[0], inputs.shape[1]
        most = self.strength * SHIFT * steps
        shift = ops.round(keras.random.uniform((rows, 1), -most, most, seed=self.random))
        source = ops.clip(ops.arange(steps, dtype="float32")[None, :] + shift, 0.0, steps - 1.0)
        places = ops.broadcast_to(ops.cast(source, "int32")[:, :, None], ops.shape(inputs))
        moved = ops.take_along_axis(inputs, places, axis=1)
        values, rest = moved[:, :, : self.channels], moved[:, :, self.channels :]
        factor = 1.0 + self.strength * STRETCH * self._normal((rows, 1, self.channels))
        noise = self.strength * NOISE * self._normal(ops.shape(values))
        return ops.concatenate([values * factor + noise, rest], axis=2)

    def _normal(self, shape: Any) -> Any:
        return keras.random.normal(shape, seed=self.random)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "strength": self.strength, "channels": self.channels}


def network(shape: tuple[int, int], channels: int, params: Params, outputs: int) -> keras.Model:
    """The untrained network.

    Args:
        shape: steps and channels of the array.
        channels: how many of the first are values.
        params: layer, width, layers, kernel, dropout, augment.
        outputs: classes, or 1.

    Source: Ismail Fawaz et al. 2020, "InceptionTime", figure 1; plain layers: Wang, Yan and Oates 2017, "Time series
    classification from scratch", section II.C.
    """
    inputs = hidden = keras.Input(shape)
    if params["augment"]:
        hidden = Disturbed(params["augment"], channels=channels)(hidden)
    shortcut = hidden
    width, lengths = int(params["width"]), kernels(shape[0], int(params["kernel"]))
    for layer in range(int(params["layers"])):
        hidden = LAYERS[params.get("layer", "inception")](hidden, width, lengths, layer)
        if layer % SHORTCUT == SHORTCUT - 1:
            beside = _normal(keras.layers.Conv1D(hidden.shape[-1], 1, use_bias=False)(shortcut))
            hidden = shortcut = keras.layers.ReLU()(keras.layers.Add()([hidden, beside]))
    hidden = keras.layers.GlobalAveragePooling1D()(hidden)
    if params["dropout"]:
        hidden = keras.layers.Dropout(params["dropout"])(hidden)
    return keras.Model(inputs, keras.layers.Dense(outputs)(hidden))


def kernels(steps: int, longest: int) -> tuple[int, ...]:
    """Three lengths, each half the one before, the first at most half a series."""
    first = max(min(longest, steps // 2), 3)
    return first, max(first // 2, 2), max(first // 4, 1)


def _inception(inputs: Any, width: int, lengths: tuple[int, ...], number: int) -> Any:  # noqa: ARG001 (one interface)
    """Convolutions of each length behind one bottleneck, beside a maximum over neighbours."""
    narrow = inputs
    if inputs.shape[-1] > width:
        narrow = keras.layers.Conv1D(width, 1, use_bias=False)(inputs)
    branches = [keras.layers.Conv1D(width, k, padding="same", use_bias=False)(narrow) for k in lengths]
    most = keras.layers.MaxPooling1D(3, strides=1, padding="same")(inputs)
    branches.append(keras.layers.Conv1D(width, 1, use_bias=False)(most))
    return keras.layers.ReLU()(_normal(keras.layers.Concatenate()(branches)))


def _plain(inputs: Any, width: int, lengths: tuple[int, ...], number: int) -> Any:
    """One convolution, as wide as an inception layer's outputs together; lengths take turns."""
    layer = keras.layers.Conv1D(WIDER * width, lengths[number % len(lengths)], padding="same", use_bias=False)
    return keras.layers.ReLU()(_normal(layer(inputs)))


LAYERS = {"inception": _inception, "plain": _plain}


def _normal(inputs: Any) -> Any:
    return keras.layers.BatchNormalization(momentum=MOMENTUM)(inputs)


def operations(shape: tuple[int, ...], params: Params) -> float:
    """Multiplications and additions of one series, estimated from its convolutions."""
    width, lengths = int(params["width"]), kernels(shape[0], int(params["kernel"]))
    if params.get("layer") == "plain":
        block = (WIDER * width) ** 2 * sum(lengths) / len(lengths)
    else:
        block = WIDER * width * 2 * width + width**2 * sum(lengths)
    return 2.0 * shape[0] * int(params["layers"]) * block
