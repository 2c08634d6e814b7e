"""From what the user named to a profile and rows that models can learn from: read, profile, type, encode the target."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.broken import check_broken
from automl.data.dataset import Dataset
from automl.data.source import ImageFiles, Table
from automl.errors import ColumnMissing, DataError, UsageError
from automl.types import UNITS, Column, Problem, Profile

if TYPE_CHECKING:
    import pandas as pd

    from automl.config import Plan
    from automl.data.dataset import Array
    from automl.data.decode import Inspection
    from automl.data.source import Source

SIDE, BACKBONE_SIDE = 64, 128
"""Longest side in pixels that images are decoded to; pretrained networks know larger ones."""


@dataclass(frozen=True)
class Prepared:
    """Data ready for the stages that learn.

    Attributes:
        rows: (n,) number of each dataset row in the data as read, for predictions.csv and the worst rows.
        paths: file of each dataset row, for files in a folder or named in a manifest.
    """

    profile: Profile
    dataset: Dataset
    rows: Array
    paths: tuple[str, ...] = ()


def read(source: Any, plan: Plan) -> Source:
    """The data as read, with the plan's target and modality."""
    from automl.data.read import read as read_source

    about = [plan.weight, plan.group, plan.split_column]
    special = [name for name in (*about, plan.time_column, plan.series_id) if name]
    raw = read_source(source, target=plan.target, modality=plan.modality, exclude=[*special, *plan.drop])
    if plan.series_id is None:
        return raw
    if isinstance(raw, ImageFiles):
        raise UsageError("--series-id is for tables.", where="--series-id", hint="leave it out")
    if plan.time_column is None:
        raise UsageError("--series-id needs the order of time.", where="--series-id", hint="--time-column COL")
    from automl.data.series import pivot

    kept = replace(raw, frame=raw.frame.drop(columns=[name for name in plan.drop if name in raw.frame]))
    target = plan.target or str(dict(raw.reading.get("target") or {}).get("name") or raw.frame.columns[-1])
    return pivot(kept, plan.series_id, plan.time_column, target, [name for name in about if name])


def profile(source: Source, plan: Plan) -> Profile:
    """The profile of either kind of source."""
    if isinstance(source, ImageFiles):
        from automl.profile import media

        return media.profile(source, _inspect(source), task=plan.task, ignore=plan.ignore)
    by_name = plan.group is not None and plan.group.startswith("re:")
    if by_name and not source.paths:
        raise UsageError(
            "A group pattern is for file names, and this is a table.", where="--group", hint="--group COLUMN"
        )
    from automl.profile import table

    long = plan.series_id is not None  # pivoted when it was read: the columns named are gone
    return table.profile(
        source,
        target=plan.target,
        task=plan.task,
        drop=plan.drop if plan.series_id is None else (plan.series_id,),
        keep=() if long else plan.keep,
        weight=plan.weight,
        group=None if by_name else plan.group,
        time=None if long else plan.time_column,
        split=plan.split_column,
        ignore=plan.ignore,
        modality="series" if long else plan.modality,
    )


def prepare(source: Source, plan: Plan, folder: Path, threads: int) -> Prepared:
    """Profile and dataset; `folder` takes decoded images.

    Raises:
        DataError: nothing can be learnt from the data, with the reason.
        UsageError: a metric that does not fit the task, a group pattern that does not fit the files.
    """
    if isinstance(source, ImageFiles):
        return _images(source, plan, folder, threads)
    return _table(source, plan)


def _metric(plan: Plan, found: Profile) -> str:
    from automl.evaluate import metrics

    task = found.task.value
    return metrics.get(plan.metric, task).name if plan.metric else metrics.default(task).name


