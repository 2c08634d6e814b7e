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
    What it means: the delivered model does worse on the test part than its validation figure allows
    for.
    Why it matters: the test rows differ from the others (time, groups, duplicates), or the search
    was lucky.
    Threshold: the validation figure lies outside the 95 % interval of the test figure, on the
    better side.
    What is done: both are shown; nothing is chosen again, because the test part is opened once.
    To override: check for structure: --time-column, --group.
    """
