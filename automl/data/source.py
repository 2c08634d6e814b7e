"""Data as read, before anything is decided about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True)
class Table:
    """A table as read.

    Attributes:
        name: file stem, used to name the run.
        source: path or description as given.
        frame: the columns in file order. Types are as inferred by the reader (numbers, booleans, dates, text of dtype
            `str`); the target column, when it is known, is text exactly as in the file.
        reading: how it was read: format, encoding, delimiter, decimal, compression, bytes, seconds, skipped_lines
            {line number: reason}.
        paths: for a folder of text files the file of each row, relative to the folder; () otherwise.
        parts: 'train', 'val' or 'test' of each row when the folder has such folders, else None.
        images: columns whose cells name image files.
    """

    name: str
    source: str
    frame: pd.DataFrame
    reading: dict[str, Any] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    parts: tuple[str, ...] | None = None
    images: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImageFiles:
    """Images or recordings found in a folder of class folders, a flat folder or a manifest; nothing is decoded yet.

    Attributes:
        name, source: as for `Table`.
        root: folder that `paths` are relative to.
        paths: files in sorted order, with '/' separators.
        labels: class folder (or manifest target) of each path, exactly as named; None when there are none (predict).
        parts: 'train', 'val' or 'test' of each path when the folder has such folders, else None.
        reading: layout, files_ignored {path: reason}, seconds.
        columns: further manifest columns (group, weight, split), aligned with paths.
        modality: what the files hold.
    """

    name: str
    source: str
    root: Path
    paths: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    parts: tuple[str, ...] | None = None
    reading: dict[str, Any] = field(default_factory=dict)
    columns: pd.DataFrame | None = None
    modality: Literal["image", "audio"] = "image"


Source = Table | ImageFiles
