"""Networks with a branch for each kind of column, whose vectors are joined before the last layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from automl.encode.branches import IMAGE, TABLE, TEXT, THERE
from automl.families.network import convolutions, images, text
from automl.families.network.embeddings import Levels
from automl.families.network.tabular import Layout

if TYPE_CHECKING:
    from automl.encode.branches import Branches
    from automl.families.base import Params

MIDDLE, SPREAD = 127.5, 64.0
"""Of the bytes of pixels, about; the first batch normalisation does the rest, and folds can share a network."""


@keras.saving.register_keras_serializable(package="automl")
class Where(keras.layers.Layer):  # type: ignore[misc]
    """Vectors of the rows that have an image, zeros for the others.

    Args:
        column: of the flags that say so.
    """

    def __init__(self, column: int, **options: Any) -> None:
        super().__init__(**options)
        self.column = column

    def call(self, there: Any, vectors: Any) -> Any:
        """(rows, images) flags and (rows, width) to (rows, width)."""
        return vectors * ops.cast(there[:, self.column : self.column + 1], vectors.dtype)

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "column": self.column}


def network(encoder: Branches, length: int, params: Params, outputs: int, seed: int) -> keras.Model:
    """The untrained network.

    Args:
        encoder: that makes its inputs.
        length: codes of a row of texts.
        params: see `branch_params`.
        outputs: classes, or 1.
        seed: of the vectors of categories and of the augmentation.
    """
    inputs: dict[str, Any] = {}
    vectors = []
    if encoder.table is not None:
        inputs[TABLE] = keras.Input((encoder.table.width,), name=TABLE)
        vectors.append(_table(inputs[TABLE], Layout.of(encoder.table), params, seed))
    if encoder.tokens is not None:
        inputs[TEXT] = keras.Input((length,), dtype="int32", name=TEXT)
        vectors.append(text.summary(inputs[TEXT], encoder.tokens.codes, of_text(params)))
    if encoder.images:
        inputs[THERE] = keras.Input((len(encoder.images),), name=THERE)
        vectors.append(inputs[THERE])
    for i, (_, size) in enumerate(encoder.images):
        name = f"{IMAGE} {i}"
        inputs[name] = keras.Input(size, dtype="uint8", name=name)
        pixels = images.Pixels([MIDDLE] * size[2], [SPREAD] * size[2])(inputs[name])
        vectors.append(Where(i)(inputs[THERE], images.summary(pixels, of_images(params), seed + i)))
    hidden = keras.layers.Concatenate()(vectors) if len(vectors) > 1 else vectors[0]
    return keras.Model(inputs, keras.layers.Dense(outputs)(_dense(hidden, params)))


def _table(inputs: Any, layout: Layout, params: Params, seed: int) -> Any:
    """Categories of many levels as vectors, then dense layers."""
    hidden = inputs
    if layout.levels:
        levels = Levels(list(layout.levels), size=int(params["level_size"]))
        hidden = levels(hidden)
        levels.start(np.random.default_rng(seed), np.zeros(0))
    for _ in range(int(params["depth"])):
        hidden = _dense(hidden, params)
    return hidden


def _dense(hidden: Any, params: Params) -> Any:
    hidden = keras.layers.Dense(int(params["width"]), activation="gelu")(hidden)
    return keras.layers.Dropout(params["dropout"])(hidden) if params["dropout"] else hidden


def of_text(params: Params) -> Params:
    """The parameters of the text branch under the names that `text` knows."""
    layers = 1 if params["text"] == "bag" else 2
    return {**params, "kind": params["text"], "width": params["text_width"], "layers": layers, "kernel": 3}


def of_images(params: Params) -> Params:
    """The parameters of an image branch under the names that `images` knows."""
    return {**params, "kind": "scratch", "width": params["image_width"], "kernel": 3}


def operations(shapes: dict[str, tuple[int, ...]], params: Params) -> float:
    """Multiplications and additions of one row with inputs of these shapes, roughly."""
    width, total = int(params["width"]), 0.0
    for name, shape in shapes.items():
        if name == TABLE:
            total += 2.0 * width * (shape[0] + int(params["depth"]) * width)
        elif name == TEXT:
            total += text.operations(shape[0], of_text(params))
        elif name != THERE:
            seen = images.seen(shape, of_images(params))
            total += convolutions.operations(seen, of_images(params))
    return total
