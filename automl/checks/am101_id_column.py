"""AM101: a column that names the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding


class IdColumn(Check):
    """Columns of kind id that are not kept."""

    code = "AM101"
    title = "Id-like column"
    severity = "warning"
    drops = True
    page = """
    What it means: the column has (nearly) a value of its own in every row, like a customer number.
    It names the row and does not describe it.
    Why it matters: a model can learn the rows by heart through it, looks good in training and fails
    on new rows.
    Threshold: distinct values in more than 95 % of the rows, and either single short words of text,
    or whole numbers that always rise or whose name ends in id, key, index or the like. Dates and
    measurements with decimals never count.
    What is done: the column is not used as an input.
    To override: --keep COLUMN, or --ignore AM101 for all of them.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all id columns."""
        ids = [column for column in facts.columns if column.kind == "id" and column.name not in facts.keep]
        ids = [column for column in ids if column.role in ("feature", "dropped")]
        if not ids:
            return []
        evidence = {column.name: {"distinct": column.distinct, "reason": column.reason} for column in ids}
        action = f"not used as an input; --keep {','.join(column.name for column in ids)} uses it"
        return [self.finding((column.name for column in ids), evidence=evidence, action=action)]
