"""A column of paths to images, described: how many files there are, of which sizes, and which cannot be read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.checks.am310_broken_images import BrokenImages
from automl.data import decode
from automl.data.image_column import files_of
from automl.profile.media import LISTED, sizes, tally
from automl.types import Column, Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import pandas as pd


def describe_images(cells: pd.Series[Any], root: Path) -> Column:
    """The column with its files looked at; cells without a path, and those of broken files, have no image.

    Args:
        cells: paths relative to `root`, or absolute.

    Raises:
        DataError: no image can be read.
    """
    files, codes = files_of(cells, root)
    inspected = decode.inspect(files)
    readable, count = inspected.readable, len(files.paths)
    height, width, channels = decode.choose_size(inspected).value
    stats = {"files": count, "sizes": sizes(readable), "formats": tally(header.format for header in readable)}
    reason = f"{len(readable):,} of {count:,} distinct paths are readable image files under {root}"
    missing, size = int((codes < 0).sum()), (height, width, channels)
    column = Column(str(cells.name), "image", "feature", reason, missing, count, stats, image_size=size)
    return with_broken(column, cells, root, inspected.reasons)


def with_broken(column: Column, cells: pd.Series[Any], root: Path, reasons: Mapping[str, str]) -> Column:
    """The column with its broken files: path -> why."""
    files, codes = files_of(cells, root)
    lost = np.append([path in reasons for path in files.paths], True)
    broken: dict[str, Any] = {"broken": dict(list(reasons.items())[:LISTED]), "broken_count": len(reasons)}
    broken["broken_rows"] = int(lost[codes[codes >= 0]].sum())
    return replace(column, missing=int(lost[codes].sum()), stats={**column.stats, **broken})


def broken_images(columns: Sequence[Column], ignore: Collection[str] = ()) -> tuple[Finding, ...]:
    """What is to be said of files that cannot be read; nothing for a table without images."""
    images, one = [column for column in columns if column.kind == "image"], BrokenImages()
    if not images:
        return ()
    if one.code in ignore:
        return (one.finding(status="skipped", action=f"ignored by --ignore {one.code}"),)
    bad = [column for column in images if column.stats["broken_count"]]
    if not bad:
        return (one.finding(status="passed"),)
    reasons = {path: why for column in bad for path, why in column.stats["broken"].items()}
    names, keys = [column.name for column in bad], ("files", "broken_count", "broken_rows")
    files, count, rows = (sum(column.stats[key] for column in bad) for key in keys)
    return (one.broken(reasons, files, "images", columns=names, count=count, rows=rows, stay=True),)
