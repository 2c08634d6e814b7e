"""What the end of a run found, and whether the test part confirms the choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from automl.decide.engine import Decision
    from automl.evaluate.crossval import Candidate
    from automl.evaluate.final import Tested
    from automl.evaluate.leaderboard import Line
    from automl.evaluate.metrics import Metric
    from automl.evaluate.shape import Shape
    from automl.session import Session
    from automl.types import Interval


@dataclass(frozen=True)
class Outcome:
    """What the end of a run found.

    Attributes:
        lines: the leaderboard by validation.
        tested: predictions of the judged rows.
        delivered: what was chosen (the best of the named family by validation, or an ensemble); where that could not be
            fitted, what stands in for it.
        values, differences: test figures of the tested candidates, and their paired differences to the delivered one.
        shape: what is done to the delivered model's outputs.
        trained_on: 'all rows', 'development rows', or of an ensemble which part of it was fitted on all rows.
    """

    lines: list[Line]
    tested: Tested
    delivered: Candidate
    values: dict[str, Interval]
    differences: dict[str, Interval]
    shape: Shape
    trained_on: str


def apart(decision: Decision) -> tuple[Collection[str], str]:
    """The families that limits leave out, and why something else than what was chosen is delivered; '' where not."""
    instead = (flag.text for flag in decision.flags if flag.code == "delivered_differs")
    return decision.evidence.get("excluded", ()), next(instead, "").rstrip(".")


def confirmation(
    session: Session, outcome: Outcome, excluded: Collection[str] = (), instead: str = ""
) -> tuple[bool | None, str]:
    """Whether the test part agrees with validation, in a sentence.

    It does when no other tested family that the user's limits allow is better with 95 % certainty, and the delivered
    model is not worse than the intervals of validation and test allow together. None where it cannot tell: its value is
    not defined, it cannot be told apart from the baseline, another model than the one chosen is delivered, or there are
    no rows or splits but those that chose.
    """
    if outcome.tested.stale:
        statement = (
            f"No separate test part, and {outcome.tested.stale}: the figures are those of the splits that chose the "
            "model, and neither confirm nor contradict it."
        )
        return None, statement
    small = session.outer.protocol == "repeated_cv"
    judge, contradict = ("Fresh splits", "contradict") if small else ("The test part", "contradicts")
    greater = session.metric.greater_is_better
    for name, gap in outcome.differences.items():
        family = name.rpartition("-")[0]
        if family in excluded or name == outcome.delivered.name:
            continue
        if gap.low > 0 if greater else gap.high < 0:
            return (
                False,
                f"{judge} {contradict} the choice, which was made before and stands: {family} is better there.",
            )
    if broken := _broken_promise(session.metric, outcome):
        return False, f"{judge} {contradict} validation: {broken}."
    if unclear := instead or _unclear(session.metric, outcome):
        return None, f"{judge} can neither confirm nor contradict the choice: {unclear}."
    if small:
        return True, "No separate test part: repeated cross-validation on fresh splits confirms the choice."
    confirms = "no other family is better there beyond chance, and the model is as good as validation promised"
    return True, f"The test part confirms the choice: {confirms}, within the intervals."


def _unclear(metric: Metric, outcome: Outcome) -> str:
    """That the metric is not defined, or the delivered model like the baseline; '' where neither is so."""
    if not np.isfinite(outcome.values[outcome.delivered.name].value):
        return f"{metric.label} is not defined there"
    base = next((v.value for name, v in outcome.values.items() if name.startswith("baseline")), None)
    name, found = outcome.delivered.name, outcome.values[outcome.delivered.name]
    if base is None or name.startswith("baseline"):
        return ""
    if found.low > base if metric.greater_is_better else found.high < base:
        return ""
    figures = f"{found.value:.3g} ({found.low:.3g} to {found.high:.3g})"
    return f"{metric.label} {figures} cannot be told apart from the baseline's {base:.3g}"


def _broken_promise(metric: Metric, outcome: Outcome) -> str:
    """How much worse the delivered model is than its validation figure; '' where the two intervals meet."""
    name = outcome.delivered.name
    promised = next((line.validation for line in outcome.lines if line.candidate.name == name), None)
    measured = outcome.values[name]
    if promised is None:
        return ""
    worse = promised.low > measured.high if metric.greater_is_better else promised.high < measured.low
    if not worse:
        return ""
    first, then = (f"{figure.value:.3g} ({figure.low:.3g} to {figure.high:.3g})" for figure in (promised, measured))
    return f"{metric.label} {first} was promised for the delivered model, {then} is measured"
