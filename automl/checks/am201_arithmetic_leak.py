"""AM201: the target can be computed from other columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.checks.arithmetic import is_relabelling, linear_copies, pairs
from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

Array = np.ndarray[Any, Any]


class ArithmeticLeak(Check):
    """Copies of the target and pairs whose sum or difference is the target."""

    code = "AM201"
    title = "The target can be computed from other columns"
    severity = "error"
    drops = True
    page = """
    What it means: a column is the target in other words (a copy, the same in another unit, its
    codes), or two columns add up to it, as casual + registered = all riders.
    Why it matters: such a column is known only when the target is known. A model that uses it looks
    perfect and is of no use for new rows.
    Threshold: the formula holds in every row that has the values (at least 90 % of up to 5,000
    evenly spread rows, and 20), but for rounding in the ninth digit; pairs are looked for among the
    first 1,000 number columns. For classes: every value of the column
    belongs to one class and every class to one value. A column that merely predicts well is not
    meant (see AM202).
    What is done: the columns are not used as inputs.
    To override: --keep COLUMN, or --ignore AM201, when they are known at the time of prediction.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all columns with their formulas."""
        if facts.probe[0].shape[1] == 0:
            raise NotApplicable("no columns to compare with the target")
        found = formulas(facts)
        columns = list(dict.fromkeys(name for names in found for name in names if name not in facts.keep))
        if not columns:
            return []
        action = f"not used as inputs; --keep {','.join(columns)} uses them, if they are known when predicting"
        return [self.finding(columns, evidence={"formulas": list(found.values())}, action=action)]


def formulas(facts: CheckFacts) -> dict[tuple[str, ...], str]:
    """Columns (one or a pair) -> how the target follows from them."""
    y = facts.probe[1]
    return _regression(facts, y) if facts.task == "regression" else _classes(facts, y)


def _regression(facts: CheckFacts, y: Array) -> dict[tuple[str, ...], str]:
    frame = facts.probe[0]
    names = [column.name for column in facts.of_the_row("number", "boolean")]
    values = {name: frame[name].to_numpy() for name in names}
    copies = linear_copies(values, y)
    rest = {name: x for name, x in values.items() if name not in copies}
    found: dict[tuple[str, ...], str] = {(name,): formula for name, formula in copies.items()}
    found.update(pairs(rest, y))
    return found


def _classes(facts: CheckFacts, y: Array) -> dict[tuple[str, ...], str]:
    frame, classes = facts.probe[0], len(np.unique(y))
    found: dict[tuple[str, ...], str] = {}
    for column in facts.of_the_row("number", "boolean", "category"):
        if column.distinct != len(facts.classes):
            continue
        values = frame[column.name].to_numpy()
        codes = np.unique(values, return_inverse=True)[1]
        known = values >= 0 if column.kind == "category" else np.isfinite(values)
        if is_relabelling(np.where(known, codes, -1), y, classes):
            found[column.name,] = f"every value of {column.name} is one class of the target"
    return found
