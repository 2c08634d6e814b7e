"""Typed tables with texts and images to what a network with a branch for each kind of column reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.encode.network import NetworkTable
from automl.encode.several import Several
from automl.encode.state import State, prefixed, unprefixed
from automl.encode.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array, Images
    from automl.types import Column

TABLE, TEXT, IMAGE, THERE = "table", "text", "image", "there"
"""Names of the inputs; images are numbered ('image 0')."""
OWN = ("text", "image")
"""Kinds of columns with a branch of their own."""


@dataclass(frozen=True)
class Branches:
    """A fitted encoder of typed frames.

    Attributes:
        table: of the other columns, and of all where summaries are given too; None where there is none.
        tokens: of all text columns together; None where there is none.
        images: name and (height, width, channels) of each column of images.
    """

    table: NetworkTable | None
    tokens: Tokens | None
    images: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def fit(
        cls, frame: pd.DataFrame, columns: Sequence[Column], seed: int, *, pairs: bool, summaries: bool
    ) -> Branches:
        """An encoder fitted on training rows.

        Args:
            pairs: whether texts are read as pairs of words too (see `Tokens`).
            summaries: whether the table has the topics of texts and the components of images as well.
        """
        plain = [column for column in columns if summaries or column.kind not in OWN]
        texts = [column.name for column in columns if column.kind == "text"]
        return cls(
            NetworkTable.fit(frame, plain, seed) if plain else None,
            Tokens.fit(frame, texts, pairs=pairs) if texts else None,
            tuple((column.name, column.image_size) for column in columns if column.kind == "image"),
        )

    @property
    def width(self) -> int:
        """Numbers of four bytes that a row becomes; pixels stay in their file."""
        parts = [part.width for part in (self.table, self.tokens) if part is not None]
        return sum(parts) + len(self.images)

    def transform(self, frame: pd.DataFrame) -> Several:
        """The inputs by name: table float32, text int32 codes, `Images`, and which rows have them (float32)."""
        arrays: dict[str, Array | Images] = {}
        if self.table is not None:
            arrays[TABLE] = self.table.transform(frame)
        if self.tokens is not None:
            arrays[TEXT] = self.tokens.transform(frame)
        cells = [frame[name].array for name, _ in self.images]
        for i, column in enumerate(cells):
            arrays[f"{IMAGE} {i}"] = column.images()
        if cells:
            arrays[THERE] = np.stack([column.there for column in cells], axis=1).astype(np.float32)
        return Several(arrays)

    def state(self) -> State:
        """JSON part and arrays."""
        plain: dict[str, Any] = {"images": self.images, "table": None, "tokens": None}
        arrays: dict[str, Array] = {}
        if self.table is not None:
            plain["table"], own = self.table.state()
            arrays |= prefixed("table", own)
        if self.tokens is not None:
            plain["tokens"], own = self.tokens.state()
            arrays |= prefixed("tokens", own)
        return plain, arrays

    @classmethod
    def from_state(cls, state: State) -> Branches:
        """The encoder that `state` described."""
        plain, arrays = state
        table, tokens = plain["table"], plain["tokens"]
        return cls(
            None if table is None else NetworkTable.from_state((table, unprefixed("table", arrays))),
            None if tokens is None else Tokens.from_state((tokens, unprefixed("tokens", arrays))),
            tuple((name, tuple(size)) for name, size in plain["images"]),
        )
