"""Names shortened together, so that those that differ stay different."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from automl.report.formats import number, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def apart(names: Iterable[Any], length: int) -> list[str]:
    """Each name like `short`; of those that begin alike the middle is left out, up to where they differ.

    Those that are still alike, as they differ in two places far apart, are numbered.
    """
    lines = [" ".join(str(name).split()) for name in names]
    shown: dict[str, str] = {}
    waiting = [(list(dict.fromkeys(lines)), 0)]
    while waiting:
        group, start = waiting.pop()
        alike: dict[str, list[str]] = defaultdict(list)
        for line in group:
            alike[_showing(line, start, length)].append(line)
        for text, those in alike.items():
            further = _common(those)
            if len(those) > 1 and further > start:
                waiting.append((those, further))
            else:
                shown |= dict.fromkeys(those, text)
    told = _numbered(shown, length)
    return [told[line] for line in lines]


def some(names: Iterable[Any], shown: int = 8, length: int = 60) -> str:
    """The first names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - shown:,} more" if len(names) > shown else ""
    return ", ".join(apart(names[:shown], length)) + more


def judged(example: Mapping[str, Any], length: int) -> dict[str, str]:
    """The target and the prediction of a row that was kept, told apart where they differ."""
    target, prediction = apart((number(example.get(key)) for key in ("target", "prediction")), length)
    return {"target": target, "prediction": prediction}


def _common(lines: list[str]) -> int:
    """Characters that all lines begin with."""
    first, last = min(lines), max(lines)
    pairs = enumerate(zip(first, last, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(last)))


def _showing(line: str, place: int, length: int) -> str:
    """The line shortened so that its character at this place is seen, where it has one."""
    if place < length // 2:
        return short(line, length)
    head = line[: length // 3].rstrip() + ELLIPSIS
    room = length - len(head)
    begin = max(line.rfind(" ", 0, place) + 1, place - room // 3)
    return head + short(line[begin:], room)


def _numbered(shown: dict[str, str], length: int) -> dict[str, str]:
    """The text of each line, with a number behind it where another line has the same."""
    told: dict[str, str] = {}
    taken: set[str] = set()
    for line in sorted(shown):
        text, times = shown[line], 1
        while text in taken:
            times += 1
            mark = f" ({times})"
            text = short(shown[line], length - len(mark)) + mark
        taken.add(text)
        told[line] = text
    return told
