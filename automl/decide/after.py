"""The verdict looked at again after the search, with the winner's curse removed; it may change here, and says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from automl.decide.compare import verdict
from automl.decide.engine import with_left_out
from automl.decide.recheck import recheck
from automl.evaluate.ensemble import shared_splits
from automl.evaluate.leaderboard import best_of
from automl.evaluate.oof import stack

if TYPE_CHECKING:
    from automl.decide.engine import Decision
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import FamilyName, Prefer

MOST = 5
"""Candidates a family may enter with, its best by validation: more cost time and change nothing."""
METHOD = (
    "bootstrap bias-corrected cross-validation: each resample of the rows picks a family's candidate, "
    "the rows left out judge it"
)


def after_search(cv: CrossValidation, decision: Decision, candidates: list[Candidate], prefer: Prefer) -> Decision:
    """The decision with `evidence.after_search`; named, probabilities and reasons follow it when the family changes."""
    judged = [c for c in candidates if c.ok]
    named = best_of([c for c in judged if c.family == decision.family])
    splits = shared_splits(cv, judged, [named])
    entered = _entered(judged, splits)
    if not splits or len(entered) < 2:
        return decision
    rows = stack(cv, [c for group in entered.values() for c in group], splits)
    belief = recheck(
        cv.metric,
        rows.y,
        {family: {c.name: rows.predictions[c.name] for c in group} for family, group in entered.items()},
        weight=rows.weight,
        groups=rows.row if cv.dataset.groups is None else cv.dataset.groups[rows.row],
        splits=rows.split,
        seed=cv.dataset.problem.seed,
    )
    result = verdict(belief, prefer)
    changed = result.family != decision.family
    probabilities = with_left_out(result.probabilities, decision.evidence["left_out"])
    again = {
        "family": result.family,
        "changed": changed,
        "method": METHOD,
        "splits": len(splits),
        "candidates": {family: len(group) for family, group in entered.items()},
        "probabilities": probabilities,
        "families": result.families,
    }
    evidence = {**decision.evidence, "after_search": again}
    if not changed:
        return replace(decision, evidence=evidence)
    note = f"The search changed the verdict from {decision.family} to {result.family}."
    return replace(
        decision,
        family=result.family,
        sentence=result.sentence,
        members=(result.family,),
        probabilities=probabilities,
        reasons=(note, *result.reasons),
        evidence=evidence,
    )


def _entered(candidates: list[Candidate], splits: list[int]) -> dict[FamilyName, list[Candidate]]:
    """The best candidates of each family among those judged on the shared splits."""
    groups: dict[FamilyName, list[Candidate]] = {}
    for candidate in sorted((c for c in candidates if set(splits) <= set(c.losses)), key=lambda c: c.loss(splits)):
        group = groups.setdefault(candidate.family, [])
        if len(group) < MOST:
            group.append(candidate)
    return groups
