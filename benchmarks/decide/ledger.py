"""A csv that grows row by row and survives being killed: done keys are skipped when a command runs again."""

from __future__ import annotations

import csv
import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    """The rows so far, as text; none when there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def add(path: Path, columns: tuple[str, ...], row: dict[str, object], after: Callable[[list[Row]], None]) -> None:
    """Add a row and write the whole file anew, at once.

    Args:
        path: the csv.
        columns: its header.
        row: values by column; those missing are left empty, numbers are written with six digits.
        after: may change the rows (all text) before they are written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        rows = [*read(path), {name: as_text(row.get(name)) for name in columns}]
        after(rows)
        beside = path.with_suffix(".part")
        with beside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        os.replace(beside, path)  # noqa: PTH105 (atomic: a kill leaves the old or the new file)


def as_text(value: object) -> str:
    """A cell: '' for None, six significant digits for numbers."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def number(row: Row, column: str) -> float | None:
    """A cell as a number; None when it is empty or absent."""
    return float(row[column]) if row.get(column) else None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time, since two processes may work through different sets."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
