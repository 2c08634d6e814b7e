"""AM401: the rows may be in the order of time."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.checks.am201_arithmetic_leak import formulas
from automl.checks.base import Check, NotApplicable
from automl.checks.quick_score import apart, later, score, score_name

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding


DRAWS = 20
"""Splits at random that are scored: their spread is what a score differs by from split to split."""
FAR, NOISE = 0.05, 3.0
"""A score by time falls when it is lower by more than FAR, and by more than NOISE standard deviations of the others."""


class TimeOrder(Check):
    """A date column, or a row number that always rises, and no time column declared."""

    code = "AM401"
    title = "Possible time order"
    severity = "note"
    page = """
    What it means: there is a date column, or a row number that rises through the file, and no time
    column is declared.
    Why it matters: when the model is to predict later rows from earlier ones, a random split is too
    optimistic: it learns from the future.
    Threshold: a column of dates, or an id column of whole numbers that always rises.
    What is done: nothing: rows are split at random. The finding shows what a quick fit of up to
    5,000 rows scores on a fifth of them drawn at random (the mean of 20 such splits), and on the last
    fifth by time when it learns from those before: ROC AUC or R2. Where the score by time is lower by
    more than 0.05 and by more than 3 standard deviations of those at random, the order matters: the
    figures of the run are too good for later rows, and the finding is a warning.
    To override: --time-column COLUMN splits by time, and with --horizon N forecasts; --ignore AM401
    when the order does not matter.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming the columns."""
        if facts.time is not None:
            raise NotApplicable(f"the time column is declared: {facts.time}")
        dates = [column.name for column in facts.of_kind("date")]
        rising = [column.name for column in facts.columns if column.kind == "id" and _rises(facts, column.name)]
        if not dates and not rising:
            return []
        columns = [*dates, *rising]
        found = _compared(facts, columns[0])
        told = "" if found is None else f" ({found})"
        option = f"--time-column {shlex.quote(columns[0])}"
        evidence = {"dates": dates, "row_numbers": rising, **({} if found is None else found.evidence())}
        action = f"split at random{told}; if later rows are to be predicted from earlier ones: {option}"
        if found is None or not found.falls:
            return [self.finding(columns, evidence=evidence, action=action)]
        title = f"Later rows are predicted far worse ({found}): {option}"
        return [self.finding(columns, evidence=evidence, action=action, title=title, severity="warning")]


@dataclass(frozen=True)
class _Compared:
    """What a quick fit scores on splits at random and on one by time.

    Attributes:
        name: of the score, of which more is better.
        at_random: of the splits at random.
        by_time: of the split by time.
    """

    name: str
    at_random: tuple[float, ...]
    by_time: float

    def __str__(self) -> str:
        return f"{self.name}: random split {self.mean:.2f}, by time {self.by_time:.2f}"

    @property
    def mean(self) -> float:
        return float(np.mean(self.at_random))

    @property
    def falls(self) -> bool:
        """Whether the score by time is lower beyond the noise of splitting."""
        return self.mean - self.by_time > max(FAR, NOISE * float(np.std(self.at_random, ddof=1)))

    def evidence(self) -> dict[str, Any]:
        return {"score": self.name, "random_split": round(self.mean, 4), "by_time": round(self.by_time, 4)}


def _compared(facts: CheckFacts, name: str) -> _Compared | None:
    """Splits at random against one by this column; None where no fit can tell."""
    parts = later(facts, name)
    if parts is None:
        return None
    dropped = [column for names in formulas(facts) for column in names]
    among, by_time = np.sort(np.concatenate(parts)), score(facts, parts, dropped)
    if by_time is None:
        return None
    drawn = [score(facts, apart(facts, among, seed), dropped) for seed in range(DRAWS)]
    at_random = tuple(one for one in drawn if one is not None)
    return _Compared(score_name(facts), at_random, by_time) if len(at_random) > 1 else None


def _rises(facts: CheckFacts, name: str) -> bool:
    values = facts.frame[name]
    return getattr(values.dtype, "kind", "") in "iuf" and bool((np.diff(values.to_numpy()) > 0).all())
