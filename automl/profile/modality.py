"""Which modality a table is, and why: free text, series (one a row), or a plain table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.checks import check
from automl.checks.am310_broken_images import BrokenImages
from automl.data.cells import is_text, simplify
from automl.data.series import Points, find_points
from automl.errors import DataError, UsageError
from automl.profile.columns import describe_column
from automl.types import Choice, Column, Modality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.source import Table
    from automl.profile.columns import Roles
    from automl.types import Finding

Array = np.ndarray[Any, Any]

FEWEST_POINTS = 16
"""Number columns from which a table may be series."""
SHORTEST = 8
"""Points of one channel from which it may be a series; 3 when the user says so."""
MOST_OTHERS = 5
TIME_NAMES = frozenset({"t", "ts", "time", "step", "timestep", "time_step"})
"""Prefixes that say by themselves that the columns are points of time."""
PIXEL_NAMES = frozenset({"pixel", "pix", "px"})
NEAR, LEAD = 0.5, 0.1
"""Mean correlation of neighbouring columns, and its lead over that of distant ones, from which their order tells."""
LOOKED_AT = 2_000


def check_wanted(wanted: str | None, where: str) -> None:
    """Refuse a modality that no table has.

    Raises:
        UsageError: images or audio are wanted.
    """
    if wanted in ("image", "audio"):
        raise UsageError(f"A table cannot be read as {wanted}.", where=f"--modality, {where}", hint="give a folder")


def series_points(frame: pd.DataFrame, roles: Roles, wanted: str | None) -> Points | None:
    """The columns that are points of a series, None when the table is not taken for series.

    Args:
        frame: as read.
        roles: columns with a role of their own are no points.
        wanted: the user's modality.

    Raises:
        DataError: series are wanted, and there are columns that cannot be points, or too few.
    """
    if wanted not in (None, "series"):
        return None
    free = [name for name in frame.columns if name not in roles.named() and name not in roles.drop]
    numeric = [name for name in free if _is_numeric(frame[name])]
    points = find_points(numeric)
    if wanted == "series":
        return _as_wanted(frame, roles, free, numeric, points)
    others = [name for name in free if name not in set(points.names)]
    enough = len(points.names) >= FEWEST_POINTS and len(points.channels[0]) >= SHORTEST
    if not enough or len(others) > MOST_OTHERS or _features(frame, roles, others):
        return None
    return points if _in_order(frame, points) else None


def _as_wanted(frame: pd.DataFrame, roles: Roles, free: list[str], numeric: list[str], points: Points) -> Points:
    if others := _features(frame, roles, [name for name in free if name not in set(numeric)]):
        raise DataError(
            f"Columns that hold no numbers cannot be points of a series: {', '.join(map(repr, others[:5]))}.",
            where="--modality series",
            hint=f"--drop {','.join(others[:5])}",
        )
    if _features(frame, roles, [name for name in numeric if name not in set(points.names)]):
        ids = {name for name in numeric if describe_column(frame[name], name, roles).kind == "id"}
        points = Points((tuple(name for name in numeric if name not in ids),), ("",))
    if not points.channels or len(points.channels[0]) < 3:
        raise DataError("A series needs three number columns or more.", where="--modality series", hint="t0, t1, t2")
    return points


def _is_numeric(series: pd.Series) -> bool:
    simple = simplify(series)
    return (simple.dtype.kind in "biuf" and not is_text(simple)) or bool(simple.isna().all())


def _features(frame: pd.DataFrame, roles: Roles, names: Sequence[str]) -> list[str]:
    """Those of the columns that would be inputs of a table."""
    return [name for name in names if describe_column(frame[name], name, roles).role == "feature"]


def _in_order(frame: pd.DataFrame, points: Points) -> bool:
    """Whether the order of the columns means something: by their names, or because neighbours are alike."""
    names = {prefix.rstrip("0123456789 _.-").lower() for prefix in points.prefixes}
    if names <= TIME_NAMES:
        return True
    if names & PIXEL_NAMES:
        return False
    likeness = np.mean([_likeness(frame[list(channel)]) for channel in points.channels], axis=0)
    # Where some greater distance is as alike as neighbours (four bands a pixel), the columns are no points of time.
    return bool(likeness[0] >= NEAR and likeness[0] >= likeness[-1] + LEAD and likeness[0] >= likeness.max())


def _likeness(frame: pd.DataFrame) -> list[float]:
    """Mean absolute correlation (over rows) of columns 1 to 8 apart, and half the columns apart."""
    values = frame.head(LOOKED_AT).to_numpy(np.float64, na_value=np.nan)
    values = pd.DataFrame(np.where(np.isfinite(values), values, np.nan))
    centred = (values - values.mean()).fillna(0.0).to_numpy()
    scale = np.sqrt((centred**2).sum(axis=0))
    unit = centred / np.where(scale > 0, scale, 1)
    half = frame.shape[1] // 2
    lags = [*range(1, min(8, half) + 1), half]
    return [float(np.abs((unit[:, lag:] * unit[:, :-lag]).sum(axis=0)).mean()) for lag in lags]


def applicable(findings: Sequence[Finding], points: Points | None, table: Table) -> tuple[Finding, ...]:
    """The findings that mean something here.

    Points of a series are no columns of their own (AM1xx), and a folder is sorted by class; files that could not be
    read are added.
    """

    def one(finding: Finding) -> Finding:
        of_points = points is not None and finding.code.startswith("AM1")
        if finding.status != "found" or not (of_points or (table.paths and finding.code == "AM304")):
            return finding
        return check(finding.code).finding(status="not_applicable", action="for columns of a table only")

    found = tuple(map(one, findings))
    broken: dict[str, str] = table.reading.get("broken") or {}
    if not broken:
        return found
    told = BrokenImages().broken(broken, len(broken) + len(table.paths), "texts")
    return (*(finding for finding in found if finding.code != "AM310"), told)


def series_choice(points: Points, wanted: str | None) -> Choice[Modality]:
    """The modality 'series' with its reason."""
    channels, length = len(points.channels), len(points.channels[0])
    first, last = points.channels[0][0], points.channels[0][-1]
    what = f"one series of {length} points a row" if channels == 1 else f"{channels} channels of {length} points a row"
    reason = f"as given: {what}" if wanted else f"number columns {first} to {last} in order, nothing else: {what}"
    return Choice("series", reason, {"channels": channels, "points": length}, "--modality table")


def as_points(columns: Sequence[Column], points: Points) -> tuple[Column, ...]:
    """The columns with those of the series as numbers that are used, whatever they would be alone."""
    names = set(points.names)
    return tuple(
        replace(column, kind="number", role="feature", levels=(), reason=f"a point of the series; {column.reason}")
        if column.name in names
        else replace(column, role="dropped", reason=f"not part of the series; {column.reason}")
        if column.role == "feature"
        else column
        for column in columns
    )


def as_text(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with labels taken for texts, as `--modality text` asks.

    Raises:
        DataError: an input is neither text nor labels.
    """
    if others := [c.name for c in columns if c.role == "feature" and c.kind not in ("text", "category", "boolean")]:
        raise DataError(
            f"Columns that hold no text: {', '.join(map(repr, others[:5]))}.",
            where="--modality text",
            hint=f"--drop {','.join(others[:5])}, or --modality table",
        )
    return tuple(
        replace(c, kind="text", levels=(), reason=f"text as given; {c.reason}")
        if c.role == "feature" and c.kind != "text"
        else c
        for c in columns
    )


def table_choice(columns: Sequence[Column], wanted: str | None) -> Choice[Modality]:
    """The modality 'text' when every input is free text (unless a table is wanted), else 'table'."""
    kinds = [column.kind for column in columns if column.role == "feature"]
    if kinds and set(kinds) == {"text"} and wanted != "table":
        words = [c.stats.get("mean_words", 0.0) for c in columns if c.role == "feature"]
        what = "the only input is" if len(kinds) == 1 else f"all {len(kinds)} inputs are"
        reason = f"{what} free text, {sum(words):.0f} words a row" if wanted is None else "as given"
        return Choice("text", reason, {"columns": len(kinds)}, "--modality table")
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    override = "--modality image" if kinds.count("image") == 1 else ""
    return Choice("table", f"one table with inputs of these kinds: {counts}", override=override)
