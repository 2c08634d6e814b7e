"""Durations and sizes as people write and read them: the limits on a model, and what it was measured to take."""

from __future__ import annotations

import re
from typing import Any

from automl.errors import UsageError

PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000}
SIZES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
"""Bytes in decimal units, as files are counted; `--memory` counts in binary ones, as memory is."""


def parse_latency(value: Any, where: str) -> float:
    """Seconds from '5ms', '0.5s', '200us' or a number of seconds; text needs its unit.

    Raises:
        UsageError: not a duration, or not positive.
    """
    seconds = 0.0
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s)\s*", value.lower())
        seconds = float(match[1]) / PER_SECOND[match[2]] if match else 0.0
    elif _positive_number(value):
        seconds = float(value)
    if seconds <= 0:
        hint = "a duration with its unit, such as 5ms, 0.5s or 200us"
        raise UsageError(f"Cannot read the latency {value!r}.", where=where, hint=hint)
    return seconds


def parse_size(value: Any, where: str) -> int:
    """Bytes from '10MB', '512kB' or a number of bytes.

    Raises:
        UsageError: not a size, or not positive.
    """
    count = float(value) if _positive_number(value) else 0.0
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)b?\s*", value.lower())
        count = float(match[1]) * SIZES[match[2]] if match else 0.0
    if count < 1:
        raise UsageError(f"Cannot read the model size {value!r}.", where=where, hint="a size such as 10MB or 512kB")
    return int(count)


def duration(seconds: float) -> str:
    """'250 us', '31 ms', '4.2 s', '150 s'."""
    if seconds >= 1:
        return f"{_three_digits(seconds)} s"
    if seconds >= 1e-3:
        return f"{_three_digits(seconds * 1e3)} ms"
    return f"{_three_digits(seconds * 1e6)} us"


def size(count: float) -> str:
    """'512 B', '12.3 kB', '10 MB'."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{_three_digits(amount)} {unit}"


def _three_digits(amount: float) -> str:
    """Three significant digits, whole from 100 on, never with an exponent."""
    return f"{amount:.0f}" if amount >= 100 else f"{amount:.3g}"


def _positive_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")
