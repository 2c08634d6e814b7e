"""Cells that do not fit the columns that were learnt from: in sentences a column, and in words a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.contract import Typed
    from automl.types import Column, Kind

Array = np.ndarray[Any, Any]

WRONG: dict[Kind, str] = {
    "number": "is not a number",
    "date": "is not a date as they were learnt from",
    "boolean": "was never seen in training",
    "category": "was never seen in training",
}
LONGEST = 60
"""Characters of a cell that are told."""


@dataclass(frozen=True)
class Misfit:
    """Cells of a column that do not fit it.

    Attributes:
        what: the column, how many and why.
        code: of the finding; '' for none.
    """

    what: str
    code: str = ""

    def told(self, treated: str) -> str:
        """As a sentence that says what is done with them; '' to leave that out."""
        done, code = f", {treated}" if treated else "", f" ({self.code})" if self.code else ""
        return f"{self.what}{done}{code}."


def by_column(checked: Typed) -> tuple[Misfit, ...]:
    """Every column that has some: unseen categories, wrong types."""
    found = []
    for name, problem in checked.problems.items():
        if problem.get("unseen"):
            examples = ", ".join(map(repr, problem.get("unseen_examples", [])[:3]))
            what = f"Column {name!r}: {_values(problem['unseen'])} never seen in training ({examples})"
            found.append(Misfit(what, "AM601"))
        if problem.get("wrong_type"):
            what = f"Column {name!r}: {_values(problem['wrong_type'])} of the wrong type"
            found.append(Misfit(what, "AM602"))
    return tuple(found)


def by_row(checked: Typed, frame: pd.DataFrame, columns: Sequence[Column]) -> Array:
    """(n,) what does not fit in each row, as "age: 'abc' is not a number"; '' where everything does.

    Args:
        checked: the rows as typed.
        frame: the same rows as they were given.
        columns: the columns that were typed.
    """
    told = np.full(len(frame), "", dtype=object)
    for column in columns:
        if column.name in checked.odd:
            rows = np.flatnonzero(checked.odd[column.name])
            cells = frame[column.name].iloc[rows]
            found = [f"{column.name}: {shown(cell)} {WRONG[column.kind]}" for cell in cells]
            told[rows] = joined(told[rows], np.array(found, dtype=object))
    return told


def joined(before: Array, after: Array) -> Array:
    """(n,) both reasons of every row that has two, else the one there is."""
    told: Array = before.astype(object)
    both = (told != "") & (after != "")
    told[both] += "; "
    return told + after


def shown(cell: object) -> str:
    """A cell between quotation marks, cut where it is long."""
    text = str(cell)
    return repr(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def _values(count: int) -> str:
    return f"{count:,} value{'' if count == 1 else 's'}"
