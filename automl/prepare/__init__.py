"""From what the user named to a profile and rows that models can learn from: read, profile, type, encode the target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.config import check_columns
from automl.data.source import ImageFiles
from automl.errors import UsageError
from automl.forecast.plan import check_plan
from automl.prepare import files, forecasts, tables
from automl.prepare.prepared import Prepared, with_tail
from automl.prepare.rows import file_groups

if TYPE_CHECKING:
    import pandas as pd

    from automl.config import Plan
    from automl.data.source import Source
    from automl.types import Profile

__all__ = ["Prepared", "prepare", "profile", "read", "with_tail"]


def read(source: Any, plan: Plan) -> Source:
    """The data as read, with the plan's target and modality.

    Raises:
        DataError: there is nothing to read, or a group pattern puts all files into one group.
        UsageError: settings that do not fit the data, a group pattern that does not fit the files among them.
    """
    from automl.data.read import read as read_source

    check_columns(plan)
    check_plan(plan)
    about = [plan.weight, plan.group, plan.split_column]
    special = [name for name in (*about, plan.time_column, plan.series_id) if name]
    if isinstance(source, (str, Path)) and Path(source).is_dir():
        _refuse_columns(plan, str(source))
    forecast = plan.horizon is not None
    raw = read_source(
        source, target=plan.target, modality=plan.modality, exclude=[*special, *plan.drop],
        inputs_of=None if forecast else _inputs_of,
    )  # fmt: skip
    if raw.paths and plan.group is not None and plan.group.startswith("re:"):
        file_groups(raw.paths, plan.group)  # refused now, not once every file is decoded
    if forecast and (isinstance(raw, ImageFiles) or raw.paths):
        raise UsageError("--horizon is for tables.", where="--horizon", hint="leave it out")
    if plan.long_series is None:
        return raw
    if isinstance(raw, ImageFiles):
        raise UsageError("--series-id is for tables.", where="--series-id", hint="leave it out")
    if plan.time_column is None:
        raise UsageError("--series-id needs the order of time.", where="--series-id", hint="--time-column COL")
    from automl.data.series import pivot

    kept = replace(raw, frame=raw.frame.drop(columns=[name for name in plan.drop if name in raw.frame]))
    target = plan.target or str(dict(raw.reading.get("target") or {}).get("name") or raw.frame.columns[-1])
    return pivot(kept, plan.long_series, plan.time_column, target, [name for name in about if name])


def _refuse_columns(plan: Plan, where: str) -> None:
    """Refuse settings that name columns of a table where the data is a folder.

    Raises:
        UsageError: one of them is given; the group may be a pattern for file names.
    """
    group = None if plan.group is None or plan.group.startswith("re:") else plan.group
    of_series = bool(plan.series_id or plan.horizon)  # refused with their columns
    named = {
        "--target": plan.target, "--drop": plan.drop, "--keep": plan.keep, "--weight": plan.weight, "--group": group,
        "--split-column": plan.split_column, "--time-column": None if of_series else plan.time_column,
        "--known": () if of_series else plan.known,
    }  # fmt: skip
    for flag, value in named.items():
        if value:
            hint = "--group re:PATTERN takes groups from file names" if flag == "--group" else "leave it out"
            raise UsageError(
                f"{flag} names a column, and a folder of files has none: the folder a file lies in is its class.",
                where=f"{flag}, {where}",
                hint=hint,
            )


def _inputs_of(frame: pd.DataFrame) -> list[str]:
    from automl.profile.columns import Roles, describe_column

    return [name for name in frame.columns if describe_column(frame[name], name, Roles("")).role == "feature"]


def profile(source: Source, plan: Plan) -> Profile:
    """The profile of either kind of source."""
    if isinstance(source, ImageFiles):
        from automl.profile import media

        how: dict[str, Any] = {"task": plan.task, "positive": plan.positive, "ignore": plan.ignore}
        return media.profile(source, files.inspect(source), **how)
    return tables.table_profile(source, plan) if plan.horizon is None else forecasts.prepared(source, plan).profile


def prepare(source: Source, plan: Plan, folder: Path, threads: int) -> Prepared:
    """Profile and dataset; `folder` takes decoded images.

    Raises:
        DataError: nothing can be learnt from the data, with the reason.
        UsageError: a metric that does not fit the task, a group pattern that does not fit the files.
    """
    if isinstance(source, ImageFiles):
        return files.prepared(source, plan, folder, threads)
    return tables.prepared(source, plan, folder, threads) if plan.horizon is None else forecasts.prepared(source, plan)
