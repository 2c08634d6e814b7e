"""AM305: lines of the file that were skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

SHOWN = 20


class RaggedLines(Check):
    """Lines with too many or too few cells."""

    code = "AM305"
    title = "Lines skipped"
    severity = "warning"
    page = """
    What it means: some lines have more or fewer cells than the header.
    Why it matters: they were not read; a quote or delimiter inside a cell is the usual cause.
    Threshold: one line is enough; above the reader's limit (1 % of the lines) reading stops with an
    error.
    What is done: the lines are skipped and counted; the first are listed.
    To override: correct the lines in the file.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding listing the first lines."""
        if "skipped_lines" not in facts.reading:
            raise NotApplicable("not read from a text file")
        skipped = facts.reading["skipped_lines"]
        if not skipped:
            return []
        first = dict(list(skipped.items())[:SHOWN])
        count = facts.reading.get("skipped", len(skipped))  # the reader names the first ones only
        evidence = {"lines": count, "first": first}
        return [self.finding(evidence=evidence, title=f"Lines skipped: {count:,}", action="not used")]
