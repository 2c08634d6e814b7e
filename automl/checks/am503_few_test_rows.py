"""AM503: few rows of a class in the test part."""

from __future__ import annotations

from automl.checks.base import Check


class FewTestRows(Check):
    """Found by the decision."""

    code = "AM503"
    title = "Few test rows of a class"
    severity = "note"
    in_run = True
    page = """
    What it means: the test part has few rows of some class. Without a test part (under 500 rows) all
    rows that cross-validation judges count.
    Why it matters: one row more or less right moves the figures of this class by several points.
    Threshold: fewer than 30 rows of the rarest class; regression is not meant.
    What is done: the figures are shown with their intervals, and the verdict is flagged.
    To override: more rows, or another split with --split-column.
    """
