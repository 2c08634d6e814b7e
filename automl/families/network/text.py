"""Networks for text: a bag of embeddings, separable convolutions, a small Transformer encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from automl.families.base import Params

HEADS = 4
FAR_BELOW = -1e9


@keras.saving.register_keras_serializable(package="automl")
class Pooled(keras.layers.Layer):  # type: ignore[misc]
    """Mean and maximum over the tokens of each text; zeros for one without any."""

    def call(self, tokens: Any, vectors: Any) -> Any:
        """(rows, length) codes and (rows, length, width) to (rows, 2 * width)."""
        there = ops.cast(ops.not_equal(tokens, 0), vectors.dtype)[:, :, None]
        count = ops.sum(there, axis=1)
        mean = ops.sum(vectors * there, axis=1) / ops.maximum(count, 1.0)
        most = ops.max(vectors * there + FAR_BELOW * (1.0 - there), axis=1)
        return ops.concatenate([mean, ops.where(count > 0, most, 0.0)], axis=1)


@keras.saving.register_keras_serializable(package="automl")
class Shown(keras.layers.Layer):  # type: ignore[misc]
    """Vectors of tokens that are there, zeros for the others: what comes before a text ends never depends on the rest.

    Args:
        attention: give the mask for attention instead of masked vectors.
    """

    def __init__(self, *, attention: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.attention = attention

    def call(self, tokens: Any, vectors: Any) -> Any:
        """(rows, length, width), or (rows, 1, length) true where a token is."""
        there = ops.not_equal(tokens, 0)
        return there[:, None, :] if self.attention else vectors * ops.cast(there, vectors.dtype)[:, :, None]

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "attention": self.attention}


@keras.saving.register_keras_serializable(package="automl")
class Placed(keras.layers.Layer):  # type: ignore[misc]
    """Vectors with a learnt vector of their position added."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """A vector a position."""
        self.places = self.add_weight(shape=input_shape[1:], initializer="random_normal", name="places")

    def call(self, vectors: Any) -> Any:
        """(rows, length, width) to the same shape."""
        return vectors + self.places


def network(codes: int, length: int, params: Params, outputs: int) -> keras.Model:
    """The untrained network.

    Args:
        codes: rows of the embedding.
        length: codes of a text.
        params: kind, width, layers, kernel, dropout, token_dropout.
        outputs: classes, or 1.
    """
    tokens = keras.Input((length,), dtype="int32")
    hidden = summary(tokens, codes, params)
    return keras.Model(tokens, keras.layers.Dense(outputs)(hidden))


def summary(tokens: Any, codes: int, params: Params) -> Any:
    """(rows, length) codes to (rows, 2 * width), or (rows, width) for a bag of several layers; `params` as above."""
    vectors = keras.layers.Embedding(codes, int(params["width"]))(tokens)
    if params["token_dropout"]:
        noise = (None, tokens.shape[1], 1)
        vectors = keras.layers.Dropout(params["token_dropout"], noise_shape=noise)(vectors)
    hidden = BODIES[params["kind"]](tokens, vectors, params)
    return keras.layers.Dropout(params["dropout"])(hidden) if params["dropout"] else hidden


def _bag(tokens: Any, vectors: Any, params: Params) -> Any:
    """Pooled embeddings, then dense layers: one fewer than `layers`."""
    hidden = Pooled()(tokens, vectors)
    for _ in range(int(params["layers"]) - 1):
        hidden = keras.layers.Dropout(params["dropout"])(hidden)
        hidden = keras.layers.Dense(int(params["width"]), activation="relu")(hidden)
    return hidden


def _convolution(tokens: Any, vectors: Any, params: Params) -> Any:
    """Separable convolutions beside shortcuts."""
    width, kernel = int(params["width"]), int(params["kernel"])
    for _ in range(int(params["layers"])):
        branch = Shown()(tokens, keras.layers.LayerNormalization()(vectors))
        branch = keras.layers.SeparableConv1D(width, kernel, padding="same", activation="relu")(branch)
        branch = keras.layers.Dropout(params["dropout"])(branch)
        vectors = keras.layers.Add()([vectors, branch])
    return Pooled()(tokens, vectors)


def _transformer(tokens: Any, vectors: Any, params: Params) -> Any:
    """Self-attention and dense layers beside shortcuts, normalised first."""
    width, rate = int(params["width"]), params["dropout"]
    vectors = Placed()(vectors)
    mask = Shown(attention=True)(tokens, vectors)
    for _ in range(int(params["layers"])):
        normal = keras.layers.LayerNormalization()(vectors)
        attention = keras.layers.MultiHeadAttention(HEADS, width // HEADS, dropout=rate)
        vectors = keras.layers.Add()([vectors, attention(normal, normal, attention_mask=mask)])
        branch = keras.layers.Dense(2 * width, activation="gelu")(keras.layers.LayerNormalization()(vectors))
        branch = keras.layers.Dropout(rate)(keras.layers.Dense(width)(branch))
        vectors = keras.layers.Add()([vectors, branch])
    return Pooled()(tokens, keras.layers.LayerNormalization()(vectors))


BODIES = {"bag": _bag, "sepconv": _convolution, "transformer": _transformer}


def operations(length: int, params: Params) -> float:
    """Multiplications and additions of one text, roughly, in those of matrix products.

    A pass over a batch costs as much as some ten operations a number: looking up and pooling take two, a convolution
    with its normalisation six, a layer of a Transformer forty.
    """
    width, layers = int(params["width"]), int(params["layers"])
    products, passes = {
        "bag": (0, 0),
        "sepconv": (width * (int(params["kernel"]) + width), 6),
        "transformer": (8 * width**2 + 2 * length * width, 40),
    }[params["kind"]]
    return length * (20.0 * width + layers * (2.0 * products + 10.0 * passes * width))
