"""The matrix that linear models and trees see, for every modality: fitted on training rows, saved as state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from automl.encode.sparse import SparseTable
from automl.encode.table import LinearTable, TreeTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.encode.state import State
    from automl.types import Problem

Use = Literal["linear", "trees"]
HANDMADE = ("image", "audio", "series")
"""Modalities whose features come from encoders of their own."""
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


class Handmade(Protocol):
    """An encoder from images, sounds or series to hand-made features; its state is JSON alone."""

    def fit_transform(self, inputs: Inputs) -> Array:
        """(n, d) matrix of the training rows, after learning from them what there is to learn."""
        ...

    def transform(self, inputs: Inputs) -> Array:
        """(n, d) matrix."""
        ...

    def state(self) -> dict[str, Any]:
        """What `from_state` needs, as JSON."""
        ...


@dataclass(frozen=True)
class HandmadeFeatures:
    """Hand-made features, standardised for linear models.

    Attributes:
        kind: 'images', 'audio', 'series' or 'kernels': which encoder.
        mean, scale: (d,) statistics of the training rows; zeros and ones for trees.
    """

    kind: str
    encoder: Handmade
    mean: Array
    scale: Array

    @classmethod
    def fit(cls, train: Dataset, use: Use) -> tuple[HandmadeFeatures, Array]:
        """The encoder fitted on training rows, and their (n, d) float32 matrix."""
        kind, encoder = _handmade(train.problem, use)
        matrix = encoder.fit_transform(train.inputs)
        if use == "trees":
            found = cls(kind, encoder, np.zeros(matrix.shape[1]), np.ones(matrix.shape[1]))
        else:
            # In single precision the deviation of a constant feature is not zero.
            mean = matrix.mean(axis=0, dtype=np.float64)
            squares = sum(((matrix[block] - mean) ** 2).sum(axis=0) for block in _blocks(matrix))
            scale = np.sqrt(squares / len(matrix))
            found = cls(kind, encoder, mean, np.where(scale > 1e-6, scale, 1.0))
        return found, found.standardised(matrix)

    def transform(self, inputs: Inputs) -> Array:
        """(n, d) float32 matrix."""
        return self.standardised(self.encoder.transform(inputs))

    def standardised(self, matrix: Array) -> Array:
        """What the encoder gives, in float32 and for linear models with mean 0 and deviation 1 in training."""
        standardised = np.empty(matrix.shape, np.float32)
        for block in _blocks(matrix):
            standardised[block] = (matrix[block] - self.mean) / self.scale
        return standardised

    @property
    def feature_types(self) -> list[str]:
        """Every such feature is a quantity."""
        return ["q"] * len(self.mean)

    def state(self) -> State:
        """JSON part and arrays."""
        return {self.kind: self.encoder.state()}, {"mean": self.mean, "scale": self.scale}

    @classmethod
    def from_state(cls, state: State) -> HandmadeFeatures:
        """The encoder that `state` described."""
        plain, arrays = state
        (kind,) = plain
        return cls(kind, _loaders()[kind](plain[kind]), arrays["mean"], arrays["scale"])


def _blocks(matrix: Array) -> list[slice]:
    """Rows in turn, so that what is computed of them in double precision stays small."""
    step = max(BLOCK_BYTES // 16 // max(8 * matrix.shape[1], 1), 1)
    return [slice(start, start + step) for start in range(0, len(matrix), step)]


def _handmade(problem: Problem, use: Use) -> tuple[str, Handmade]:
    """(kind, unfitted encoder) of a modality in `HANDMADE`."""
    from automl.encode.audio import HandmadeAudio
    from automl.encode.image import HandmadeImages
    from automl.encode.kernels import RandomKernels
    from automl.encode.series import SeriesSummaries

    if problem.modality == "series" and use == "linear":
        return "kernels", RandomKernels(problem.channels, problem.seed)
    if problem.modality == "series":
        return "series", SeriesSummaries(problem.channels)
    if problem.modality == "audio":
        return "audio", HandmadeAudio()
    return "images", HandmadeImages()


def _loaders() -> dict[str, Callable[[dict[str, Any]], Handmade]]:
    """What makes an encoder of its state, by kind."""
    from automl.encode.audio import HandmadeAudio
    from automl.encode.image import HandmadeImages
    from automl.encode.kernels import RandomKernels
    from automl.encode.series import SeriesSummaries

    kinds: dict[str, Any] = {
        "images": HandmadeImages, "audio": HandmadeAudio, "series": SeriesSummaries, "kernels": RandomKernels,
    }  # fmt: skip
    return {kind: encoder.from_state for kind, encoder in kinds.items()}


def encoded(train: Dataset, use: Use) -> tuple[Any, Any]:
    """The encoder for this family and modality, fitted on the rows given, and the matrix of these rows."""
    problem = train.problem
    if problem.modality in HANDMADE:
        return HandmadeFeatures.fit(train, use)
    if problem.modality == "text" and use == "linear":
        return SparseTable.fit(train.inputs, problem.columns, problem.seed)
    table = (LinearTable if use == "linear" else TreeTable).fit(train.inputs, problem.columns, problem.seed)
    return table, table.transform(train.inputs)


def load_features(modality: str, use: Use, state: State) -> Any:
    """The encoder that `state` described."""
    if modality in HANDMADE:
        return HandmadeFeatures.from_state(state)
    if "sparse" in state[0]:
        return SparseTable.from_state(state)
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
