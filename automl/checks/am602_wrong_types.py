"""AM602: cells of the wrong type."""

from __future__ import annotations

from automl.checks.base import Check


class WrongTypes(Check):
    """Found when predicting."""

    code = "AM602"
    title = "Wrong types"
    severity = "warning"
    in_run = True
    page = """
    What it means: cells of a number or date column hold something that is none.
    Why it matters: a shifted column or a changed export is the usual cause.
    Threshold: one cell is enough.
    What is done: they are taken as missing; automl predict counts them for every column on stderr.
    To override: --on-problem refuse stops instead, row-error leaves their rows without a prediction;
    correct the cells.
    """
