"""What fits to come are expected to cost, from fits that were measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl import families

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automl.evaluate.crossval import Candidate

MORE_ROWS = 1.35
"""A final fit on the development part costs this many times a fit of cross-validation: more rows, and slack."""


def expected_seconds(candidate: Candidate) -> float:
    """Seconds of the longest fit of cross-validation, from measured ones."""
    return max((f.fit_seconds + f.predict_seconds for f in candidate.given()), default=0.0)


def refit_seconds(candidate: Candidate) -> float:
    """Seconds a fit on all rows is expected to take; that of all members for an ensemble."""
    if candidate.members:
        return sum(member_seconds(member) for member, _ in candidate.members)
    return expected_seconds(candidate) * MORE_ROWS**2


def member_seconds(candidate: Candidate) -> float:
    """The same of a member of an ensemble: where time set its schedule, it is set anew, and as many steps will do."""
    return expected_seconds(candidate) * MORE_ROWS if candidate.shortened else refit_seconds(candidate)


def refits_seconds(candidates: Iterable[Candidate], left: float, *, together: bool) -> float:
    """Seconds until all candidates are fitted on all rows that can be: one that alone takes longer than `left` cannot.

    Args:
        left: seconds there are.
        together: the worker's are fitted beside those of this process, not after them.
    """
    here = there = 0.0
    for candidate in candidates:
        seconds = member_seconds(candidate)
        if seconds > left:
            continue
        if families.load(candidate.family).in_worker:
            there += seconds
        else:
            here += seconds
    return max(here, there) if together else here + there