def _monotone(plan: Plan, found: Profile) -> dict[str, int]:
    """The directions that the recipe demands, once each is known to have a meaning.

    Raises:
        UsageError: a column that is no numeric input, or a task or modality without a direction.
    """
    if not plan.monotone:
        return {}
    where = "[monotone]"
    if found.modality.value != "table" or found.task.value == "multiclass":
        what = "several classes" if found.modality.value == "table" else UNITS[found.modality.value][1]
        raise UsageError(f"A monotone effect has no meaning for {what}.", where=where, hint="leave [monotone] out")
    kinds = {column.name: column.kind for column in found.features}
    for name in plan.monotone:
        if name not in kinds:
            raise UsageError.unknown("input column", name, kinds, where=where)
        if kinds[name] != "number":
            numeric = ", ".join(repr(other) for other, kind in kinds.items() if kind == "number") or "none"
            raise UsageError(
                f"The column {name!r} cannot be monotone: its kind is {kinds[name]}, not number.",
                where=where,
                hint=f"numeric inputs: {numeric}",
            )
    return dict(plan.monotone)


def _table(table: Table, plan: Plan) -> Prepared:
    from automl.data.contract import typed
    from automl.profile.target import encode_target, is_skewed

    found = profile(table, plan)
    if not found.features:
        raise DataError("No column is left to learn from.", where=found.source, hint="--keep COL uses a dropped column")
    frame = table.frame
    y, classes, kept = encode_target(frame[found.target.value], found.task.value)
    rows = np.flatnonzero(kept)
    columns, channels = _series_order(found)
    inputs = typed(frame, columns).frame
    if len(rows) < len(frame):
        inputs = inputs.iloc[rows].reset_index(drop=True)
    problem = Problem(
        found.modality.value, found.task.value, _metric(plan, found), classes, columns, plan.seed,
        channels=channels, series_id=plan.series_id or "", time=(plan.series_id and plan.time_column) or "",
        skewed_target=found.task.value == "regression" and is_skewed(y),
        monotone=_monotone(plan, found), explainable=plan.explainable,
    )  # fmt: skip
    paths = tuple(table.paths[i] for i in rows) if table.paths else ()
    by_name = bool(paths) and plan.group is not None
    by_folder = table.parts is not None and plan.split_column is None
    dataset = Dataset(
        problem,
        inputs,
        y,
        weight=_weights(frame, plan.weight, rows),
        groups=_file_groups(paths, plan.group) if by_name else _groups(frame, plan.group, rows),
        order=_order(frame, found, None if plan.series_id else plan.time_column, rows),
        part=_file_parts(table, rows) if by_folder else _parts(frame, plan.split_column, rows),
    )
    return Prepared(found, dataset, rows, paths)


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


def _inspect(files: ImageFiles, threads: int = 4) -> Inspection:
    from automl.data import audio, decode

    return audio.inspect(files, threads) if files.modality == "audio" else decode.inspect(files, threads)


def _images(files: ImageFiles, plan: Plan, folder: Path, threads: int) -> Prepared:
    """Images or recordings; decoded first: a truncated file has a sound header and shows only then."""
    from automl.data import audio, decode
    from automl.profile import media

    things = UNITS[files.modality][1]
    inspected = _inspect(files, threads)
    check_broken(inspected.reasons, len(files.paths), where=files.source, what=things)
    readable, out, hop = np.flatnonzero(inspected.ok), folder / "images.npy", 10
    if files.modality == "audio":
        frames, hop = audio.choose_frames(inspected).value
        size = (audio.BANDS, frames, 1)
        decoded = audio.decode(files, readable, frames, hop, out, threads=threads)
    else:
        size = decode.choose_size(inspected, BACKBONE_SIDE if plan.backbone else SIDE).value
        decoded = decode.decode(files, readable, size[:2], size[2], out, threads=threads)
    inspected = inspected.with_broken(decoded.reasons)
    check_broken(inspected.reasons, len(files.paths), where=files.source, what=things)
    found = media.profile(files, inspected, task=plan.task, ignore=plan.ignore)
    rows = readable[decoded.ok]
    y, classes, kept = media.encode([(files.labels or ())[i] for i in rows], found.task.value)
    rows = rows[kept]
    paths = tuple(files.paths[i] for i in rows)
    problem = Problem(
        files.modality, found.task.value, _metric(plan, found), classes,
        seed=plan.seed, image_size=size, hop_ms=hop, monotone=_monotone(plan, found), explainable=plan.explainable,
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
        return {"groups": _file_groups(paths, plan.group), "part": _file_parts(files, rows)}
    return {
        "weight": _weights(columns, plan.weight, rows),
        "groups": _file_groups(paths, plan.group) if by_name else _groups(columns, plan.group, rows),
        "part": _parts(columns, plan.split_column, rows),
    }


def _weights(frame: pd.DataFrame, name: str | None, rows: Array) -> Array | None:
    if name is None:
        return None
    import pandas as pd

    weights = pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64)[rows]
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        raise DataError(
            f"{bad.sum()} rows have no usable weight.",
            where=f"column {name!r}",
            hint="weights are numbers of zero or more",
        )
    if not weights.any():
        raise DataError("Every weight is zero.", where=f"column {name!r}", hint="weights are relative: 1, 2, ...")
    scaled: Array = weights / weights.mean()
    return scaled


