"""Time that the search of one family leaves over, spent on what the verdict left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.evaluate import cost
from automl.search.trials import SLACK, Search

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.search.trials import Tracker

FINALS = 2 * cost.MORE_ROWS
"""What a family named in the end still costs, in fits of cross-validation: for the test part, and on all rows."""
FEWEST = 2
"""Splits that a family trained for longer is judged on at least: one says no more than the verdict already knows."""
UNKNOWN = 2.0
"""Times the seconds of a fit that time cut that its whole training is taken for, where its length is not planned."""


def settle(cv: CrossValidation, splits: Sequence[int], candidates: Iterable[Candidate], reserve: float) -> int:
    """How many fits were made so that the candidates are judged on the splits.

    Deciding stops early, so that the search has its time. What the search does not need would else be lost: more
    evidence of a family that may be better costs nothing then, and the verdict is looked at again after it.

    Args:
        cv: runs the fits.
        splits: numbers of the splits to judge on.
        candidates: the probes of the baseline and of the family named, then of those that may yet be named, the
            likeliest first.
        reserve: seconds to keep for finishing the run, the last fits left out.
    """
    judged, dearest = 0, 0.0
    for candidate in candidates:
        dearest = max(dearest, cost.expected_seconds(candidate))
        for split in sorted(set(splits) - set(candidate.losses)):
            left = cv.clock.left(reserve + FINALS * dearest)
            if left < SLACK * candidate.seconds or not cv.judge(candidate, split, left):
                break
            judged += 1
    return judged


def train_longer(
    cv: CrossValidation,
    probe: Candidate,
    splits: Sequence[int],
    fewest: int,
    reserve: float,
    tracker: Tracker,
    result: Search,
) -> bool:
    """Whether a probe that time had cut short was judged anew with a longer schedule.

    Args:
        cv: runs the fits.
        probe: of a family that may yet be named.
        splits: to judge on: all that the time allows with a whole schedule each.
        fewest: of them that have to be judged, with a shorter schedule if need be.
        reserve: seconds to keep for finishing the run, the last fits left out.
        tracker: told of the trial.
        result: gets the trial.
    """
    left = cv.clock.left(reserve)
    count = min(max(int(left / _whole_seconds(probe) - FINALS), fewest), len(splits))
    seconds = left / (count + FINALS)
    if not probe.could_train_longer or seconds < SLACK * probe.seconds:
        return False
    number, began = result.first + 1, cv.clock.elapsed()
    trial = cv.candidate(probe.family, probe.params, trial=number)
    trial.configuration += ", longer"
    tracker.begin(number)
    for split in splits[:count]:
        # The first fit sets the length of all; the others may take a little longer for it.
        if not cv.judge(trial, split, SLACK * seconds if trial.losses else seconds):
            break
    result.trials.append(trial)
    result.began[trial.name] = began
    tracker.end(trial, probe, began)
    return True


def _whole_seconds(probe: Candidate) -> float:
    """Seconds of a fit with its whole schedule, from those of one that time cut."""
    info = probe.info
    times = info["full_epochs"] / max(info["planned_epochs"], 1) if "full_epochs" in info else UNKNOWN
    return max(probe.seconds * float(times), 1e-9)
