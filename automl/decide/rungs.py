"""Nested subsets of the training rows that a family is judged on besides all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.evaluate.crossval import Candidate, CrossValidation

MANY_ROWS = 32_000
"""From here on rungs are sqrt(10) apart, not 2: five of them then reach down to a hundredth of the rows."""
MOST = 4
"""Rungs below all rows; with those it makes five anchors."""
LEAST_ROWS = 60


def sizes(rows: int) -> list[int]:
    """Rows of the rungs below `rows`, ascending; none when that leaves too few rows to learn from."""
    step = np.sqrt(10.0) if rows > MANY_ROWS else 2.0
    every = [round(rows / step**k) for k in range(MOST, 0, -1)]
    return [size for size in every if size >= LEAST_ROWS]


def climb(cv: CrossValidation, candidate: Candidate, seconds: float) -> None:
    """Judge a candidate that was judged on split 0 on the rungs below, largest first, those that the time allows."""
    full = len(cv.splits[0].train)
    whole = candidate.fits[0].fit_seconds + candidate.fits[0].predict_seconds
    for rows in reversed(sizes(full)):
        expected = whole * rows / full
        if rows in candidate.rungs or expected > seconds:
            continue
        if not cv.judge_rung(candidate, rows, max(2 * expected, 0.5)):
            return
        fitted, _ = candidate.rungs[rows]
        seconds -= fitted.fit_seconds + fitted.predict_seconds


def rung_seconds(candidate: Candidate) -> float:
    """Seconds that the rungs took."""
    return sum(fitted.fit_seconds + fitted.predict_seconds for fitted, _ in candidate.rungs.values())
