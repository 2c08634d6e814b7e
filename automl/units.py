"""Durations, sizes and signs as people write and read them: the limits on a model, and what it was measured to take."""

from __future__ import annotations

import math
import re
from typing import Any

from automl.errors import UsageError

MINUS = "\N{MINUS SIGN}"
MICRO = "\N{GREEK SMALL LETTER MU}"
"""As it is written; the micro sign of keyboards and a plain u are read too."""
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, f"{MICRO}s": 1_000_000, "\N{MICRO SIGN}s": 1_000_000}
LONG = 600
"""Seconds from which a duration is told in minutes."""
SIZES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
"""Bytes in decimal units, as files are counted; `--memory` counts in binary ones, as memory is."""


def parse_latency(value: Any, where: str) -> float:
    """Seconds from '5ms', '0.5s', '200us' or a number of seconds; text needs its unit.

    Raises:
        UsageError: not a duration, or not positive.
    """
    seconds = _number(value)
    if isinstance(value, str):
        units = "|".join(PER_SECOND)
        match = re.fullmatch(rf"\s*(-?\d+(?:\.\d+)?)\s*({units})\s*", value.lower())
        seconds = float(match[1]) / PER_SECOND[match[2]] if match else None
    if seconds is None or seconds <= 0:
        hint = "a duration with its unit, such as 5ms, 0.5s or 200us"
        raise UsageError.unreadable("latency", value, where=where, hint=hint, is_amount=seconds is not None)
    return seconds


def parse_size(value: Any, where: str) -> int:
    """Bytes from '10MB', '512kB' or a number of bytes.

    Raises:
        UsageError: not a size, or not positive.
    """
    count = _number(value)
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*([kmgt]?)b?\s*", value.lower())
        count = float(match[1]) * SIZES[match[2]] if match else None
    if count is None or count < 1:
        hint = "a size such as 10MB or 512kB"
        raise UsageError.unreadable("model size", value, where=where, hint=hint, is_amount=count is not None)
    return int(count)


def duration(seconds: float) -> str:
    """'250 μs', '31 ms', '4.2 s', '150 s', '25 min', '2 h 7 min'."""
    minutes = round(seconds / 60)
    if minutes >= 60:
        return f"{minutes // 60:,} h {minutes % 60} min".removesuffix(" 0 min")
    if seconds >= LONG:
        return f"{minutes} min"
    if seconds >= 1:
        return f"{_three_digits(seconds)} s"
    if seconds >= 1e-3:
        return f"{_three_digits(seconds * 1e3)} ms"
    return f"{_three_digits(seconds * 1e6)} {MICRO}s"


def size(count: float) -> str:
    """'512 B', '12.3 kB', '10 MB'."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{_three_digits(amount)} {unit}"


def memory(count: float) -> str:
    """Memory, in the binary units in which `--memory` counts: '812 MB', '23.5 GB'."""
    return f"{count / 2**30:.1f} GB" if count >= 2**30 else f"{count / 2**20:,.0f} MB"


def with_minus(figure: str) -> str:
    """A printed number with a minus sign for its hyphen; a rounded nothing has no sign: '-0.00' reads as a loss."""
    if not figure.startswith("-"):
        return figure
    return MINUS + figure[1:] if any(c in "123456789" for c in figure) else figure[1:]


def _three_digits(amount: float) -> str:
    """Three significant digits, whole from 100 on, never with an exponent."""
    return f"{amount:.0f}" if amount >= 100 else f"{amount:.3g}"


def _number(value: Any) -> float | None:
    """A finite number, None for anything else."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None
