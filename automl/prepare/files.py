"""Images and recordings, decoded into one array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.broken import check_broken
from automl.data.dataset import Dataset
from automl.errors import ColumnMissing
from automl.prepare import rows as structure
from automl.prepare.prepared import Prepared, as_profiled, metric_name, monotone
from automl.types import UNITS, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from automl.config import Plan
    from automl.data.dataset import Array
    from automl.data.decode import Inspection
    from automl.data.source import ImageFiles

SIDE, BACKBONE_SIDE = 64, 128
"""Longest side in pixels that images are decoded to; pretrained networks know larger ones."""


def inspect(files: ImageFiles, threads: int = 4) -> Inspection:
    """Headers of every file, and which cannot be read."""
    from automl.data import audio, decode

    return audio.inspect(files, threads) if files.modality == "audio" else decode.inspect(files, threads)


def prepared(files: ImageFiles, plan: Plan, folder: Path, threads: int) -> Prepared:
    """Images or recordings; decoded first: a truncated file has a sound header and shows only then.

    Raises:
        DataError: too many files cannot be read, or all, or nothing can be learnt from the others.
    """
    from automl.data import audio, decode
    from automl.profile import media

    things = UNITS[files.modality][1]
    inspected = inspect(files, threads)
    check_broken(inspected.reasons, len(set(files.paths)), where=files.source, what=things, ignore=plan.ignore)
    readable, out, hop = np.flatnonzero(inspected.ok), folder / "images.npy", 10
    if files.modality == "audio":
        frames, hop = audio.choose_frames(inspected).value
        size = (audio.BANDS, frames, 1)
        decoded = audio.decode(files, readable, frames, hop, out, threads=threads)
    else:
        size = decode.choose_size(inspected, BACKBONE_SIDE if plan.backbone else SIDE).value
        decoded = decode.decode(files, readable, size[:2], size[2], out, threads=threads)
    inspected = inspected.with_broken(decoded.reasons)
    check_broken(inspected.reasons, len(set(files.paths)), where=files.source, what=things, ignore=plan.ignore)
    found = media.profile(files, inspected, task=plan.task, positive=plan.positive, ignore=plan.ignore)
    rows = readable[decoded.ok]
    y, classes, kept = media.encode([(files.labels or ())[i] for i in rows], found.task.value)
    y, classes = as_profiled(y, classes, found)
    rows = rows[kept]
    paths = tuple(files.paths[i] for i in rows)
    problem = Problem(
        files.modality, found.task.value, metric_name(plan, found), classes,
        seed=plan.seed, image_size=size, hop_ms=hop, monotone=monotone(plan, found), explainable=plan.explainable,
    )  # fmt: skip
    pixels = decoded.images.take(np.flatnonzero(kept))
    dataset = Dataset(problem, pixels, y, **_structure(files, plan, rows, paths))
    return Prepared(found, dataset, rows, paths)


def _structure(files: ImageFiles, plan: Plan, rows: Array, paths: tuple[str, ...]) -> dict[str, Any]:
    """Weights, groups and parts of files: from columns of a manifest, file names and folders."""
    columns = files.columns
    by_name = plan.group is None or plan.group.startswith("re:")
    for name in (plan.weight, plan.split_column, None if by_name else plan.group):
        if name is not None and (columns is None or name not in columns):
            raise ColumnMissing.from_names([name], [] if columns is None else columns, where=files.source)
    if columns is None:
        return {"groups": structure.file_groups(paths, plan.group), "part": structure.file_parts(files, rows)}
    return {
        "weight": structure.weights(columns, plan.weight, rows),
        "groups": structure.file_groups(paths, plan.group) if by_name else structure.groups(columns, plan.group, rows),
        "part": structure.parts(columns, plan.split_column, rows),
    }
