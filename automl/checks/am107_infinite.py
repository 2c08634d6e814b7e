"""AM107: infinite values among the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding


class Infinite(Check):
    """Number columns with infinite values."""

    code = "AM107"
    title = "Infinite values"
    severity = "warning"
    page = """
    What it means: cells hold plus or minus infinity, mostly the result of a division by zero.
    Why it matters: no model can compute with them.
    Threshold: one cell is enough.
    What is done: they are taken as missing.
    To override: replace them in the file by the value that they should have.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all columns with infinite values."""
        from automl.data.cells import numbers

        found: dict[str, int] = {}
        columns = facts.of_kind("number")
        if not columns:
            raise NotApplicable("no number columns")
        for column in columns:
            cells = facts.frame[column.name]
            if getattr(cells.dtype, "kind", "") in "iub":
                continue
            if count := int(np.isinf(numbers(cells, column.number_format)[0]).sum()):
                found[column.name] = count
        return [self.finding(found, evidence=found, action="taken as missing")] if found else []
