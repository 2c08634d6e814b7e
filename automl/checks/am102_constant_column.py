"""AM102: a column with one value, or with none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding


class ConstantColumn(Check):
    """Columns of kind constant that are not kept."""

    code = "AM102"
    title = "Constant or empty column"
    severity = "note"
    drops = True
    page = """
    What it means: every cell holds the same value, or no cell holds any.
    Why it matters: nothing can be learnt from it; a column that should vary points to a broken
    export.
    Threshold: exactly one value in all rows, or none. A column with one value and missing cells is
    kept: whether the value is there may tell something.
    What is done: the column is not used as an input.
    To override: --keep COLUMN, or --ignore AM102 (columns without any value are never used).
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all constant columns."""
        constant = [column for column in facts.columns if column.kind == "constant"]
        if not constant:
            return []
        evidence = {column.name: column.reason for column in constant}
        return [self.finding((column.name for column in constant), evidence=evidence, action="not used as an input")]
