"""A typed frame split into what every table encoder starts from: a matrix of numbers and a matrix of category codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.encode.dates import PARTS, date_parts
from automl.encode.image_column import ImageEncoder
from automl.encode.state import State, prefixed, unprefixed
from automl.encode.text import TextEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array
    from automl.types import Column

LARGEST = 1e38
"""Numbers are cut here: larger ones do not fit single precision, and their squares overflow double precision."""


@dataclass(frozen=True)
class Parts:
    """A table as two matrices.

    Attributes:
        numbers: (n, a) float64, NaN where missing: numbers, booleans, parts of dates, text and image components.
        codes: (n, b) int32 category codes into the levels of the contract, -1 where missing or unseen.
    """

    numbers: Array
    codes: Array


@dataclass(frozen=True)
class PartsEncoder:
    """Fitted splitting of a typed frame.

    Attributes:
        number_names, code_names: a readable name for each matrix column ('arrival: month_sin').
        code_sizes: number of levels of each category.
        texts: fitted text encoder of each text column.
        images: fitted image encoder of each column of images.
    """

    columns: tuple[tuple[str, str], ...]
    number_names: tuple[str, ...]
    code_names: tuple[str, ...]
    code_sizes: tuple[int, ...]
    texts: dict[str, TextEncoder]
    images: dict[str, ImageEncoder] = field(default_factory=dict)

    @classmethod
    def fit(cls, frame: pd.DataFrame, columns: Sequence[Column], seed: int) -> PartsEncoder:
        """Fit text and image encoders on the training rows given and name every output column."""
        rich = all(column.kind == "text" for column in columns)
        texts = {c.name: TextEncoder.fit(strings(frame, c.name), seed, rich) for c in columns if c.kind == "text"}
        images = {c.name: ImageEncoder.fit(frame[c.name].array, seed) for c in columns if c.kind == "image"}
        numbers: list[str] = []
        for column in columns:
            if column.kind == "date":
                numbers += [f"{column.name}: {part}" for part in PARTS]
            elif column.kind == "text":
                numbers += [f"{column.name}: {name}" for name in texts[column.name].names()]
            elif column.kind == "image":
                numbers += [f"{column.name}: {name}" for name in images[column.name].names()]
            elif column.kind != "category":
                numbers.append(column.name)
        categories = [column for column in columns if column.kind == "category"]
        return cls(
            tuple((column.name, column.kind) for column in columns),
            tuple(numbers),
            tuple(column.name for column in categories),
            tuple(len(column.levels) for column in categories),
            texts,
            images,
        )

    def transform(self, frame: pd.DataFrame) -> Parts:
        """Both matrices for the rows of a typed frame."""
        numbers: list[Array] = []
        codes: list[Array] = []
        for name, kind in self.columns:
            if kind == "date":
                numbers.append(date_parts(frame[name].to_numpy(np.float64)))
            elif kind == "text":
                numbers.append(self.texts[name].transform(strings(frame, name)))
            elif kind == "image":
                numbers.append(self.images[name].transform(frame[name].array))
            elif kind == "category":
                codes.append(frame[name].to_numpy(np.int32)[:, None])
            else:
                numbers.append(frame[name].to_numpy(np.float64)[:, None])
        stacked = _stack(numbers, len(frame), np.float64)
        np.clip(stacked, -LARGEST, LARGEST, out=stacked)
        return Parts(stacked, _stack(codes, len(frame), np.int32))

    def owners(self) -> tuple[Array, Array]:
        """(a,) and (b,) positions in `columns` of what each number and each code is made of."""
        several = {name: len(texts.names()) for name, texts in self.texts.items()}
        several |= {name: len(images.names()) for name, images in self.images.items()}
        of_kind = {"date": len(PARTS), "category": 0}
        widths = [several.get(name, of_kind.get(kind, 1)) for name, kind in self.columns]
        codes = [i for i, (_, kind) in enumerate(self.columns) if kind == "category"]
        return np.repeat(np.arange(len(widths)), widths), np.asarray(codes, int)

    def state(self) -> State:
        """JSON part and arrays."""
        plain: dict[str, Any] = {
            "columns": self.columns,
            "number_names": self.number_names,
            "code_names": self.code_names,
            "code_sizes": self.code_sizes,
            "texts": {},
            "images": {},
        }
        arrays: dict[str, Array] = {}
        for i, (name, encoder) in enumerate(self.texts.items()):
            text_plain, text_arrays = encoder.state()
            plain["texts"][name] = text_plain
            arrays |= prefixed(f"text{i}", text_arrays)
        for i, (name, images) in enumerate(self.images.items()):
            plain["images"][name], image_arrays = images.state()
            arrays |= prefixed(f"image{i}", image_arrays)
        return plain, arrays

    @classmethod
    def from_state(cls, state: State) -> PartsEncoder:
        """The encoder that `state` described."""
        plain, arrays = state
        texts = {
            name: TextEncoder.from_state((text_plain, unprefixed(f"text{i}", arrays)))
            for i, (name, text_plain) in enumerate(plain["texts"].items())
        }
        images = {
            name: ImageEncoder.from_state((image_plain, unprefixed(f"image{i}", arrays)))
            for i, (name, image_plain) in enumerate(plain.get("images", {}).items())
        }
        return cls(
            tuple((name, kind) for name, kind in plain["columns"]),
            tuple(plain["number_names"]),
            tuple(plain["code_names"]),
            tuple(plain["code_sizes"]),
            texts,
            images,
        )


def strings(frame: pd.DataFrame, name: str) -> Array:
    """(n,) cells of a text column, '' where there is none."""
    texts: Array = frame[name].fillna("").to_numpy(dtype=object)
    return texts


def _stack(blocks: list[Array], rows: int, dtype: type) -> Array:
    return np.hstack(blocks).astype(dtype, copy=False) if blocks else np.zeros((rows, 0), dtype)
