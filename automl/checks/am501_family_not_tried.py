"""AM501: a model family was left out."""

from __future__ import annotations

from automl.checks.base import Check


class FamilyNotTried(Check):
    """Found by the search."""

    code = "AM501"
    title = "Model family not tried: budget"
    severity = "note"
    in_run = True
    page = """
    What it means: the budget left no time for a model family, or its program could not start.
    Why it matters: the verdict does not know what this family could do; its probability shows that.
    Threshold: the family has no finished fit on every compared split.
    What is done: the verdict is made among the other families, and says so.
    To override: a larger --budget, or --families to name the ones to try.
    """
