"""AM106: a column without a value in most rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

MOSTLY = 0.5
"""Share of missing cells above which a column is named."""


class MostlyMissing(Check):
    """Inputs with more missing cells than values."""

    code = "AM106"
    title = "Mostly missing column"
    severity = "note"
    page = """
    What it means: more than half of the cells have no value.
    Why it matters: little can be learnt from the few values, but that a value is missing can tell
    something by itself.
    Threshold: more than 50 % missing, hidden markers included.
    What is done: the column is kept; every model sees whether the cell is missing.
    To override: --drop COLUMN.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all such columns."""
        rows = len(facts.frame)
        mostly = [column for column in facts.features if column.missing > MOSTLY * rows]
        if not mostly:
            return []
        evidence = {column.name: round(column.missing / rows, 4) for column in mostly}
        return [self.finding((column.name for column in mostly), evidence=evidence, action="kept")]
