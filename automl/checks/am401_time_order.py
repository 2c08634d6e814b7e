"""AM401: the rows may be in the order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.checks.am201_arithmetic_leak import formulas
from automl.checks.base import Check, NotApplicable
from automl.checks.quick_score import apart, later, score, score_name

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
    What is done: nothing: rows are split at random. The finding shows what a quick fit of up to
    5,000 rows scores on a fifth of them drawn at random, and on the last fifth by time when it
    learns from those before: ROC AUC or R2. A lower score by time says that the order matters.
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
        told, compared = _compared(facts, columns[0])
        evidence = {"dates": dates, "row_numbers": rising, **compared}
        flag = f"if later rows are to be predicted from earlier ones: --time-column {columns[0]}"
        return [self.finding(columns, evidence=evidence, action=f"split at random{told}; {flag}")]


def _compared(facts: CheckFacts, name: str) -> tuple[str, dict[str, Any]]:
    """(words, figures) of a split at random and one by this column; empty where no fit can tell."""
    parts = later(facts, name)
    if parts is None:
        return "", {}
    dropped = [column for names in formulas(facts) for column in names]
    at_random = apart(facts, np.sort(np.concatenate(parts)))
    found = score(facts, at_random, dropped), score(facts, parts, dropped)
    if found[0] is None or found[1] is None:
        return "", {}
    words = f" ({score_name(facts)}: random split {found[0]:.2f}, by time {found[1]:.2f})"
    figures = {"random_split": round(found[0], 4), "by_time": round(found[1], 4)}
    return words, {"score": score_name(facts), **figures}


def _rises(facts: CheckFacts, name: str) -> bool:
    values = facts.frame[name]
    return getattr(values.dtype, "kind", "") in "iuf" and bool((np.diff(values.to_numpy()) > 0).all())
