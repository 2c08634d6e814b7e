"""AM301: one class is rare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

FRACTION = 0.1
"""Of an even share, below which the smallest class is called rare."""


class Imbalance(Check):
    """The smallest class is far below an even share."""

    code = "AM301"
    title = "Class imbalance"
    severity = "note"
    page = """
    What it means: one class has far fewer rows than the others.
    Why it matters: accuracy looks high for a model that never names the rare class; few rare rows
    make every figure about them uncertain.
    Threshold: the smallest class has less than a tenth of an even share: less than 5 % of the rows
    for two classes.
    What is done: splits keep the shares. Classes are not weighted, which would spoil the
    probabilities; where the metric judges the class that is named (such as balanced_accuracy or f1),
    the decision threshold is tuned instead. Look at average_precision or balanced_accuracy beside the
    metric.
    To override: --metric average_precision, --metric balanced_accuracy, or --weight COLUMN.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding with the shares."""
        if facts.task == "regression":
            raise NotApplicable("regression has no classes")
        counts = np.bincount(facts.y, minlength=len(facts.classes))
        smallest = int(counts.argmin())
        share = float(counts[smallest] / counts.sum())
        if share * len(facts.classes) >= FRACTION:
            return []
        evidence = {"class": facts.classes[smallest], "rows": int(counts[smallest]), "share": round(share, 5)}
        title = f"Class imbalance: {facts.classes[smallest]!r} is {share:.2%} of the rows"
        return [self.finding((facts.target,), evidence=evidence, title=title, action="splits keep the shares")]
