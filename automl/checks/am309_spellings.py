"""AM309: classes whose labels are spellings of one word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

SHOWN = 20
"""Words listed in the evidence."""


class Spellings(Check):
    """Labels of the target that differ only in capitals or in blanks."""

    code = "AM309"
    title = "Classes that may be spellings of one label"
    severity = "warning"
    page = """
    What it means: labels of the target differ only in capitals or in blanks: 'Yes', 'YES' and ' yes'.
    Why it matters: each is a class of its own, so that models learn to tell spellings apart, and every
    figure counts one spelling taken for another as a mistake.
    Threshold: one pair is enough.
    What is done: nothing: labels are used exactly as they are written, since some codes mean it ('a', 'A').
    To override: write each label in one way in the file.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding with the words and their spellings."""
        if facts.task == "regression":
            raise NotApplicable("regression has no classes")
        counts = dict(zip(facts.classes, np.bincount(facts.y, minlength=len(facts.classes)).tolist(), strict=True))
        spellings: dict[str, dict[str, int]] = {}
        for label, rows in {**counts, **facts.left_out}.items():
            spellings.setdefault(" ".join(label.split()).casefold(), {})[label] = rows
        several = {word: found for word, found in spellings.items() if len(found) > 1}
        if not several:
            return []
        first = ", ".join(map(repr, next(iter(several.values()))))
        title = f"{self.title}: {first}" if len(first) <= 60 else ""
        evidence = {"words": dict(list(several.items())[:SHOWN])}
        return [self.finding((facts.target,), title=title, evidence=evidence, action="kept apart, as they are written")]
