"""What the profile of images and recordings counted, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.report import view
from automl.report.formats import is_number, number, plural, short, size

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 8
"""Entries of a list or a tally that are shown."""


def facts(media: dict[str, Any]) -> list[tuple[str, str]]:
    """A name and a phrase for everything counted; nothing for what was not found."""
    shown = [(key, WORDS.get(key, _plain)(value)) for key, value in media.items() if key not in UNSAID]
    return [(NAMES.get(key, key.replace("_", " ").capitalize()), words) for key, words in shown if words]


NAMES = {"bytes": "Files together"}
MODES = {"1": "black and white", "L": "grey", "RGB": "colour", "RGBA": "colour with transparency", "P": "palette"}
"""Colours of images as the library that reads them calls them, in words."""
UNSAID = ("count", "readable", "broken_count")
"""What the lead of the section says already."""


def _plain(value: Any) -> str:
    """A tally, a list or a figure; '' for none."""
    if isinstance(value, dict):
        first = sorted(value.items(), key=lambda item: -item[1] if is_number(item[1]) else 0)[:MOST]
        more = f" and {len(value) - MOST:,} more" if len(value) > MOST else ""
        return ", ".join(f"{short(k, 40)} ({number(v)})" for k, v in first) + more
    if isinstance(value, list):
        more = f" and {len(value) - MOST:,} more" if len(value) > MOST else ""
        return ", ".join(short(v if not isinstance(v, (list, dict)) else str(v), 60) for v in value[:MOST]) + more
    return short(number(value), 120) if value else ""


def _sizes(value: Any) -> str:
    """'320 x 240 pixels', or the median with the extremes."""
    sides = {name: view.listing(view.mapping({"at": value}, "at"), name) for name in ("min", "median", "max")}
    if not all(len(pair) == 2 and all(map(is_number, pair)) for pair in sides.values()):
        return _plain(value)
    low, middle, high = (f"{number(w)} x {number(h)}" for w, h in sides.values())
    return f"{middle} pixels" if low == high else f"{middle} pixels in the middle, {low} to {high}"


def _seconds(value: Any) -> str:
    """'0.3 to 1.0 s, 0.6 s in the middle; 75 s in all'."""
    if not isinstance(value, dict) or not all(is_number(value.get(key)) for key in ("min", "median", "max", "total")):
        return _plain(value)
    low, middle, high = (number(round(value[key], 2)) for key in ("min", "median", "max"))
    return f"{low} to {high} s, {middle} s in the middle; {number(round(value['total']))} s in all"


def _duplicates(value: Any) -> str:
    """'none', or how many, and what is wrong with them."""
    if not isinstance(value, dict):
        return _plain(value)
    if not value.get("count"):
        return "none"
    groups = plural(int(value.get("groups_count") or 0), "group")
    said = [f"{plural(int(value['count']), 'copy', 'copies')} in {groups}"]
    if value.get("conflicting_count"):
        said.append(f"{int(value['conflicting_count']):,} with different labels")
    if value.get("across_parts_count"):
        said.append(f"{int(value['across_parts_count']):,} in more than one part")
    return ", ".join(said)


def _bytes(value: Any) -> str:
    return size(value) if is_number(value) else ""


def _modes(value: Any) -> str:
    return _plain({MODES.get(str(k), k): v for k, v in value.items()} if isinstance(value, dict) else value)


WORDS: dict[str, Callable[[Any], str]] = {
    "sizes": _sizes, "seconds": _seconds, "duplicates": _duplicates, "bytes": _bytes, "modes": _modes,
}  # fmt: skip
