"""The matrix that linear models and trees see, for every modality: fitted on training rows, saved as state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from automl.encode.table import LinearTable, TreeTable

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset, Inputs
    from automl.encode.image import HandmadeImages
    from automl.encode.state import State

Use = Literal["linear", "trees"]
BLOCK_BYTES = 256 * 2**20
"""Rows are transformed in blocks of about this many bytes at prediction, so that memory stays flat."""


class Features(Protocol):
    """A fitted encoder from typed inputs to a matrix."""

    def transform(self, inputs: Inputs) -> Array:
        """(n, d) matrix."""
        ...

    def state(self) -> State:
        """JSON part and arrays."""
        ...


@dataclass(frozen=True)
class ImageFeatures:
    """Hand-made image features, standardised for linear models.

    Attributes:
        mean, scale: (d,) statistics of the training images; zeros and ones for trees.
    """

    images: HandmadeImages
    mean: Array
    scale: Array

    @classmethod
    def fit(cls, train: Dataset, use: Use) -> ImageFeatures:
        """Fit on training images."""
        from automl.encode.image import HandmadeImages

        encoder = HandmadeImages()
        matrix = encoder.fit_transform(train.inputs)
        if use == "trees":
            return cls(encoder, np.zeros(matrix.shape[1]), np.ones(matrix.shape[1]))
        scale = matrix.std(axis=0)
        return cls(encoder, matrix.mean(axis=0), np.where(scale > 1e-6, scale, 1.0))

    def transform(self, inputs: Inputs) -> Array:
        """(n, d) float32 matrix."""
        matrix: Array = (self.images.transform(inputs) - self.mean) / self.scale
        return matrix.astype(np.float32)

    @property
    def feature_types(self) -> list[str]:
        """Every image feature is a quantity."""
        return ["q"] * len(self.mean)

    def state(self) -> State:
        """JSON part and arrays."""
        return {"images": self.images.state()}, {"mean": self.mean, "scale": self.scale}

    @classmethod
    def from_state(cls, state: State) -> ImageFeatures:
        """The encoder that `state` described."""
        from automl.encode.image import HandmadeImages

        plain, arrays = state
        return cls(HandmadeImages.from_state(plain["images"]), arrays["mean"], arrays["scale"])


def fit_features(train: Dataset, use: Use) -> Any:
    """The encoder for this family and modality, fitted on the rows given."""
    if train.problem.modality == "image":
        return ImageFeatures.fit(train, use)
    table = LinearTable if use == "linear" else TreeTable
    return table.fit(train.inputs, train.problem.columns, train.problem.seed)


def load_features(modality: str, use: Use, state: State) -> Any:
    """The encoder that `state` described."""
    if modality == "image":
        return ImageFeatures.from_state(state)
    return (LinearTable if use == "linear" else TreeTable).from_state(state)


def in_blocks(inputs: Inputs, predict: Any, row_bytes: int) -> Array:
    """`predict` over blocks of rows, stacked; `row_bytes` is what one encoded row takes."""
    from automl.data.dataset import take

    step = max(BLOCK_BYTES // max(row_bytes, 1), 1)
    if len(inputs) <= step:
        result: Array = predict(inputs)
        return result
    rows = np.arange(len(inputs))
    return np.vstack([predict(take(inputs, rows[i : i + step])) for i in range(0, len(rows), step)])
