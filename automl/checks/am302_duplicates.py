"""AM302: rows that occur more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.checks.base import Check

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from automl.checks.base import CheckFacts
    from automl.types import Finding

LEAST_SHARE = 0.001


class Duplicates(Check):
    """Rows equal in every column, row ids left out."""

    code = "AM302"
    title = "Duplicate rows"
    severity = "note"
    page = """
    What it means: rows are equal to an earlier row in every column, the target included (id columns
    are left out).
    Why it matters: a copy in the test part of a row in training makes scores look better than they
    are on new rows.
    Threshold: more than 0.1 % of the rows.
    What is done: nothing: with few columns equal rows are no mistake.
    To override: remove them from the file, or give the column that ties them together with --group
    COLUMN.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding with the share."""
        count = duplicate_rows(facts.frame[[*_compared(facts)]])
        share = count / max(len(facts.frame), 1)
        if share <= LEAST_SHARE:
            return []
        title = f"Duplicate rows: {share:.1%}"
        return [self.finding(evidence={"rows": count, "share": round(share, 5)}, title=title, action="kept")]


def _compared(facts: CheckFacts) -> list[str]:
    """The columns compared: the ones that tell most rows apart first, so that few are needed."""
    columns = [column for column in facts.columns if column.kind not in ("id", "constant")]
    ordered = sorted(columns, key=lambda column: (column.kind not in ("number", "date"), -column.distinct))
    return [*(column.name for column in ordered), facts.target]


def duplicate_rows(frame: pd.DataFrame) -> int:
    """Rows equal to an earlier one in every column; missing cells are equal to each other.

    Columns are added one by one, and only rows that are not told apart yet are looked at further, so that a million
    rows cost little more than their first column.
    """
    import pandas as pd

    rows = np.flatnonzero(_repeated(frame.iloc[:, 0]))
    groups = np.zeros(len(rows), dtype=np.int64)
    for name in frame.columns:
        codes, values = pd.factorize(frame[name].iloc[rows] if len(rows) < len(frame) else frame[name])
        groups = pd.factorize(groups * (len(values) + 1) + codes + 1)[0] if groups.any() else codes + 1
        several = np.bincount(groups)[groups] > 1
        rows, groups = rows[several], groups[several]
        if len(rows) == 0:
            return 0
    return len(rows) - len(np.unique(groups))


def _repeated(values: pd.Series) -> NDArray[np.bool_]:
    """True where a cell's value occurs more than once; for numbers by sorting, which is much faster than hashing."""
    if getattr(values.dtype, "kind", "") not in "iuf":
        return np.asarray(values.duplicated(keep=False))
    ordered = np.sort(values.to_numpy())
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return np.asarray(values.isin(repeated) | values.isna())
