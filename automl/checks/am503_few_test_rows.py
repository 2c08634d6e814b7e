"""AM503: few rows of a class in the test part."""

from __future__ import annotations

from automl.checks.base import Check


class FewTestRows(Check):
    """Found by the evaluation."""

    code = "AM503"
    title = "Few test rows"
    severity = "note"
    in_run = True
    page = """
    What it means: the test part has fewer than 30 rows of a class (or in all, for regression).
    Why it matters: one row more or less right moves the figures of this class by several points.
    Threshold: fewer than 30 rows of a class.
    What is done: the figures are shown with their intervals.
    To override: more rows, or another split with --split-column.
    """
