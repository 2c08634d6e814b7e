"""AM505: the test part contradicts the choice."""

from __future__ import annotations

from automl.checks.base import Check


class TestContradicts(Check):
    """Found by the evaluation."""

    code = "AM505"
    title = "The test part contradicts the choice"
    severity = "warning"
    in_run = True
    page = """
    What it means: on the test part another model than the delivered one is better (the best one of
    another family, or, where an ensemble is delivered, the single model), or the delivered model is
    worse than its validation figure allows for.
    Why it matters: the test rows differ from the others (time, groups, duplicates), or the choice was
    lucky in validation.
    Threshold: the 95 % interval of the paired difference between the two on the test rows excludes
    zero; or the 95 % interval of the validation figure lies on the better side of that of the test
    figure, and the two do not meet. Under 500 rows, cross-validation on fresh splits stands for the
    test part.
    What is done: both are shown; nothing is chosen again, because the test part is opened once.
    To override: check for structure: --time-column, --group.
    """
