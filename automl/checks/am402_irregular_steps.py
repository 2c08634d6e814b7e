"""AM402: a series to forecast has no regular spacing, or holes in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.types import Choice, Finding, Steps

FEW = 0.001


class IrregularSteps(Check):
    """Time stamps without a regular spacing, or steps without a row."""

    code = "AM402"
    title = "Time steps are missing or irregular"
    severity = "note"
    in_run: ClassVar[bool] = True
    page = """
    What it means: rows are to be forecast (--horizon), and between the first and the last row of a
    series there are time steps without a row, or there is no regular spacing at all.
    Why it matters: the horizon and all lags count steps. With holes the last known value stands in
    for a missing one; without a spacing each row counts as one step, however far it is from the
    next.
    Threshold: more than 0.1 % of the steps have no row, or there is no spacing in which at least half
    of them have one.
    What is done: the values before stand in, or rows are counted.
    To override: add the missing rows (an empty target is fine), or bring the data to a regular
    spacing first.
    """


def irregular(spacing: Choice[Steps], column: str) -> Finding:
    """The finding for a spacing; passed when there is nothing to tell."""
    one, steps, missing = IrregularSteps(), spacing.evidence["steps"], spacing.evidence["missing"]
    evidence: dict[str, Any] = {"steps": steps, "missing": missing}
    if spacing.value.unit == "rows":
        return one.finding([column], evidence=evidence, action=spacing.reason)
    if missing <= FEW * steps:
        return one.finding(status="passed")
    title = f"Time steps without a row: {missing / steps:.1%}"
    return one.finding([column], evidence=evidence, action=spacing.reason, title=title)
