"""AM202: columns that alone predict the target almost perfectly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.am201_arithmetic_leak import formulas
from automl.checks.base import Check, NotApplicable
from automl.checks.quick_score import apart, score, score_name
from automl.checks.single import column_scores

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

NEAR_PERFECT = 0.98
AHEAD = 0.20
LEAST_ROWS = 100
MOST_SHARE = 1 / 3
"""Share of the columns above which near-perfect columns mean an easy task, not a leak."""


class SuspectedLeak(Check):
    """Near-perfect columns far ahead of all others."""

    code = "AM202"
    title = "A column alone predicts the target almost perfectly"
    severity = "error"
    page = """
    What it means: one column (or a few) alone gives nearly every answer, and no other column comes
    close.
    Why it matters: such a column is often written down after the target is known (a result code, a
    cause, a date of closing). The model then looks perfect and fails in use. It may also simply be
    a very good input.
    Threshold: alone, out of fold, on up to 5,000 rows: ROC AUC or R2 of at least 0.98, and more
    than 0.20 above the best of the other columns; at least 100 rows; at most a third of the
    columns, or one. A column with strong rivals is not meant. Columns that AM201 names are left out.
    What is done: the columns are kept as inputs. The finding shows what all columns together score
    with them and without them, on a fifth of these rows that a quick fit did not see (whole groups,
    the last by time where declared): ROC AUC or R2, whatever the metric of the run.
    To override: --drop COLUMN when it is not known at the time of prediction; --ignore AM202 when
    it is.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all near-perfect columns."""
        if len(facts.y) < LEAST_ROWS:
            raise NotApplicable(f"fewer than {LEAST_ROWS} rows")
        computed = {name for names in formulas(facts) for name in names}
        scores = {name: score for name, score in column_scores(facts).items() if name not in computed}
        if len(scores) < 2:
            raise NotApplicable("fewer than two columns to compare")
        perfect = {name: score for name, score in scores.items() if score >= NEAR_PERFECT}
        best_other = max((score for name, score in scores.items() if name not in perfect), default=1.0)
        ahead = [name for name, score in perfect.items() if score > best_other + AHEAD]
        if not ahead or len(ahead) > max(1, MOST_SHARE * len(scores)):
            return []
        evidence = {
            "score": score_name(facts),
            "alone": {name: round(scores[name], 4) for name in ahead},
            "best_other": round(best_other, 4),
        }
        told, compared = _compared(facts, ahead, list(computed))
        action = f"kept; {told}if not known when predicting: --drop {','.join(ahead)}"
        return [self.finding(ahead, evidence={**evidence, **compared}, action=action)]


def _compared(facts: CheckFacts, ahead: list[str], computed: list[str]) -> tuple[str, dict[str, float]]:
    """(words, figures) of all columns with these and without them; empty where no fit can tell."""
    parts = apart(facts)
    found = score(facts, parts, computed), score(facts, parts, [*computed, *ahead])
    if found[0] is None or found[1] is None:
        return "", {}
    these = "it" if len(ahead) == 1 else "them"
    words = f"{score_name(facts)} {found[0]:.2f} with {these}, {found[1]:.2f} without {these}; "
    return words, {"with": round(found[0], 4), "without": round(found[1], 4)}
