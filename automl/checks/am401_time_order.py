"""AM401: the rows may be in the order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding


class TimeOrder(Check):
    """A date column, or a row number that always rises, and no time column declared."""

    code = "AM401"
    title = "Possible time order"
    severity = "note"
    page = """
    What it means: there is a date column, or a row number that rises through the file, and no time
    column is declared.
    Why it matters: when the model is to predict later rows from earlier ones, a random split is too
    optimistic: it learns from the future.
    Threshold: a column of dates, or an id column of whole numbers that always rises.
    What is done: nothing: rows are split at random.
    To override: --time-column COLUMN splits by time, and with --horizon N forecasts; --ignore AM401
    when the order does not matter.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming the columns."""
        if facts.time is not None:
            raise NotApplicable(f"the time column is declared: {facts.time}")
        dates = [column.name for column in facts.of_kind("date")]
        rising = [column.name for column in facts.columns if column.kind == "id" and _rises(facts, column.name)]
        if not dates and not rising:
            return []
        columns = [*dates, *rising]
        evidence = {"dates": dates, "row_numbers": rising}
        action = f"split at random; if later rows are to be predicted from earlier ones: --time-column {columns[0]}"
        return [self.finding(columns, evidence=evidence, action=action)]


def _rises(facts: CheckFacts, name: str) -> bool:
    values = facts.frame[name]
    return getattr(values.dtype, "kind", "") in "iuf" and bool((np.diff(values.to_numpy()) > 0).all())
