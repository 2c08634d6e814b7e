"""From what the user named to a profile and rows that models can learn from: read, profile, type, encode the target."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.dataset import Dataset
from automl.data.source import ImageFiles, Table
from automl.errors import ColumnMissing, DataError, UsageError
from automl.types import Column, Problem, Profile

if TYPE_CHECKING:
    import pandas as pd

    from automl.config import Plan
    from automl.data.dataset import Array
    from automl.data.source import Source


@dataclass(frozen=True)
class Prepared:
    """Data ready for the stages that learn.

    Attributes:
        rows: (n,) number of each dataset row in the data as read, for predictions.csv and the worst rows.
        paths: file of each dataset row, for images.
    """

    profile: Profile
    dataset: Dataset
    rows: Array
    paths: tuple[str, ...] = ()


def read(source: Any, plan: Plan) -> Source:
    """The data as read, with the plan's target and modality."""
    from automl.data.read import read as read_source

    special = [name for name in (plan.weight, plan.group, plan.time_column, plan.split_column) if name]
    return read_source(source, target=plan.target, modality=plan.modality, exclude=[*special, *plan.drop])


def profile(source: Source, plan: Plan) -> Profile:
    """The profile of either kind of source."""
    if isinstance(source, ImageFiles):
        from automl.data import decode
        from automl.profile import media

        return media.profile(source, decode.inspect(source), task=plan.task, ignore=plan.ignore)
    if plan.group and plan.group.startswith("re:"):
        raise UsageError(
            "A group pattern is for file names, and this is a table.", where="--group", hint="--group COLUMN"
        )
    from automl.profile import table

    return table.profile(
        source,
        target=plan.target,
        task=plan.task,
        drop=plan.drop,
        keep=plan.keep,
        weight=plan.weight,
        group=plan.group,
        time=plan.time_column,
        split=plan.split_column,
        ignore=plan.ignore,
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
        what = "several classes" if found.modality.value == "table" else "images"
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
    inputs = typed(frame, found.features).frame
    if len(rows) < len(frame):
        inputs = inputs.iloc[rows].reset_index(drop=True)
    problem = Problem(
        "table", found.task.value, _metric(plan, found), classes, found.features, plan.seed,
        skewed_target=found.task.value == "regression" and is_skewed(y),
        monotone=_monotone(plan, found), explainable=plan.explainable,
    )  # fmt: skip
    dataset = Dataset(
        problem,
        inputs,
        y,
        weight=_weights(frame, plan.weight, rows),
        groups=_groups(frame, plan.group, rows),
        order=_order(frame, found, plan.time_column, rows),
        part=_parts(frame, plan.split_column, rows),
    )
    return Prepared(found, dataset, rows)


def _images(files: ImageFiles, plan: Plan, folder: Path, threads: int) -> Prepared:
    """Decode first: a truncated file has a sound header and shows only then."""
    from automl.data import decode
    from automl.profile import media

    inspected = decode.inspect(files, threads)
    decode.check_broken(inspected.reasons, len(files.paths), where=files.source)
    height, width, channels = decode.choose_size(inspected).value
    readable = np.flatnonzero(inspected.ok)
    decoded = decode.decode(files, readable, (height, width), channels, folder / "images.npy", threads=threads)
    inspected = inspected.with_broken(decoded.reasons)
    decode.check_broken(inspected.reasons, len(files.paths), where=files.source)
    found = media.profile(files, inspected, task=plan.task, ignore=plan.ignore)
    rows = readable[decoded.ok]
    y, classes, kept = media.encode([(files.labels or ())[i] for i in rows], found.task.value)
    rows = rows[kept]
    paths = tuple(files.paths[i] for i in rows)
    size = (height, width, channels)
    problem = Problem(
        "image", found.task.value, _metric(plan, found), classes,
        seed=plan.seed, image_size=size, monotone=_monotone(plan, found), explainable=plan.explainable,
    )  # fmt: skip
    pixels = decoded.images.take(np.flatnonzero(kept))
    dataset = Dataset(problem, pixels, y, **_structure(files, plan, rows, paths))
    return Prepared(found, dataset, rows, paths)


def _structure(files: ImageFiles, plan: Plan, rows: Array, paths: tuple[str, ...]) -> dict[str, Array | None]:
    """Weights, groups and parts of images: from columns of a manifest, file names and folders."""
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


def _file_parts(files: ImageFiles, rows: Array) -> Array | None:
    if files.parts is None or len(set(files.parts)) < 2:
        return None
    return _train_or_test(np.asarray([files.parts[i] for i in rows], dtype=object), files.source)
