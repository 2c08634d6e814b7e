"""Rows kept so that fits stay inside the memory that may be used: a run is made smaller, never killed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from automl.checks import check
from automl.data.dataset import Images
from automl.data.split import deal
from automl.encode import audio, image
from automl.errors import DataError
from automl.units import size as written

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset
    from automl.prepare import Prepared
    from automl.types import Problem

FACTOR = 6
"""Memory of a run over that of its rows: encoded matrix, copies of splits, what a solver or booster keeps beside."""
FEWEST_ROWS = 1_000
PARTS = 1_000
"""Grain of the share of rows that is kept."""


def within(prepared: Prepared, limit: int) -> Prepared:
    """The same data, or as many of its rows as fit into `limit` bytes, with a finding that says so.

    Raises:
        DataError: not even `FEWEST_ROWS` rows fit; says what is needed, what there is, and what to do.
    """
    rows, needed = len(prepared.dataset), size(prepared.dataset) * FACTOR
    if needed <= limit:
        return prepared
    keep = int(rows * limit / needed)
    if keep < FEWEST_ROWS:
        need, have = (f"{n / 2**30:.1f} GB" if n >= 2**30 else written(n) for n in (needed, limit))
        raise DataError(
            f"Fitting needs about {need} of memory; {have} may be used.",
            where=prepared.profile.source,
            hint="fewer columns (--drop), or a larger --memory",
        )
    kept = _kept(prepared.dataset, keep)
    finding = check("AM506").finding(
        evidence={"rows": rows, "kept": len(kept), "needed_bytes": needed, "limit_bytes": limit},
        action=f"Learnt from {len(kept):,} of {rows:,} rows; a larger --memory takes more.",
    )
    profile = replace(prepared.profile, findings=(*prepared.profile.findings, finding))
    paths = tuple(prepared.paths[i] for i in kept) if prepared.paths else ()
    dataset = prepared.dataset.take(kept)
    times = prepared.times[kept] if len(prepared.times) else prepared.times
    return replace(prepared, profile=profile, dataset=dataset, rows=prepared.rows[kept], paths=paths, times=times)


def size(dataset: Dataset) -> int:
    """Bytes of the rows as read; of images those of their hand-made features, as pixels are read a few at a time."""
    images = 4 * len(dataset) * _features(dataset.problem)
    if isinstance(dataset.inputs, Images):
        return images
    return int(dataset.inputs.memory_usage(deep=True, index=False).sum()) + images


def _features(problem: Problem) -> int:
    """Hand-made features of the images, or of the recording, of a row."""
    if problem.modality == "audio":
        return len(audio.feature_names(problem.image_size[0]))
    sizes = [problem.image_size, *(column.image_size for column in problem.columns)]
    return sum(len(image.feature_names(size[-1])) for size in sizes if size)


def _kept(dataset: Dataset, keep: int) -> Array:
    """Positions of about `keep` rows in their order: the latest by time, or the same share of every target value."""
    if dataset.order is not None:
        return np.sort(np.argsort(dataset.order, kind="stable")[-keep:])
    parts = deal(dataset.y, PARTS, np.random.default_rng([dataset.problem.seed, 5]))
    return np.flatnonzero(parts < PARTS * keep / len(dataset))
