"""AM303: classes with hardly any rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automl.checks.base import CheckFacts
    from automl.types import Finding

FEWEST = 5
SHOWN = 50


class RareClasses(Check):
    """Classes with fewer than five rows, and those left out."""

    code = "AM303"
    title = "Rare classes"
    severity = "warning"
    page = """
    What it means: some classes have fewer than five rows, or only one.
    Why it matters: a class needs rows in training and in validation; with fewer than five some
    folds have none of it.
    Threshold: fewer than 5 rows.
    What is done: rows of classes with a single row are left out of training and of all figures, and
    the class is never predicted; classes with 2 to 4 rows are kept, and their figures mean little.
    To override: add rows, or join rare classes into one in the file.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming the classes."""
        if facts.task == "regression":
            raise NotApplicable("regression has no classes")
        counts = np.bincount(facts.y, minlength=len(facts.classes))
        rare = {label: int(count) for label, count in zip(facts.classes, counts, strict=True) if count < FEWEST}
        if not rare and not facts.left_out:
            return []
        evidence = {"classes": dict(list(rare.items())[:SHOWN]), "left_out": dict(list(facts.left_out.items())[:SHOWN])}
        left = f"{_counted(facts.left_out)} with a single row left out" if facts.left_out else ""
        kept = f"{_counted(rare)} with 2 to {FEWEST - 1} rows kept" if rare else ""
        action = "; ".join(part for part in (left, kept) if part)
        return [self.finding((facts.target,), evidence=evidence, action=action)]


def _counted(classes: Mapping[str, int]) -> str:
    """How many, and the name of a single one."""
    return f"{len(classes):,} classes" if len(classes) != 1 else f"the class {next(iter(classes))!r}"
