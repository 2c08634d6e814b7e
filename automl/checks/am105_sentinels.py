"""AM105: numbers that look like codes for 'no value'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding


class Sentinels(Check):
    """Columns with -999, -1, 9999 and the like apart from their other values."""

    code = "AM105"
    title = "Numbers that look like codes for missing"
    severity = "warning"
    page = """
    What it means: a value such as -999, -1 or 9999 occurs often and lies far from all others.
    Why it matters: as a quantity it pulls means and linear models away; trees cope, but averages in
    reports do not.
    Threshold: -1, -9, -99 ... -99999, 99, 999 ... 99999 in at least 0.5 % of the cells and three of
    them; -1 and -9 where nothing else is negative and the others span 2 or more, the longer ones where
    the gap to the next value is larger than the range of all other values (and than 1).
    What is done: the cells are kept as they are: the code may have a meaning ('never contacted').
    To treat them: empty these cells in the file, so that they count as missing.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all columns with such codes."""
        numbers = facts.of_kind("number")
        if not numbers:
            raise NotApplicable("no number columns")
        coded = [column for column in numbers if column.sentinels]
        if not coded:
            return []
        evidence = {column.name: column.sentinels for column in coded}
        action = "kept as they are; empty these cells in the file if they mean that there is no value"
        return [self.finding((column.name for column in coded), evidence=evidence, action=action)]
