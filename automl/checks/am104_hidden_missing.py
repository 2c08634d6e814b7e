"""AM104: cells that hold a marker for 'no value'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding


class HiddenMissing(Check):
    """Columns in which '?', 'NA', blanks and the like were found."""

    code = "AM104"
    title = "Hidden missing values"
    severity = "note"
    page = """
    What it means: cells hold '?', 'NA', 'null', blanks or another marker instead of being empty.
    Why it matters: as a label the marker would count as a value, and one marker turns a column of
    numbers into text.
    Threshold: one cell is enough. 'none' and 'unknown' count only among numbers and dates: elsewhere
    they are often real labels.
    What is done: the cells are taken as missing.
    To override: write such a label out in the file ('not applicable').
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all columns with markers."""
        marked = [column for column in facts.columns if column.markers]
        if not marked:
            return []
        cells = sum(sum(column.markers.values()) for column in marked)
        evidence = {"cells": cells, "columns": {column.name: column.markers for column in marked}}
        return [self.finding((column.name for column in marked), evidence=evidence, action="taken as missing")]
