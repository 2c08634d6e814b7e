"""The columns of a table as profiled: kind, role, missing cells, statistics, each with its reason."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from automl.data.cells import is_text, simplify
from automl.profile.describe import describe_dates, describe_numbers, describe_truths
from automl.profile.describe_text import describe_text
from automl.profile.image_column import describe_images

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from automl.types import Column, Role

WORTH_THREADS = 100_000
"""Rows above which columns are described side by side."""


@dataclass(frozen=True)
class Roles:
    """What the user or the reader says about columns.

    Attributes:
        target, weight, group, time, split: column of that role.
        drop: never inputs.
        keep: inputs even where a rule would drop them.
        drop_ids, drop_constants: False when the finding that drops them (AM101, AM102) is ignored.
    """

    target: str
    weight: str | None = None
    group: str | None = None
    time: str | None = None
    split: str | None = None
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    drop_ids: bool = True
    drop_constants: bool = True

    def named(self) -> dict[str, Role]:
        """Column -> role of those with a role of their own."""
        pairs: tuple[tuple[str | None, Role], ...] = (
            (self.weight, "weight"),
            (self.group, "group"),
            (self.time, "time"),
            (self.split, "split"),
            (self.target, "target"),
        )
        return {name: role for name, role in pairs if name is not None}


def describe(
    frame: pd.DataFrame,
    roles: Roles,
    markers: Mapping[str, Mapping[str, int]] | None = None,
    images: Mapping[str, Path] | None = None,
) -> tuple[Column, ...]:
    """Every column but the target, in file order.

    Args:
        frame: as read, column names are text.
        roles: what the user said.
        markers: column -> marker -> count of the hidden missing markers that the reader took out.
        images: column of paths to images -> the folder they are relative to.
    """
    named = roles.named()

    def one(name: str) -> Column:
        if images and name in images and name not in named and name not in roles.drop:
            return describe_images(frame[name], images[name])
        column = _with_role(describe_column(frame[name], name, roles), named, roles)
        found = (markers or {}).get(name, {})
        return replace(column, markers={**found, **column.markers}) if found else column

    names = [name for name in frame.columns if named.get(name) != "target"]
    if len(frame) < WORTH_THREADS:
        return tuple(map(one, names))
    # Sorting, parsing and hashing release the interpreter lock, so that columns of a large table go side by side.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return tuple(pool.map(one, names))


def describe_column(series: pd.Series, name: str, roles: Roles) -> Column:
    """One column with role 'feature', or 'dropped' when its kind is id or constant."""
    series = simplify(series)
    kept = name in roles.keep
    allow_id, allow_constant = roles.drop_ids and not kept, roles.drop_constants and not kept
    if is_text(series):
        column = describe_text(series, name, allow_id=allow_id)
    elif series.dtype.kind == "b":
        column = describe_truths(series, name)
    elif series.dtype.kind == "M":
        column = describe_dates(series, name)
    else:
        column = describe_numbers(series, name, allow_id=allow_id)
    if column.kind == "constant" and not allow_constant and column.distinct:
        number = "max" in column.stats
        return replace(column, kind="number" if number else "category", role="feature", reason=f"{column.reason}; kept")
    return column


def _with_role(column: Column, named: dict[str, Role], roles: Roles) -> Column:
    if column.name in roles.drop:
        return replace(column, role="dropped", reason=f"dropped by --drop; {column.reason}")
    if role := named.get(column.name):
        return replace(column, role=role, reason=f"{role} column by request; {column.reason}")
    return column
