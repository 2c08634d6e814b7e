"""AM504: nothing beats the baseline."""

from __future__ import annotations

from automl.checks.base import Check


class NoSignal(Check):
    """Found by the decision."""

    code = "AM504"
    title = "No validation signal: nothing beats the baseline"
    severity = "error"
    in_run = True
    page = """
    What it means: no model predicts better than always naming the mean or the class shares.
    Why it matters: the inputs do not tell the target, at least not in this form or with this many
    rows.
    Threshold: for every family the 95 % interval of the gain over the baseline contains zero.
    What is done: the baseline is named as the verdict.
    To override: look for inputs that are known before the target and have to do with it; check the
    target column. --ignore AM504 for exit code 0.
    """
