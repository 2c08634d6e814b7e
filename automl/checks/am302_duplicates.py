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
MANY, AGREE, BEYOND_CHANCE = 0.05, 0.99, 10.0
"""Copies are suspected above MANY of the rows, where rows of equal inputs have the same target in AGREE of the cases,
and where rows are equal BEYOND_CHANCE times as often as if their finest column knew nothing of the others."""


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
    Threshold: more than 0.1 % of the rows. It is a warning above 5 % when they look like copies: in
    99 % of the rows whose inputs are equal the target is too, and rows are equal ten times as often
    as they would be if the column of most values had nothing to do with the others.
    What is done: nothing: with few columns equal rows are no mistake. Where it is a warning, the
    figures of the run are too good for rows that it has not seen.
    To override: remove them from the file, or give the column that ties them together with --group
    COLUMN; --ignore AM302 when rows to predict will be equal to known ones as often.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding with the share."""
        inputs = _inputs(facts)
        rows = facts.frame[[*inputs, facts.target]]
        count = _copies(equal_rows(rows))
        share = count / max(len(rows), 1)
        if share <= LEAST_SHARE:
            return []
        evidence = {"rows": count, "share": round(share, 5)}
        if share <= MANY or not inputs or not _copied(rows, count):
            return [self.finding(evidence=evidence, title=f"Duplicate rows: {share:.1%}", action="kept")]
        title = f"Rows that are copies of others: {share:.1%}"
        action = "kept; figures are too good for rows that are no copies: remove the copies from the file"
        return [self.finding(evidence=evidence, title=title, action=action, severity="warning")]


def _copied(rows: pd.DataFrame, count: int) -> bool:
    """Whether so many equal rows cannot be chance.

    Args:
        rows: the inputs, the finest first, and the target last.
        count: rows equal to an earlier one.
    """
    if count < AGREE * _copies(equal_rows(rows.iloc[:, :-1])):
        return False
    expected = _pairs(equal_rows(rows.iloc[:, :1])) * _pairs(equal_rows(rows.iloc[:, 1:]))
    return _pairs(equal_rows(rows)) * (len(rows) * (len(rows) - 1) / 2) > BEYOND_CHANCE * expected


def _copies(sizes: NDArray[np.int64]) -> int:
    """Rows equal to an earlier one."""
    return int((sizes - 1).sum())


def _pairs(sizes: NDArray[np.int64]) -> float:
    """Pairs of equal rows."""
    return float((sizes * (sizes - 1.0) / 2).sum())


def _inputs(facts: CheckFacts) -> list[str]:
    """The columns compared with the target: the ones that tell most rows apart first, so that few are needed."""
    columns = [column for column in facts.columns if column.kind not in ("id", "constant")]
    ordered = sorted(columns, key=lambda column: (column.kind not in ("number", "date"), -column.distinct))
    return [column.name for column in ordered]


def equal_rows(frame: pd.DataFrame) -> NDArray[np.int64]:
    """The sizes of the groups of two and more rows that are equal in every column, where missing cells are equal, too.

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
            break
    return np.unique(groups, return_counts=True)[1]


def _repeated(values: pd.Series) -> NDArray[np.bool_]:
    """True where a cell's value occurs more than once; for numbers by sorting, which is much faster than hashing."""
    if getattr(values.dtype, "kind", "") not in "iuf":
        return np.asarray(values.duplicated(keep=False))
    ordered = np.sort(values.to_numpy())
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return np.asarray(values.isin(repeated) | values.isna())
