"""The profile of a table: columns, target, task, and what the checks say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.checks import CheckFacts, dropped_by, run_checks, without
from automl.data.media import root_of
from automl.data.table_frame import named
from automl.data.table_target import guess_target
from automl.errors import ColumnMissing, DataError, UsageError
from automl.profile.columns import Roles, describe
from automl.profile.image_column import broken_images
from automl.profile.modality import (
    applicable,
    as_points,
    as_text,
    check_wanted,
    series_choice,
    series_points,
    table_choice,
)
from automl.profile.stats import count_distinct, number_stats, sample_positions
from automl.profile.target import cells, detect_task, encode_target, positive_last
from automl.types import Choice, Column, Modality, Profile, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from automl.data.series import Points
    from automl.data.source import Table
    from automl.profile.target import Cells
    from automl.types import Finding, Kind

Array = np.ndarray[Any, Any]


def profile(
    table: Table,
    *,
    target: str | None = None,
    task: str | None = None,
    positive: str | None = None,
    drop: Iterable[str] = (),
    keep: Iterable[str] = (),
    weight: str | None = None,
    group: str | None = None,
    time: str | None = None,
    split: str | None = None,
    ignore: Iterable[str] = (),
    modality: str | None = None,
    known: Iterable[str] | None = None,
) -> Profile:
    """The profile of a table with a target.

    Args:
        table: as read.
        target: column to predict; as the reader chose when None.
        task: the user's task, found from the target when None.
        positive: the class of two that comes last; the one that sorts last when None.
        drop: columns never used.
        keep: columns used whatever a rule or a finding says.
        weight, group, time, split: columns of row weights, of values that must not straddle a split, of the order of
            time, and of the part that a row belongs to.
        ignore: codes of findings to skip; what they would drop is kept.
        modality: 'table', 'text' or 'series', found out when None.
        known: for a forecast the columns known in advance; of all others only past values are inputs.

    Raises:
        ColumnMissing: a column named is not in the table.
        UsageError: an unknown task, label or code, a column with two roles, or a modality that no table has.
        DataError: a target or table from which nothing can be learnt, or columns that do not fit the modality.
    """
    check_wanted(modality, table.source)
    ignore = tuple(code.upper() for code in ignore)
    if not all(isinstance(name, str) for name in table.frame.columns):
        table = replace(table, frame=named(table.frame))
    frame = table.frame
    chosen = _choose_target(table, target)
    roles = Roles(
        target=chosen.value, weight=weight, group=group, time=time, split=split, drop=tuple(drop), keep=tuple(keep),
        drop_ids="AM101" not in ignore, drop_constants="AM102" not in ignore,
    )  # fmt: skip
    _check_roles(frame, roles, table.source)
    points = None if table.images else series_points(frame, roles, modality)
    roles = replace(roles, keep=(*roles.keep, *(points.names if points is not None else ())))
    values = cells(frame[chosen.value])
    task_choice = detect_task(values, chosen.value, task)
    facts = _facts(table, roles, values, task_choice.value, known)
    findings = (*run_checks(facts, ignore), *broken_images(facts.columns, ignore))
    kept = _without_dropped(facts.columns, findings, roles.drop)
    columns, kind = _with_modality(table, kept, points, modality, past=facts.known is not None)
    told = without(applicable(findings, points, table), ignore)
    found = _profile(table, facts, columns, told, chosen, task_choice, kind)
    return replace(found, classes=positive_last(found.classes, found.task.value, positive))


def _with_modality(
    table: Table, columns: tuple[Column, ...], points: Points | None, wanted: str | None, *, past: bool
) -> tuple[tuple[Column, ...], Choice[Modality]]:
    """The columns as the modality uses them, and the modality with its reason; a forecast has its past in any case."""
    if points is not None:
        columns = as_points(columns, points)
    elif wanted == "text":
        columns = as_text(columns)
    if not past and not any(column.role == "feature" for column in columns):
        raise DataError("No column is left to learn from.", where=table.source, hint="--keep COL keeps a dropped one")
    kind = table_choice(columns, wanted) if points is None else series_choice(points, wanted)
    # A folder of texts is no table, whatever a flag says.
    return columns, replace(kind, override="") if table.paths else kind


def _profile(
    table: Table,
    facts: CheckFacts,
    columns: tuple[Column, ...],
    findings: tuple[Finding, ...],
    target: Choice[str],
    task: Choice[Task],
    modality: Choice[Modality],
) -> Profile:
    """What was found, put together; `columns` are all but the target."""
    target_column, classes, stats = _describe_target(table.frame, target.value, facts)
    return Profile(
        name=table.name,
        source=table.source,
        modality=modality,
        task=task,
        target=target,
        rows=len(facts.y),
        columns=_in_order(table.frame, (*columns, target_column)),
        classes=classes,
        target_stats=stats,
        reading=table.reading,
        findings=findings,
    )


def _choose_target(table: Table, target: str | None) -> Choice[str]:
    if target is not None:
        return Choice(target, "as given", override="--target COL")
    found = table.reading.get("target") or {}
    if "name" in found:
        return Choice(found["name"], found.get("reason", ""), {"guessed": found.get("guessed", False)}, "--target COL")
    name, reason = guess_target(list(table.frame.columns))
    return Choice(name, reason, {"guessed": True}, "--target COL")


def _check_roles(frame: pd.DataFrame, roles: Roles, where: str) -> None:
    names = [role for role in (roles.target, roles.weight, roles.group, roles.time, roles.split) if role is not None]
    if missing := [name for name in (*names, *roles.drop, *roles.keep) if name not in frame.columns]:
        raise ColumnMissing.from_names(dict.fromkeys(missing), frame.columns, where=where)
    twice = sorted({name for name in names if names.count(name) > 1} | ({roles.target} & {*roles.drop}))
    if twice:
        raise UsageError(f"Column {twice[0]!r} has two roles.", where=where, hint="give each column one role")


def _facts(table: Table, roles: Roles, values: Cells, task: Task, known: Iterable[str] | None) -> CheckFacts:
    y, classes, kept = encode_target(values, task)
    images = dict.fromkeys(table.images, root_of(table)) if table.images else None
    columns = describe(table.frame, roles, table.reading.get("markers"), images)
    weight = next((column for column in columns if column.role == "weight"), None)
    if weight is not None and (weight.kind not in ("number", "boolean", "constant") or weight.stats.get("min", 0) < 0):
        where = f"column {weight.name!r}"
        raise DataError("Weights must be numbers, none below zero.", where=where, hint="choose another --weight COL")
    left_out = {}
    if task != "regression":
        left_out = {label: rows for label, rows in values.named().items() if rows == 1}
    return CheckFacts(
        frame=table.frame,
        columns=columns,
        target=roles.target,
        task=task,
        y=y,
        classes=classes,
        kept=kept,
        left_out=left_out,
        reading=table.reading,
        keep=frozenset(roles.keep),
        time=roles.time,
        known=None if known is None else frozenset(known),
    )


def _without_dropped(
    columns: tuple[Column, ...], findings: tuple[Finding, ...], by_user: tuple[str, ...]
) -> tuple[Column, ...]:
    dropped = {name: code for name, code in dropped_by(findings).items() if name not in by_user}
    return tuple(
        replace(column, role="dropped", reason=f"{dropped[column.name]}: {column.reason}")
        if column.name in dropped and column.role in ("feature", "dropped")
        else column
        for column in columns
    )


def _describe_target(
    frame: pd.DataFrame, name: str, facts: CheckFacts
) -> tuple[Column, dict[str, int], dict[str, Any]]:
    """The target as a column, label -> rows for classes, and statistics for regression."""
    missing = len(frame) - len(facts.y) - sum(facts.left_out.values())
    if facts.task == "regression":
        picks = sample_positions(len(facts.y))
        sample = facts.y if picks is None else facts.y[picks]
        ordered = np.sort(sample)
        stats = number_stats(ordered) | ({} if picks is None else {"sampled": len(picks)})
        distinct = count_distinct(ordered)
        return Column(name, "number", "target", "the target", missing, distinct, stats), {}, stats
    counts = np.bincount(facts.y, minlength=len(facts.classes)).tolist()
    classes = dict(zip(facts.classes, counts, strict=True))
    top = sorted(classes.items(), key=lambda item: -item[1])[:20]
    stats = {"top": [list(item) for item in top]}
    kind: Kind = "boolean" if facts.task == "binary" else "category"
    column = Column(name, kind, "target", "the target", missing, len(classes), stats, levels=facts.classes)
    return column, classes, {"left_out": dict(facts.left_out)} if facts.left_out else {}


def _in_order(frame: pd.DataFrame, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    place = {name: position for position, name in enumerate(frame.columns)}
    return tuple(sorted(columns, key=lambda column: place[column.name]))
