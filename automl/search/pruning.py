"""Which trials are not worth their remaining splits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from automl.evaluate.crossval import Candidate

CERTAIN = 3.0
"""Standard deviations: under 2 % also when the deviation comes from few splits (t with 3 to 6 degrees of freedom)."""
LEAST = 3
"""Degrees of freedom that the spread must come from."""


def behind(trial: Candidate, best: Candidate, splits: Sequence[int]) -> float:
    """Mean difference of losses on the splits judged so far; positive when the trial is worse."""
    return float(np.mean(_differences(trial, best, splits)))


def hopeless(trial: Candidate, best: Candidate, others: Iterable[Candidate], splits: Sequence[int]) -> str:
    """Why the trial cannot be expected to beat the best on all splits, or ''.

    Losses are compared split by split, so that hard splits do not count against the trial. After n of N splits the mean
    difference over all N differs from the mean so far by sd * sqrt(1/n - 1/N) (a sample from a finite population; see
    Cochran 1977, section 2.6). The sd between splits is the largest that any other trial shows against the best: the
    further away a configuration is, the more its differences spread.

    Args:
        trial: judged on the first of the splits.
        best: judged on all.
        others: earlier candidates; those judged on all splits tell how much differences spread.
        splits: that trials are judged on.
    """
    so_far = _differences(trial, best, splits)
    n, every = len(so_far), len(splits)
    if not 0 < n < every or any(split not in best.losses for split in splits):
        return ""
    peers = [c for c in others if c is not best and c is not trial and all(s in c.losses for s in splits)]
    known = [d for d in (so_far, *(_differences(c, best, splits) for c in peers)) if len(d) > 1]
    if sum(len(d) - 1 for d in known) < LEAST:
        return ""
    chance = CERTAIN * max(float(np.std(d, ddof=1)) for d in known) * math.sqrt(1 / n - 1 / every)
    lead = float(np.mean(so_far))
    if lead <= chance + 1e-9 * abs(best.loss()):  # equal trials differ in the last digits
        return ""
    return f"behind the best by {lead:.3g} after {n} of {every} splits, where chance explains {chance:.3g}"


def _differences(trial: Candidate, best: Candidate, splits: Sequence[int]) -> list[float]:
    return [trial.losses[s] - best.losses[s] for s in splits if s in trial.losses and s in best.losses]
