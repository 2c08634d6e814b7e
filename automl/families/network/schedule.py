"""Learning rates over a training run, as a factor of the peak rate; progress runs from 0 to 1."""

from __future__ import annotations

import math

WARM_UP = 0.07
"""Share of the run in which the cosine schedule climbs to its peak."""


def coslog4(progress: float) -> float:
    """Four cycles of growing length that start and end at zero (RealMLP, Holzmüller et al. 2024, eq. 3)."""
    return 0.5 * (1.0 - math.cos(2.0 * math.pi * math.log2(1.0 + 15.0 * progress)))


def cosine(progress: float) -> float:
    """A linear climb to the peak, then half a cosine to zero."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return 0.5 * (1.0 + math.cos(math.pi * (progress - WARM_UP) / (1.0 - WARM_UP)))


SCHEDULES = {"coslog4": coslog4, "cosine": cosine}
FIRST_PEAKS = {"coslog4": (math.sqrt(2.0) - 1.0) / 15.0, "cosine": WARM_UP}
"""Progress at which each first reaches its peak."""
SETTLED = 0.5
"""Share of the peak rate up to which weights are at rest. Above it they jump about, and the best of many epochs is the
luckiest: on telco_churn that cost 0.005 AUC."""


def at_rest(schedule: str, progress: float) -> bool:
    """Whether the rate has come down from a peak."""
    return progress > FIRST_PEAKS[schedule] and SCHEDULES[schedule](progress) <= SETTLED
