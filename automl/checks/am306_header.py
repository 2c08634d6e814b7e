"""AM306: the first line looks like data."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from automl.checks.base import Check, NotApplicable

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

TEXT_FORMATS = ("csv", "tsv", "txt")


class Header(Check):
    """Most column names are numbers or dates."""

    code = "AM306"
    title = "The header looks like data"
    severity = "warning"
    page = """
    What it means: more than half of the column names are numbers or dates, so the file probably has
    no header line.
    Why it matters: the first row is lost, and the names mean nothing in the report.
    Threshold: more than half of the names; names that count up (0, 1, 2, ... or 1950, 1951, ...)
    are not meant.
    What is done: the first line is taken as the header.
    To override: put a line with the names on top of the file.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding with the names."""
        if facts.reading.get("format") not in TEXT_FORMATS:
            raise NotApplicable("not read from a text file")
        names = [str(name) for name in facts.frame.columns]
        data = [name for name in names if _is_data(name)]
        if len(data) * 2 <= len(names) or _counts_up(data):
            return []
        return [self.finding(evidence={"names": data[:10]}, action="the first line is taken as the header")]


def _is_data(name: str) -> bool:
    digits = name.strip().lstrip("+-").replace(".", "").replace(",", "").replace("-", "").replace("e", "")
    return digits.isdigit()


def _counts_up(names: list[str]) -> bool:
    whole = [int(name) for name in names if name.strip().isdigit()]
    return len(whole) == len(names) and all(b - a == 1 for a, b in pairwise(whole))