def _groups(frame: pd.DataFrame, name: str | None, rows: Array) -> Array | None:
    if name is None:
        return None
    import pandas as pd

    codes: Array = pd.factorize(frame[name])[0][rows].astype(np.int64)
    alone = codes < 0  # rows without a group stand for themselves
    codes[alone] = codes.max() + 1 + np.arange(alone.sum())
    return _several(codes, f"column {name!r}")


def _order(frame: pd.DataFrame, found: Profile, name: str | None, rows: Array) -> Array | None:
    if name is None:
        return None
    from automl.data.contract import typed

    column = next(column for column in found.columns if column.name == name)
    if column.kind not in ("date", "number", "id", "constant"):
        raise DataError(
            f"Column {name!r} holds no times.", where="--time-column", hint="dates, or numbers that grow with time"
        )
    numeric = column if column.kind == "date" else Column(name, "number", "time", "", 0, 0)
    values: Array = typed(frame, [numeric]).frame[name].to_numpy(np.float64)[rows]
    if np.isnan(values).any():
        raise DataError(
            f"{int(np.isnan(values).sum())} rows have no time.", where=f"column {name!r}", hint="fill or drop them"
        )
    return values


def _parts(frame: pd.DataFrame, name: str | None, rows: Array) -> Array | None:
    if name is None:
        return None
    parts = frame[name].astype("str").str.strip().str.lower().to_numpy(dtype=object)[rows]
    return _train_or_test(parts, f"column {name!r}")


def _train_or_test(parts: Array, where: str) -> Array:
    """'train' or 'test' a row; validation rows are the test part when there is no other."""
    names = np.asarray([str(p) for p in parts], dtype=object)
    test = np.isin(names, ["test", "testing"])
    if not test.any():
        test = np.isin(names, ["val", "valid", "validation"])
    if not test.any() or test.all():
        raise DataError(
            "The given split has no test rows, or nothing else.", where=where, hint="values: train and test"
        )
    return np.where(test, "test", "train")


def _file_groups(paths: tuple[str, ...], pattern: str | None) -> Array | None:
    if pattern is None:
        return None
    try:
        search = re.compile(pattern.removeprefix("re:"))
    except re.error as error:
        raise UsageError(f"The group pattern is not a regular expression: {error}.", where="--group") from error
    found = [search.search(Path(path).name) for path in paths]
    missing = [path for path, match in zip(paths, found, strict=True) if match is None]
    if missing:
        raise UsageError(
            f"The group pattern does not match {len(missing)} file names.",
            where=f"--group, first {missing[0]!r}",
            hint="re:PATTERN is searched in the file name; its first group names the group",
        )
    names = [match[1] if match.re.groups else match[0] for match in found if match]
    codes: Array = np.unique(names, return_inverse=True)[1]
    return _several(codes, f"--group {pattern}")


def _several(groups: Array, where: str) -> Array:
    """The groups, if there are two or more."""
    if len(groups) and (groups == groups[0]).all():
        raise DataError(
            "All rows are in one group: none are left to be judged on.", where=where, hint="another --group, or none"
        )
    return groups


def _file_parts(files: Source, rows: Array) -> Array | None:
    if files.parts is None or len(set(files.parts)) < 2:
        return None
    return _train_or_test(np.asarray([files.parts[i] for i in rows], dtype=object), files.source)
