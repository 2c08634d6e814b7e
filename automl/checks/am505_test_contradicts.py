"""AM505: the test part contradicts validation."""

from __future__ import annotations

from automl.checks.base import Check


class TestContradicts(Check):
    """Found by the evaluation."""

    code = "AM505"
    title = "The test part contradicts validation"
    severity = "warning"
    in_run = True
    page = """
    What it means: on the test part (on fresh splits for small data) another family is better than the
    delivered model, or the delivered model does worse than its validation figure allows for.
    Why it matters: the test rows differ from the others (time, groups, duplicates), or the search
    was lucky.
    Threshold: the 95 % interval of the other family's lead over the delivered model lies above zero; or
    the 95 % interval of the validation figure lies on the better side of that of the test figure, and the
    two do not meet.
    What is done: both figures are shown; nothing is chosen again, because the test part is opened once.
    To override: check for structure: --time-column, --group.
    """
