"""Data ready for models: typed inputs, a target in codes or numbers, and the structure of the rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from automl.types import Problem

Array = np.ndarray[Any, Any]


NOWHERE = -1
"""Place of a row without an image: a cell that is empty, or whose file cannot be read."""


@dataclass(frozen=True)
class Images:
    """Decoded images or spectrograms in a file of one array, so that processes share them and nothing loads whole.

    Attributes:
        file: .npy file of uint8, shape (images, height, width, channels).
        rows: (n,) which images, in this order; `NOWHERE` is black.
        scratch: the file is soon gone, or written again: what is computed from it is not kept.
    """

    file: Path
    rows: Array
    scratch: bool = False

    def __len__(self) -> int:
        """Images in this selection."""
        return len(self.rows)

    def take(self, rows: Array) -> Images:
        """The given positions of this selection."""
        return replace(self, rows=self.rows[rows])

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, height, width, channels)."""
        return len(self), *np.load(self.file, mmap_mode="r").shape[1:]

    def __getitem__(self, rows: Array | slice) -> Array:
        """(m, height, width, channels) uint8 of these positions, read into memory.

        Each is read, not copied out of a mapping, whose pages count as memory of the process: a system may map a
        megabyte and more around every one touched.
        """
        stored, wanted = np.load(self.file, mmap_mode="r"), self.rows[rows]
        pixels: Array = np.zeros((len(wanted), *stored.shape[1:]), stored.dtype)
        with self.file.open("rb", buffering=0) as file:
            for place, image in zip(wanted.tolist(), pixels, strict=True):
                if place != NOWHERE:
                    file.seek(stored.offset + place * image.nbytes)
                    file.readinto(image)
        return pixels

    def pixels(self) -> Array:
        """(n, height, width, channels) uint8, read into memory."""
        return self[:]


Inputs = Any
"""A typed `pandas.DataFrame` (see data.contract) for tables, texts and series, `Images` for images and audio."""


def take(inputs: pd.DataFrame | Images, rows: Array) -> pd.DataFrame | Images:
    """Rows of inputs by position."""
    return inputs.take(rows) if isinstance(inputs, Images) else inputs.iloc[rows]


@dataclass(frozen=True)
class Dataset:
    """Rows that models learn from.

    Attributes:
        problem: what is predicted from what.
        inputs: (n rows) typed frame or images.
        y: (n,) class codes (int64) or target values (float64).
        weight: (n,) row weights, or None.
        groups: (n,) group codes that must not straddle a split, or None.
        order: (n,) time order (float64), or None.
        origin: (n,) the order of the moment that a row is forecast from, or None: what is later may not be learnt from.
        part: (n,) 'train' or 'test' as fixed by the user, or None.
        beside: folder in which a pretrained network for texts lies while the run goes on (that for images lies beside
            their pixels); None for none.
    """

    problem: Problem
    inputs: Inputs
    y: Array
    weight: Array | None = None
    groups: Array | None = None
    order: Array | None = None
    part: Array | None = None
    origin: Array | None = None
    beside: Path | None = None

    def __len__(self) -> int:
        """Rows."""
        return len(self.y)

    def at_random(self, most: int) -> Dataset:
        """So many of the rows at random, the same ones each time, in their order; all where there are no more."""
        if len(self) <= most:
            return self
        kept = np.random.default_rng([self.problem.seed, 6]).choice(len(self), most, replace=False)
        return self.take(np.sort(kept))

    def take(self, rows: Array) -> Dataset:
        """The given rows, in the given order."""

        def pick(values: Array | None) -> Array | None:
            return None if values is None else values[rows]

        return replace(
            self,
            inputs=take(self.inputs, rows),
            y=self.y[rows],
            weight=pick(self.weight),
            groups=pick(self.groups),
            order=pick(self.order),
            part=pick(self.part),
            origin=pick(self.origin),
        )
