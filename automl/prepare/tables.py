"""Tables, texts and series as typed rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from automl.data.broken import CODE as BROKEN
from automl.data.broken import check_broken
from automl.data.dataset import Dataset
from automl.errors import DataError, UsageError
from automl.prepare import rows as structure
from automl.prepare.prepared import Prepared, as_profiled, metric_name, monotone
from automl.types import Column, Problem

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from automl.config import Plan
    from automl.data.source import Table
    from automl.types import Profile


def table_profile(source: Table, plan: Plan) -> Profile:
    """The profile of a table, pivoted already where its rows are points of series.

    Raises:
        UsageError: a group pattern where rows are no files.
    """
    from automl.profile import table

    long = plan.long_series is not None  # pivoted when it was read: the columns named are gone
    by_name = plan.group is not None and plan.group.startswith("re:")
    if by_name and not source.paths:
        raise UsageError(
            "A group pattern is for file names, and this is a table.", where="--group", hint="--group COLUMN"
        )
    return table.profile(
        source,
        target=plan.target,
        task=plan.task,
        positive=plan.positive,
        drop=plan.drop if plan.long_series is None else (plan.long_series,),
        keep=() if long else plan.keep,
        weight=plan.weight,
        group=None if by_name else plan.group,
        time=None if long else plan.time_column,
        split=plan.split_column,
        ignore=plan.ignore,
        modality="series" if long else plan.modality,
        known=None if plan.horizon is None else plan.known,
    )


def prepared(table: Table, plan: Plan, folder: Path, threads: int) -> Prepared:
    """Profile and dataset of a table, of texts or of series.

    Raises:
        DataError: too many texts or images cannot be read, no column or no row to learn from, or what the declared
            structure does not allow.
        UsageError: a metric or a demanded direction that does not fit.
    """
    from automl.data.contract import typed
    from automl.profile.target import encode_target

    if unread := table.reading.get("broken"):  # of a folder of texts
        check_broken(unread, len(unread) + len(table.paths), where=table.source, what="texts", ignore=plan.ignore)
    found = table_profile(table, plan)
    if not found.features:
        raise DataError("No column is left to learn from.", where=found.source, hint="--keep COL uses a dropped column")
    found, frame = _with_pixels(table, found, plan, folder, threads) if table.images else (found, table.frame)
    y, classes, kept = encode_target(frame[found.target.value], found.task.value)
    y, classes = as_profiled(y, classes, found)
    rows = np.flatnonzero(kept)
    columns, channels = _series_order(found)
    inputs = typed(frame, columns).frame
    if len(rows) < len(frame):
        inputs = inputs.iloc[rows].reset_index(drop=True)
    problem = Problem(
        found.modality.value, found.task.value, metric_name(plan, found), classes, columns, plan.seed,
        channels=channels, series_id=plan.long_series or "", time=(plan.long_series and plan.time_column) or "",
        monotone=monotone(plan, found), explainable=plan.explainable,
        label_type=table.reading.get("target_type", "text") if classes else "text",
    )  # fmt: skip
    paths = tuple(table.paths[i] for i in rows) if table.paths else ()
    by_name = bool(paths) and plan.group is not None
    by_folder = table.parts is not None and plan.split_column is None
    dataset = Dataset(
        problem,
        inputs,
        y,
        weight=structure.weights(frame, plan.weight, rows),
        groups=structure.file_groups(paths, plan.group) if by_name else structure.groups(frame, plan.group, rows),
        order=structure.order(frame, found, None if plan.long_series else plan.time_column, rows),
        part=structure.file_parts(table, rows) if by_folder else structure.parts(frame, plan.split_column, rows),
    )
    return Prepared(found, dataset, rows, paths)


def _with_pixels(table: Table, found: Profile, plan: Plan, folder: Path, threads: int) -> tuple[Profile, pd.DataFrame]:
    """The profile with every broken file known, and the frame with images in place of their paths.

    Raises:
        DataError: too many of the images of a column cannot be read, or all.
    """
    from automl.data.image_column import decoded
    from automl.data.media import root_of
    from automl.profile.image_column import broken_images, with_broken

    root, frame, columns = root_of(table), table.frame.copy(deep=False), list(found.columns)
    for i, column in enumerate(columns):
        if column.kind != "image" or column.role != "feature":
            continue
        cells = table.frame[column.name]
        images, reasons = decoded(cells, root, column.image_size, folder / f"images-{i}.npy", threads)
        check_broken(
            reasons, column.stats["files"], where=f"{table.source}, column {column.name!r}", ignore=plan.ignore,
            what="image files", hint=f"repair these files, leave the column out: --drop {column.name}, or keep the "
            f"rows without an image: --ignore {BROKEN}",
        )  # fmt: skip
        columns[i] = with_broken(column, cells, root, reasons)
        frame[column.name] = images
    told = broken_images(columns, plan.ignore)
    kept = [finding for finding in found.findings if finding.code not in {one.code for one in told}]
    return replace(found, columns=tuple(columns), findings=(*kept, *told)), frame


def _series_order(found: Profile) -> tuple[tuple[Column, ...], int]:
    """The inputs, those of series channel after channel in the order of time, and how many channels there are."""
    if found.modality.value != "series":
        return found.features, 1
    from automl.data.series import find_points

    channels = int(found.modality.evidence["channels"])
    by_name = {column.name: column for column in found.features}
    points = find_points(by_name)
    ordered = points.names if len(points.channels) == channels and len(points.names) == len(by_name) else by_name
    return tuple(by_name[name] for name in ordered), channels
