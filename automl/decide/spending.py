"""What deciding may cost: seconds of fits that the delivered model does not use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.decide.rungs import rung_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automl.evaluate.crossval import Candidate
    from automl.types import FamilyName, Problem

SHARE = 0.19
"""Share of a budget of a minute that may go into fits that are not used again; half of it at ten minutes.

A fifth is the aim: fits and predictions take a little longer than they are given (with 0.2, up to 0.21 in 48 runs).
"""
MINUTE = 60.0
SHORT_SHARE = 0.45
"""Share of budgets under a minute, up to what a minute gives: with less no network could be tried at all."""
FALL = 0.301
"""Exponent of the fall: log10 of 2, so that the share halves with every factor of ten."""
NETWORK_SHARE = 0.2
"""Share of the budget that the network's probes may take after those, and more where those left some over."""
NETWORK_FIRST = 0.6
"""Share of the network's time that its first split may take: its schedule is as long as that allows."""
NETWORK_PART = 0.4
"""Share of what deciding may cost that the other families leave to the network while it is still to come: comparing two
that are alike split by split would else use up all of it, and the network would never be tried."""
MOST_PART = 0.75
"""The most that `networks_part` gives."""
COMPILE_SECONDS = 7.5
"""What the first split of a network on anything but numbers and labels may take, whatever deciding may still cost.

Convolutions are compiled and measured for seconds before the first of them is trained; with less there is no evidence.
"""
PREDICT_SECONDS = 1.0
"""What predicting takes after such a fit, about."""
NETWORK_SECONDS = 3.0
"""With less time than this for it, the network is not tried: building it takes most of that."""


def allowance(budget: float | None) -> float:
    """Seconds of fits not used again that a run may spend on the decision; infinite where trials are counted."""
    if budget is None:
        return float("inf")
    share = SHARE * float(min(1.0, (MINUTE / budget) ** FALL))
    return max(share * budget, min(SHORT_SHARE * budget, SHARE * MINUTE))


def compiles(problem: Problem) -> bool:
    """Whether the network is more than dense layers on numbers and labels, and takes seconds to compile."""
    return problem.modality != "table" or problem.branched


def networks_part(budget: float | None, problem: Problem) -> float:
    """Share of the allowance that the other families leave to the network while it is still to come."""
    least = (COMPILE_SECONDS + PREDICT_SECONDS) / allowance(budget) if compiles(problem) else 0.0
    return min(max(NETWORK_PART, least), MOST_PART)


def not_reused(candidates: Iterable[Candidate], named: FamilyName | None, *, reuse_all: bool = False) -> float:
    """Seconds of the probes' fits that nothing later uses.

    The search goes on from the probe of the family named; an ensemble of all families goes on from all probes. Fits on
    fewer rows are used by nobody.

    Args:
        candidates: the probes.
        named: the family of the verdict.
        reuse_all: whether the probes of all families are candidates for the delivered model.
    """
    total = 0.0
    for candidate in candidates:
        total += rung_seconds(candidate)
        if not reuse_all and candidate.family != named:
            total += sum(fit.fit_seconds + fit.predict_seconds for fit in candidate.fits.values())
    return total
