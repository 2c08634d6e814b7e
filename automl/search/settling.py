"""Time that the search of one family leaves over, spent on what the verdict left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.search.trials import SLACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from automl.evaluate.crossval import Candidate, CrossValidation


def settle(cv: CrossValidation, splits: Sequence[int], candidates: Iterable[Candidate], reserve: float) -> int:
    """How many fits were made so that the candidates are judged on the splits.

    Deciding stops early, so that the search has its time. What the search does not need would else be lost: more
    evidence of a family that may be better costs nothing then, and the verdict is looked at again after it.

    Args:
        cv: runs the fits.
        splits: numbers of the splits to judge on.
        candidates: the probes of the baseline and of the family named, then of those that may yet be named, the
            likeliest first.
        reserve: seconds to keep for finishing the run.
    """
    judged = 0
    for candidate in candidates:
        for split in sorted(set(splits) - set(candidate.losses)):
            left = cv.clock.left(reserve)
            if left < SLACK * candidate.seconds or not cv.judge(candidate, split, left):
                break
            judged += 1
    return judged
