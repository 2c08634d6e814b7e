"""A column of images in a table: each cell a place in a memory-mapped array of pixels, which no frame holds itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray, ExtensionDtype

from automl.data import decode
from automl.data.dataset import NOWHERE, Images
from automl.data.media import relative
from automl.data.source import ImageFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from automl.data.dataset import Array


class ImageDtype(ExtensionDtype):  # type: ignore[misc]
    """Type of a column of images in one file of pixels."""

    type = np.int32
    na_value = NOWHERE
    _metadata: ClassVar[tuple[str, ...]] = ("file",)

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def name(self) -> str:
        """As pandas prints it."""
        return "image"

    def construct_array_type(self) -> Any:
        """The array of this type."""
        return ImageArray


class ImageArray(ExtensionArray):  # type: ignore[misc]
    """Cells of a column of images; selecting and copying rows never touches a pixel.

    Args:
        file: .npy file of uint8, shape (images, height, width, channels).
        places: (n,) int32 position in the file, `NOWHERE` for a cell without an image.
    """

    def __init__(self, file: Path, places: Array) -> None:
        self.file, self.places = file, np.asarray(places, dtype=np.int32)

    @property
    def there(self) -> Array:
        """(n,) bool: the cell has an image."""
        known: Array = self.places != NOWHERE
        return known

    def images(self) -> Images:
        """The images of all cells, still in their file; black where there is none."""
        return Images(self.file, self.places)

    @property
    def dtype(self) -> ImageDtype:
        """With the file."""
        return ImageDtype(self.file)

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return int(self.places.nbytes)

    def __len__(self) -> int:
        """Cells."""
        return len(self.places)

    def __getitem__(self, item: Any) -> Any:
        """One place, or an array of some cells."""
        picked = self.places[pd.api.indexers.check_array_indexer(self, item)]
        return ImageArray(self.file, picked) if isinstance(picked, np.ndarray) else int(picked)

    def isna(self) -> Array:
        """(n,) bool: the cell has no image."""
        return ~self.there

    def take(self, indices: Sequence[int], *, allow_fill: bool = False, fill_value: Any = None) -> ImageArray:
        """Cells at these positions; with `allow_fill`, -1 stands for a cell without an image."""
        fill = NOWHERE if fill_value is None or pd.isna(fill_value) else fill_value
        places = pd.api.extensions.take(self.places, np.asarray(indices), allow_fill=allow_fill, fill_value=fill)
        return ImageArray(self.file, places)

    def copy(self) -> ImageArray:
        """The same cells."""
        return ImageArray(self.file, self.places.copy())

    def _values_for_factorize(self) -> tuple[Array, int]:
        return self.places, NOWHERE

    @classmethod
    def _from_factorized(cls, values: Array, original: ImageArray) -> ImageArray:
        return cls(original.file, values)

    @classmethod
    def _from_sequence(cls, scalars: Any, *, dtype: Any = None, copy: bool = False) -> ImageArray:  # noqa: ARG003
        return cls(dtype.file, np.asarray(scalars))

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[ImageArray]) -> ImageArray:
        return cls(to_concat[0].file, np.concatenate([one.places for one in to_concat]))


def files_of(cells: pd.Series[Any], root: Path) -> tuple[ImageFiles, Array]:
    """The distinct files that a column of paths names, and the position among them of each cell, -1 for none.

    Args:
        cells: paths relative to `root`, or absolute; empty ones name nothing.
    """
    paths = cells.fillna("").astype(str).map(lambda cell: relative(cell, root))
    codes, distinct = pd.factorize(paths.mask(paths == ""), sort=True)
    name = str(cells.name)
    return ImageFiles(name, f"{root}, column {name!r}", root, tuple(map(str, distinct))), codes.astype(np.int32)


def decoded(
    cells: pd.Series[Any], root: Path, size: tuple[int, ...], out: Path, threads: int = 2
) -> tuple[ImageArray, dict[str, str]]:
    """A column of paths as a column of images, and path -> why, of the files that cannot be read.

    Args:
        cells, root: as for `files_of`.
        size: (height, width, channels) to decode to.
        out: the .npy file to write.
    """
    files, codes = files_of(cells, root)
    if not files.paths:
        np.save(out, np.zeros((1, *size), np.uint8))
        return ImageArray(out, codes), {}
    height, width, channels = size
    every = np.arange(len(files.paths))
    found = decode.decode(files, every, (height, width), channels, out, threads=threads)
    broken = np.append(~found.ok, True)
    return ImageArray(out, np.where(broken[codes], NOWHERE, codes)), found.reasons
