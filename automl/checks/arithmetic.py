"""Columns from which the target can be computed: copies, linear copies, sums, differences, relabellings."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

LOOKED_AT = 64
"""Rows on which pairs are looked for; a hit is then verified on all probe rows."""
MOST_COLUMNS = 1_000
"""Number columns among which pairs are looked for: their number grows with the square."""
LEAST_ROWS = 20
LEAST_SHARE = 0.9
"""Share of rows with a value in both that must agree."""
TOLERANCE = 1e-9


def linear_copies(values: dict[str, Array], y: Array) -> dict[str, str]:
    """Column -> formula, for number columns that are the target times a number plus a number."""
    found: dict[str, str] = {}
    for name, x in values.items():
        known = np.isfinite(x)
        if known.sum() < max(LEAST_ROWS, LEAST_SHARE * len(y)):
            continue
        a, b = x[known], y[known]
        low, high = int(a.argmin()), int(a.argmax())
        if a[low] == a[high] or b[low] == b[high]:
            continue
        slope = (b[high] - b[low]) / (a[high] - a[low])
        offset = b[low] - slope * a[low]
        if _equal(slope * a + offset, b):
            found[name] = f"target = {slope:.6g} * {name} + {offset:.6g}"
    return found


def pairs(values: dict[str, Array], y: Array) -> dict[tuple[str, ...], str]:
    """Pairs of number columns -> formula, where their sum or difference is the target."""
    names = list(values)[:MOST_COLUMNS]
    if len(names) < 2 or len(y) < LEAST_ROWS:
        return {}
    matrix = np.column_stack([values[name] for name in names])
    rows = np.unique(np.linspace(0, len(y) - 1, min(LOOKED_AT, len(y))).astype(int))
    few, target = matrix[rows], y[rows]
    found: dict[tuple[str, ...], str] = {}
    for i, name in enumerate(names):
        for sign, rest in (("+", target - few[:, i]), ("-", few[:, i] - target)):
            # target = x_i + x_j, or target = x_i - x_j: x_j must be the rest.
            apart = np.abs(few - rest[:, None])
            hits = np.flatnonzero(np.nanmax(np.where(np.isnan(apart), 0.0, apart), axis=0) <= _tolerance(target))
            for j in hits.tolist():
                if j == i or (sign == "+" and j < i) or not _verified(matrix[:, i], matrix[:, j], sign, y):
                    continue
                found[name, names[j]] = f"target = {name} {sign} {names[j]}"
    return found


def _verified(a: Array, b: Array, sign: str, y: Array) -> bool:
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < max(LEAST_ROWS, LEAST_SHARE * len(y)) or np.ptp(a[known]) == 0 or np.ptp(b[known]) == 0:
        return False
    return _equal(a[known] + b[known] if sign == "+" else a[known] - b[known], y[known])


def _equal(a: Array, b: Array) -> bool:
    return bool(np.abs(a - b).max() <= _tolerance(b))


def _tolerance(y: Array) -> float:
    # Sums of decimal fractions differ from the decimal result in the last bits.
    return TOLERANCE * max(float(np.abs(y).max()), float(np.ptp(y)), 1e-300)


def is_relabelling(codes: Array, y: Array, classes: int) -> bool:
    """True when every value of a column belongs to one class only, and every class to one value only."""
    known = codes >= 0
    if known.sum() < max(LEAST_ROWS, LEAST_SHARE * len(y)):
        return False
    together = np.unique(np.column_stack([codes[known], y[known]]), axis=0)
    return len(together) == classes == len(np.unique(together[:, 0])) == len(np.unique(together[:, 1]))
