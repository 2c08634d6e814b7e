"""AM308: rows without a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.checks.base import Check

if TYPE_CHECKING:
    from automl.checks.base import CheckFacts
    from automl.types import Finding

MANY = 0.05
"""Share of rows without a target above which the finding is a warning."""
SHOWN = 2
"""Markers named in the title, the most frequent ones; the evidence has them all."""


class NoTarget(Check):
    """Rows whose target is empty, or holds a marker for 'no value' that may have been meant as a class."""

    code = "AM308"
    title = "Rows without a target"
    severity = "note"
    page = """
    What it means: in some rows the target is empty, or holds '?', 'NA', 'None', 'null', blanks or another
    marker for 'no value'.
    Why it matters: nothing can be learnt from these rows. Where such a word is a class of its own
    ('None' for 'no treatment'), that class is never predicted and is in no figure.
    Threshold: one row is enough; above 5 % of the rows it is a warning.
    What is done: these rows are left out of training and of all figures.
    To override: write the label out in the file ('no treatment'), or fill in the empty cells.
    """

    def run(self, facts: CheckFacts) -> list[Finding]:
        """One finding with the rows, and the markers that were found in them."""
        rows = len(facts.kept)
        missing = rows - int(facts.kept.sum()) - sum(facts.left_out.values())
        if missing <= 0:
            return []
        markers: dict[str, int] = dict((facts.reading.get("markers") or {}).get(facts.target, {}))
        words = {marker: count for marker, count in markers.items() if marker.strip()}
        likeliest = sorted(words.items(), key=lambda item: -item[1])[:SHOWN]
        told = ", ".join(f"{marker!r} in {count:,}" for marker, count in likeliest)
        read = f"; read as missing: {told}" if words else ""
        title = f"{missing:,} of {rows:,} rows have no target{read}"
        meant = "; if that is a class, write it as another word" if words else ""
        return [
            self.finding(
                (facts.target,),
                title=title,
                severity="warning" if missing > MANY * rows else None,
                evidence={"rows": rows, "without_target": missing, "markers": markers},
                action=f"left out of training and of all figures{meant}",
            )
        ]
