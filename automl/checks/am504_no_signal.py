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
    What it means: no model is shown to predict better than always naming the mean or the class shares.
    With --horizon: than the naive forecast, which has a use of its own, so that this is a warning.
    Why it matters: the inputs do not tell the target, at least not in this form or with this many
    rows.
    Threshold: for every family P(better than the baseline by more than r) is below 1 - 0.04 / (number
    of families compared): 0.96 for one, 0.98 for two, 0.987 for three. r is one hundredth of the way
    from the baseline to the best.
    What is done: the baseline is named as the verdict, and the exit code is 1 (but for a warning).
    To override: look for inputs that are known before the target and have to do with it; check the
    target column. --ignore AM504 for exit code 0.
    """
