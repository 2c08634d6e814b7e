"""AM109: dates of which some are not written in the format of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Column, Finding

LEAST_SHARE = 0.5
"""Share of the cells that are dates in one format or another, from which the column is one of dates."""
SHOWN = 3
DONE = {"date": "these are missing", "category": "used as labels", "text": "used as text"}
"""Kind that the column was given -> what is done."""


class MixedDates(Check):
    """Dates, labels and texts of which most cells are dates, and not all in one format."""

    code = "AM109"
    title = "Dates in mixed formats"
    severity = "note"
    page = """
    What it means: most cells of a column are dates, but not all of them in one format.
    Why it matters: taken as labels, every date is a category of its own and their order is lost; in a
    column that is read as dates the others are missing.
    Threshold: at least half of the cells of up to 5,000 rows are dates, and some cell is not in the
    most frequent format.
    What is done: where 95 % of the cells have one format, the others become missing; else the cells are
    used as labels or as text, or for an id where hardly any is there twice.
    To override: write all cells in one format in the file, such as 2024-12-31.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding naming all such columns, with the share that is read, the format, and some of the others."""
        roles = ("feature", "time")
        looked = [c for c in facts.columns if (c.kind in DONE and c.role in roles) or c.kind == "id"]
        found = {column.name: odd for column in looked if (odd := _odd(facts, column))}
        told = [_told(column, found[column.name]) for column in looked if column.name in found]
        return [self.finding(found, evidence=found, action="; ".join(told))] if found else []


def _told(column: Column, odd: dict[str, Any]) -> str:
    others = ", ".join(map(repr, odd["others"]))
    share = f"{odd['read']:.1%} read as {odd['format']}"
    return f"{column.name}: {share}, others ({others}) not; {DONE.get(column.kind, 'taken for an id')}"


def _odd(facts: CheckFacts, column: Column) -> dict[str, Any]:
    """Format, share of the cells that it reads, and the most frequent others; {} where the threshold is not met."""
    from automl.data.cells import NUMBER_MARKERS, arrow_text, distinct, is_marker, is_text, simplify
    from automl.data.dates import dates, leading_format

    series = simplify(facts.frame[column.name].iloc[facts.probe_rows])
    if not is_text(series):
        return {}
    texts, codes = distinct(arrow_text(series).drop_null())
    counts = np.bincount(codes, minlength=len(texts)) * ~is_marker(texts, NUMBER_MARKERS)
    leading, read, dated = leading_format(texts, counts)
    if not leading or counts[dated].sum() < LEAST_SHARE * counts.sum():
        return {}
    others = ~read
    if column.kind == "date":  # ISO dates are read beside its format
        others = dates(texts.to_pandas(), column.date_format)[1]
    if not counts[others].any():
        return {}
    shown = sorted(np.flatnonzero(others & (counts > 0)), key=lambda place: -counts[place])[:SHOWN]
    return {
        "format": column.date_format or leading,
        "read": round(1 - float(counts[others].sum() / counts.sum()), 4),
        "others": [texts[int(place)].as_py() for place in shown],
    }
