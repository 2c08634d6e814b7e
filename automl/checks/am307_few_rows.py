"""AM307: few rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

FEW = 200


class FewRows(Check):
    """Fewer than 200 rows with a target."""

    code = "AM307"
    title = "Few rows"
    severity = "note"
    page = """
    What it means: there are fewer than 200 rows with a target.
    Why it matters: differences between models are mostly chance at this size, and intervals are
    wide.
    Threshold: fewer than 200 rows.
    What is done: cross-validation is repeated instead of setting a test part aside (under 500
    rows, unless the data bring a test part or rows are forecast); under 50 rows only the baseline
    and linear models are tried.
    To override: more rows; nothing else helps.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding with the number of rows."""
        if len(facts.y) >= FEW:
            return []
        title = f"Few rows: {len(facts.y)}"
        action = "repeated cross-validation; expect wide intervals"
        return [self.finding(evidence={"rows": len(facts.y)}, title=title, action=action)]
