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


def constant(progress: float) -> float:  # noqa: ARG001 (one signature)
    """The peak rate throughout."""
    return 1.0


def flat_cos(progress: float) -> float:
    """One for the first half of the run, then half a cosine to zero: the factor of RealMLP's dropout and decay."""
    return 1.0 if progress < 0.5 else 0.5 * (1.0 + math.cos(math.pi * (2.0 * progress - 1.0)))


SCHEDULES = {"coslog4": coslog4, "cosine": cosine, "constant": constant}
FADES = {"coslog4": flat_cos, "cosine": constant, "constant": constant}
"""Factor of dropout and weight decay that goes with each."""
PATIENCE = {"coslog4": (3, 40), "cosine": (3, 40), "constant": (1, 16)}
"""No better for so many times the best epoch and so many more, and training ends (TabArena's rule for RealMLP; TabM's:
a constant rate has no later phase to wait for)."""
FIRST_PEAKS = {"coslog4": (math.sqrt(2.0) - 1.0) / 15.0, "cosine": WARM_UP}
"""Progress at which each first reaches its peak."""
SETTLED = 0.5
"""Share of the peak rate up to which weights are at rest. Above it they jump about, and the best of many epochs is the
luckiest: on telco_churn that cost 0.005 AUC."""


def at_rest(schedule: str, progress: float) -> bool:
    """Whether the rate has come down from a peak; one that never will is at rest from the start."""
    if schedule == "constant":
        return True
    return progress > FIRST_PEAKS[schedule] and SCHEDULES[schedule](progress) <= SETTLED
