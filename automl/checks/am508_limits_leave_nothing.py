"""AM508: no family keeps to the limits."""

from __future__ import annotations

from automl.checks.base import Check


class LimitsLeaveNothing(Check):
    """Found by the decision."""

    code = "AM508"
    title = "No family keeps to the limits asked for"
    severity = "error"
    in_run = True
    page = """
    What it means: every family that was measured takes longer for one row, or more bytes, than
    --max-latency or --max-size allow, so that only the baseline is left.
    Why it matters: what is delivered has learnt nothing from the columns.
    Threshold: --max-latency for the median of single predictions on this machine; --max-size for the
    model with its encoder and its data contract.
    What is done: the baseline is delivered, and the exit code is 1.
    To override: a looser limit, or fewer columns with --drop; --ignore AM508 for exit code 0.
    """
