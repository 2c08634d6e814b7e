"""AM501: a model family was left out."""

from __future__ import annotations

from automl.checks.base import Check


class FamilyNotTried(Check):
    """Found by the decision."""

    code = "AM501"
    title = "Model family not tried"
    severity = "note"
    in_run = True
    page = """
    What it means: a model family that was allowed has no figure: the budget left no time for it, its
    first fit failed, its program could not start, or the run was interrupted.
    Why it matters: the verdict does not know what this family could do; its probability shows that.
    Threshold: not one fit of the family could be judged.
    What is done: the verdict is made among the other families and says so; a part of the probability
    is kept for this one.
    To override: a larger --budget, automl fit --resume RUN after an interruption, or --families to name
    the ones to try.
    """
