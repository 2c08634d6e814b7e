"""AM304: the rows are in the order of the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

LEAST_ROWS = 50
FEW_CHANGES = 0.05
NEARLY_ALL = 0.99


class SortedByTarget(Check):
    """The target changes far less often from row to row than in random order."""

    code = "AM304"
    title = "Rows are sorted by the target"
    severity = "note"
    page = """
    What it means: rows of the same class (or with similar values) stand together in the file.
    Why it matters: a split by position would put classes only in one part. It can also mean that
    the file was put together from several sources, one for each class.
    Threshold: for classes, fewer than 5 % of the changes from row to row that random order would
    give; for numbers, rising (or falling) in all but 1 % of the changes; at least 50 rows.
    What is done: rows are shuffled before every split (unless --time-column is given).
    To override: nothing is needed.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding when the rows are sorted."""
        if facts.time is not None:
            raise NotApplicable("rows are split by time")
        if len(facts.y) < LEAST_ROWS:
            raise NotApplicable(f"fewer than {LEAST_ROWS} rows")
        if facts.task == "regression":
            steps = np.diff(facts.y)
            changes = steps[steps != 0]  # most targets may be one number (zero), whatever their order
            is_sorted = len(changes) > 0 and max((changes > 0).mean(), (changes < 0).mean()) > NEARLY_ALL
        else:
            shares = np.bincount(facts.y) / len(facts.y)
            expected = (len(facts.y) - 1) * (1 - (shares**2).sum())
            is_sorted = (np.diff(facts.y) != 0).sum() < FEW_CHANGES * expected
        action = "rows are shuffled before every split"
        return [self.finding((facts.target,), action=action)] if is_sorted else []
