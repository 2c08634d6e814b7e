"""What the time left out of a network's size, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.report import view
from automl.report.formats import is_number, number

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTS = {"blocks": "blocks a stage", "layers": "layers"}
WIDTHS = {"width": "width", "text_width": "width for texts", "image_width": "width for images"}
SIDES = {0.5: "half the resolution"}
ONLY_FOR = {"text_width": "text", "image_width": "image", "resolution": "image"}
"""Parts of a table's network, and the kind of column that they read: without one they cost and mean nothing."""


def sentence(report: dict[str, Any]) -> str:
    """What the best network of the leaderboard is instead of the largest there is; '' where that is the same.

    It speaks of that network's first fit on the splits, whose facts the leaderboard holds.
    """
    networks = [r for r in view.listing(report, "leaderboard") if view.at(r, "family") == "network"]
    row: dict[str, Any] = next((r for r in networks if r.get("status") == "ok"), {})
    said = ", ".join(_parts(row, _kinds(report)))
    if not said:
        return ""
    if view.figure(report, "budget", "seconds") is None:
        return f"Without a budget the size of a network follows from counts of operations: {said}."
    planned = view.figure(row, "info", "planned_epochs")
    into = f"To fit {number(planned)} epochs into the time" if planned else "For want of time"
    return f"{into}, the network ({row.get('candidate') or 'the best one'}) was made smaller: {said}."


def _parts(row: dict[str, Any], kinds: set[str] | None) -> Iterator[str]:
    """'width 16 instead of 64' and the like, for all that differs."""
    taken, largest = view.mapping(row, "info", "size_taken"), view.mapping(row, "info", "size_left_out")
    for name, most in largest.items():
        got = taken.get(name)
        unread = kinds is not None and name in ONLY_FOR and ONLY_FOR[name] not in kinds
        if got is None or got == most or not is_number(got) or not is_number(most) or unread:
            continue
        if name == "resolution":
            yield SIDES.get(float(got), f"{number(got)} of the resolution")
        elif name in COUNTS:
            yield f"{number(got)} instead of {number(most)} {COUNTS[name]}"
        else:
            yield f"{WIDTHS.get(name, name.replace('_', ' '))} {number(got)} instead of {number(most)}"


def _kinds(report: dict[str, Any]) -> set[str] | None:
    """Kinds of the columns that a table's network reads; None for other data, whose network has one part."""
    profile = view.mapping(report, "profile")
    if view.at(profile, "modality", "value") != "table":
        return None
    return {str(c.get("kind")) for c in view.listing(profile, "columns") if view.at(c, "role") == "feature"}
