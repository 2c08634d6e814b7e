"""AM507: the delivered model is over a limit."""

from __future__ import annotations

from automl.checks.base import Check


class OverLimit(Check):
    """Found when the final model is there."""

    code = "AM507"
    title = "The delivered model is over the limit asked for"
    severity = "error"
    in_run = True
    page = """
    What it means: the final model takes longer for one row, or more bytes, than --max-latency or
    --max-size allow, though its fits in cross-validation kept to them, or no other was to be had.
    Why it matters: the limit is there for a reason; this model may not fit where it is to be used.
    Threshold: --max-latency for the median of single predictions on this machine; --max-size for all
    files of the model folder.
    What is done: the model is delivered all the same, and the exit code is 1.
    To override: a looser limit, a simpler family with --families, or fewer columns with --drop;
    --ignore AM507 for exit code 0.
    """
