"""Time that the search of one family leaves over, spent on what the verdict left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automl.evaluate.crossval import Candidate, CrossValidation

SLACK = 1.3
"""A fit is started when this many times its expected seconds are left."""


def settle(cv: CrossValidation, named: Candidate, rivals: Iterable[tuple[Candidate, float]]) -> int:
    """How many further splits rivals were judged on, of those that the named family's probe was judged on.

    Deciding stops early, so that the search has its time. What the search does not need would else be lost: more
    evidence of a family that may be better costs nothing then, and the verdict is looked at again after it.

    Args:
        cv: runs the fits.
        named: the probe of the family named.
        rivals: probes that may be better, the likeliest first, each with the seconds to keep for finishing the run.
    """
    judged = 0
    for rival, reserve in rivals:
        for split in sorted(set(named.losses) - set(rival.losses)):
            left = cv.clock.left(reserve)
            if left < SLACK * rival.seconds or not cv.judge(rival, split, left):
                break
            judged += 1
    return judged
