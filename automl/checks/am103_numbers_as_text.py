"""AM103: numbers stored as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Column, Finding


class NumbersAsText(Check):
    """Text columns that became numbers."""

    code = "AM103"
    title = "Numbers stored as text"
    severity = "note"
    page = """
    What it means: the cells read '1,234', '12 %', '$5', '3,14', '80 kg', have blanks and words
    among numbers, or are whole numbers with more digits than a number can hold.
    Why it matters: taken as labels, every number would be a category of its own and the order would
    be lost.
    Threshold: all cells but missing markers are numbers in one format; with more than 20 different
    numbers up to 1 % of the cells may be unreadable. Codes with leading zeros stay labels, and so do
    numbers of several units ('80 kg', '500 g').
    What is done: the cells become numbers ('12 %' is 12); unreadable ones become missing and are
    counted.
    To override: change the cells in the file (a letter before a code makes it a label).
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all columns that were parsed."""
        parsed = [column for column in facts.features if column.kind == "number" and _was_text(column, facts)]
        if not parsed:
            return []
        evidence = {
            column.name: {
                "format": column.number_format or "plain",
                "unreadable": column.stats.get("unreadable", 0),
                "markers": column.markers,
            }
            for column in parsed
        }
        action = "read as numbers; cells that are none are missing"
        return [self.finding((column.name for column in parsed), evidence=evidence, action=action)]


def _was_text(column: Column, facts: CheckFacts) -> bool:
    from automl.data.cells import is_text, simplify

    return bool(column.number_format) or bool(column.markers) or is_text(simplify(facts.frame[column.name].iloc[:100]))
