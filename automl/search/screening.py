"""Trials screened on few rows first, where a fit on all of them is expensive: rungs by rows.

A trial whose loss after learning from a quarter of the rows is above the median of what earlier ones had there is given
up. Source: the median stopping rule of Golovin et al. 2017, Google Vizier, section 3.2.1, with rows in place of steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl import families

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automl.evaluate.crossval import Candidate, CrossValidation

WORTH_SECONDS = 2.0
"""Fits on all rows that take less are not screened: a quarter of so little is not worth the risk."""
SHARE = 0.25
"""Of the rows, about, that the screening learns from."""
EARLIER = 3
"""Candidates that must have been on the rung before, for a median that means something."""


def rung_of(probe: Candidate, rows: int) -> int | None:
    """Rows of the rung that trials of this family are screened on; None where they are not.

    Families that plan their length from the time they are given cannot be screened: with few rows they would plan more
    than they can keep to on all.

    Args:
        probe: the family's candidate of the probes, with its rungs.
        rows: training rows of a split.
    """
    if probe.seconds < WORTH_SECONDS or families.load(probe.family).in_worker:
        return None
    return min(probe.rungs, key=lambda size: abs(np.log(size / (SHARE * rows))), default=None)


def screened_out(
    cv: CrossValidation, trial: Candidate, rung: int, earlier: Iterable[Candidate], seconds: float | None
) -> str:
    """Why the trial is not worth a fit on all rows, or ''.

    Args:
        cv: runs the fit.
        trial: not judged yet.
        rung: rows to learn from.
        earlier: candidates whose losses on the rung it is compared with, where they have one.
        seconds: limit of the fit.
    """
    before = [c.rungs[rung][1] for c in earlier if rung in c.rungs]
    if not cv.judge_rung(trial, rung, seconds) or len(before) < EARLIER:
        return ""
    mine, median = trial.rungs[rung][1], float(np.median(before))
    if mine <= median:
        return ""
    return f"with {rung:,} rows its loss is {mine:.3g}, above the median of the trials before ({median:.3g})"
