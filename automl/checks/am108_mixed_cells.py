"""AM108: columns of numbers among which many cells are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

LEAST_SHARE = 0.5
"""Share of the cells that are numbers from which the others are what is odd."""
LEAST_NUMBERS = 20
"""Different numbers up to which they may be codes beside others."""
SHOWN = 3


class MixedCells(Check):
    """Labels and free text of which most cells are numbers."""

    code = "AM108"
    title = "Numbers mixed with words"
    severity = "note"
    page = """
    What it means: most cells of a column are numbers, but too many are none for it to be read as numbers.
    Why it matters: taken as labels, every number is a category of its own and their order is lost.
    Threshold: at least half of the cells of up to 5,000 rows are plain numbers, more than 20 different ones.
    What is done: nothing, since they may be codes (ticket numbers): the cells are used as labels or as text.
    To override: empty the other cells in the file, or move them to a column of their own.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all such columns with some of the odd cells."""
        found = {column.name: odd for column in facts.of_kind("category", "text") if (odd := _odd(facts, column.name))}
        action = "used as labels or text"
        return [self.finding(found, evidence=found, action=action)] if found else []


def _odd(facts: CheckFacts, name: str) -> dict[str, object]:
    """The share of cells that are numbers, and the most frequent others; {} where the threshold is not met."""
    from automl.data.cells import arrow_text, distinct, is_marker, is_text, parse_numbers, simplify

    series = simplify(facts.frame[name].iloc[facts.probe_rows])
    if not is_text(series):
        return {}
    texts, codes = distinct(arrow_text(series).drop_null())
    if len(texts) == 0:
        return {}
    numeric, real = np.isfinite(parse_numbers(texts, "")[0]), ~is_marker(texts)
    counts = np.bincount(codes, minlength=len(texts)) * real
    share = float(counts[numeric].sum() / max(counts.sum(), 1))
    if share < LEAST_SHARE or share == 1 or numeric.sum() <= LEAST_NUMBERS:
        return {}
    others = sorted(np.flatnonzero(~numeric & real), key=lambda place: -counts[place])[:SHOWN]
    return {"numbers": round(share, 4), "others": [texts[int(place)].as_py() for place in others]}
