"""Figures as text: four significant digits, thousands separators, units, one number of decimals a column."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from automl.units import MINUS, with_minus

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_DECIMALS = 6
"""Digits after the point; what is not zero and smaller is told as such."""
DASH = "\N{EN DASH}"
# Controls, and marks that turn the reading direction of what follows; tab and line break stay.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def printable(text: Any) -> str:
    """The text without the characters that would garble or break a page or a terminal."""
    return UNPRINTABLE.sub("", str(text))


def is_number(value: Any) -> bool:
    """True for finite ints and floats, not for booleans, text or None."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def number(value: Any, decimals: int | None = None) -> str:
    """A figure with thousands separators; a dash when there is none.

    Args:
        value: the figure; anything that is not a number is shown as its text.
        decimals: digits after the point; None keeps four significant digits.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return DASH
    if not is_number(value):
        return str(value)
    if decimals is None:
        return _significant(value)
    if decimals >= MOST_DECIMALS and 0 < value < 0.5 * 10.0**-decimals:
        return f"<{10.0**-decimals:.{decimals}f}"
    return with_minus(f"{value:,.{decimals}f}")


def _significant(value: float, digits: int = 4) -> str:
    if isinstance(value, int) or value == 0:
        return with_minus(f"{value:,.0f}")
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -4 or magnitude > 14:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        return with_minus(f"{mantissa.rstrip('0').rstrip('.')}e{power}")
    text = f"{value:,.{max(digits - 1 - magnitude, 0)}f}"
    return with_minus(text.rstrip("0").rstrip(".") if "." in text else text)


def signed(value: Any, decimals: int | None = None) -> str:
    """A difference with its sign always shown."""
    text = number(value, decimals)
    return (
        f"+{text}" if is_number(value) and value > 0 and not text.startswith((MINUS, "<")) and _nonzero(text) else text
    )


def _nonzero(text: str) -> bool:
    return any(c in "123456789" for c in text)


def decimals_for(intervals: Iterable[tuple[Any, Any, Any]]) -> int | None:
    """Digits after the point that a column of (value, low, high) deserves: two digits of the typical half width.

    Returns:
        None, so that four significant digits are used, when no row has an interval with a width, or when all of them
        are so small (a target in an unsuitable unit) that `MOST_DECIMALS` would not tell them apart.
    """
    wide = [row for row in intervals if is_number(row[1]) and is_number(row[2]) and row[2] > row[1]]
    if max((abs(v) for row in wide for v in row if is_number(v)), default=0.0) < 10 * 10.0**-MOST_DECIMALS:
        return None
    halves = sorted((high - low) / 2 for _, low, high in wide)
    half = halves[len(halves) // 2]
    return min(max(1 - math.floor(math.log10(half)), 0), MOST_DECIMALS)


def percent(share: Any, decimals: int = 0) -> str:
    """A share of one as per cent, never rounded to 0 or 100 when it is neither."""
    if not is_number(share):
        return DASH
    shown = share * 100
    smallest = 10.0**-decimals
    if 0 < shown < smallest / 2:
        return f"<{smallest:g} %"
    if 100 - smallest / 2 < shown < 100:
        return f">{100 - smallest:g} %"
    return with_minus(f"{shown:.{decimals}f} %")


def seconds(value: Any) -> str:
    """A duration: '4 ms', '12.3 s', '6 min 12 s', '2 h 5 min'."""
    if not is_number(value):
        return DASH
    if value < 0.9995:
        return f"{value * 1000:.0f} ms" if value >= 0.0005 or value == 0 else "<1 ms"
    if value < 119.95:
        return f"{value:.1f} s".replace(".0 s", " s")
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def size(value: Any) -> str:
    """A number of bytes: '512 B', '12.3 kB', '1.1 MB' (decimal units)."""
    if not is_number(value):
        return DASH
    amount, unit = float(value), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 99.95 else f"{amount:.1f} {unit}"


def interval(low: Any, high: Any, decimals: int | None = None) -> str:
    """'0.829 to 0.868', or nothing when an end is missing or the interval has no width."""
    if not (is_number(low) and is_number(high)) or low == high:
        return ""
    return f"{number(low, decimals)} to {number(high, decimals)}"


def short(text: Any, length: int = 60) -> str:
    """The text on one line, cut between words where it has some, with an ellipsis at the end."""
    line = " ".join(str(text).split())
    if len(line) <= length:
        return line
    kept = line[: length - 1]
    if line[length - 1] != " " and kept.rfind(" ") > length // 2:  # what has no words, such as a path, is cut anywhere
        kept = kept[: kept.rfind(" ")]
    return kept.rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def plural(count: int, one: str, many: str = "") -> str:
    """'1 row', '2 rows'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
