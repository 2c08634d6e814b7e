"""The verdict looked at again after the search, with the winner's curse removed; it may change here, and says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl.decide.compare import verdict
from automl.decide.engine import rejected, training_code, training_flags, under_trained, with_left_out
from automl.decide.prior import searched
from automl.decide.recheck import recheck
from automl.decide.tilt import tilted
from automl.evaluate.ensemble import best_of_each, shared_splits
from automl.evaluate.interval import units
from automl.evaluate.leaderboard import best_of
from automl.evaluate.oof import stack
from automl.types import FAMILIES

if TYPE_CHECKING:
    from automl.decide.compare import FamilyEvidence, Flag, Verdict
    from automl.decide.engine import Asked, Decision
    from automl.decide.posterior import Posterior
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import FamilyName

OPEN = 0.2
"""Probability of being better than the named family, or of a simpler one of not being worse, that leaves one open."""
IDLE = 0.05
"""The same for the use of time that is left over and would else be lost."""
OF_COMPARISON = ("not_decidable",)
"""Flags that belong to one comparison, and go with it."""
METHOD = (
    "bootstrap bias-corrected cross-validation: each resample of the rows picks a family's candidate, "
    "the rows left out judge it"
)


def after_search(
    cv: CrossValidation, decision: Decision, candidates: list[Candidate], asked: Asked
) -> tuple[Decision, Posterior | None]:
    """The decision with `evidence.after_search`; named, probabilities and reasons follow it when the family changes.

    Nothing is compared again without news of the search. Its comparison draws from fewer rows than that of the probes,
    so it does not take back that a model beats the baseline.

    The second is the posterior it then stands on; None when nothing changed.
    """
    judged = [c for c in candidates if c.ok]
    if not _news(decision, judged):
        return decision, None
    named = best_of([c for c in judged if c.family == decision.family])
    splits = shared_splits(cv, judged, [named, *_open(decision, judged)])
    for candidate in judged:
        if candidate.family == "baseline":  # what practically equal means rests on it, and it costs nothing
            for split in set(splits) - set(candidate.losses):
                cv.judge(candidate, split)
    entered: dict[FamilyName, list[Candidate]] = {}
    for candidate in best_of_each(judged, splits):
        entered.setdefault(candidate.family, []).append(candidate)
    if not splits or len(entered) < 2:
        return decision, None
    try:
        belief = _compared(cv, entered, splits)
    except ValueError:  # the metric is defined on no resample: too few rows of a class are left out
        return decision, None
    tried = {c.family for c in judged if c.trial is not None}
    done = entered if asked.prefer == "accuracy" else tried | {decision.family}
    belief = tilted(belief, searched(decision.evidence["prior"], done))
    excluded = decision.evidence["excluded"]
    nameable = [family for family in entered if family not in excluded]
    result = verdict(belief, asked.prefer, nameable, shown=decision.family != "baseline")
    best = {family: best_of(group) for family, group in entered.items()}
    caught_up = {family for family, candidate in best.items() if not under_trained(candidate)}
    left_out = {name: kept for name, kept in decision.evidence["left_out"].items() if name not in caught_up}
    probabilities = with_left_out(result.probabilities, left_out)
    again = {
        "family": result.family,
        "changed": result.family != decision.family,
        "before": decision.family,
        "method": METHOD,
        "splits": len(splits),
        "candidates": {family: len(group) for family, group in entered.items()},
        "probabilities": probabilities,
        "families": result.families,
        "r": result.r,
        "threshold_baseline": result.threshold_baseline,
    }
    evidence = {**decision.evidence, "after_search": again}
    decision = replace(decision, evidence=evidence, flags=_of_training(decision.flags, best))
    return (_renamed(decision, result, probabilities), belief) if again["changed"] else (decision, None)


def _compared(cv: CrossValidation, entered: dict[FamilyName, list[Candidate]], splits: list[int]) -> Posterior:
    """The families' candidates against one another on the rows of these splits; ValueError as for `recheck`."""
    rows = stack(cv, [c for group in entered.values() for c in group], splits)
    return recheck(
        cv.metric,
        rows.y,
        {family: {c.name: rows.predictions[c.name] for c in group} for family, group in entered.items()},
        weight=rows.weight,
        groups=units(rows.row, cv.dataset.groups),
        splits=rows.split,
        seed=cv.dataset.problem.seed,
    )


def _of_training(flags: tuple[Flag, ...], best: dict[FamilyName, Candidate]) -> tuple[Flag, ...]:
    """The flags, with those of training as they are for the best candidates now."""
    old = {training_code(family) for family in best}
    return (*(flag for flag in flags if flag.code not in old), *training_flags(best))


def _news(decision: Decision, judged: list[Candidate]) -> bool:
    """Whether something was judged that the probes' comparison did not know."""
    return any(_new(decision, c) for c in judged)


def _new(decision: Decision, candidate: Candidate) -> bool:
    """Whether the candidate, or a split that it was judged on, is news to the probes' comparison."""
    compared, splits = decision.evidence["candidates"], decision.evidence["splits_of"]
    if candidate.trial is not None or candidate.family not in compared:
        return True
    return bool(compared[candidate.family] == candidate.name and set(candidate.losses) != set(splits[candidate.family]))


def _renamed(decision: Decision, result: Verdict, probabilities: dict[FamilyName, float]) -> Decision:
    """The decision for another family, with everything that names one."""
    note = f"The search changed the verdict from {decision.family} to {result.family}."
    return replace(
        decision,
        family=result.family,
        sentence=result.sentence,
        members=(result.family,),
        probabilities=probabilities,
        tie=result.tie,
        flags=(*result.flags, *(flag for flag in decision.flags if flag.code not in OF_COMPARISON)),
        reasons=(note, *result.reasons),
        alternatives=(*rejected(result), *_left_aside(decision, result)),
    )


def left_open(decision: Decision, least: float = OPEN) -> list[FamilyName]:
    """Families that may yet be named: richer ones that may be better, simpler ones that may do; the likeliest first.

    Args:
        decision: with the evidence of the probes.
        least: probability of that.
    """
    families: dict[FamilyName, FamilyEvidence] = decision.evidence["families"]
    left_out, excluded = decision.evidence["left_out"], decision.evidence["excluded"]
    place = FAMILIES.index(decision.family)
    chances = {
        name: found.p_better + left_out.get(name, 0.0) if FAMILIES.index(name) > place else 1.0 - found.p_worse
        for name, found in families.items()
        if name not in ("baseline", decision.family, *excluded)
    }
    return sorted((name for name, chance in chances.items() if chance >= least), key=lambda name: -chances[name])


def _open(decision: Decision, judged: list[Candidate]) -> list[Candidate]:
    """The best candidate of each family left open, or judged anew where time was left over.

    One split says no more than the verdict already knows.
    """
    further = [c for c in judged if len(c.losses) > 1]
    likely = set(left_open(decision))
    groups = [
        [c for c in further if c.family == name and (name in likely or _new(decision, c))]
        for name in left_open(decision, IDLE)
    ]
    return [best_of(group) for group in groups if group]


def _left_aside(decision: Decision, result: Verdict) -> list[dict[str, Any]]:
    """Families that were not compared again: those never tried, and those out of reach before."""
    others = [a for a in decision.alternatives if a["family"] not in result.families]
    # Those never tried have no probability; the reason of the others names the family of the first verdict.
    behind = "too far behind to be compared again after the search"
    return [{"family": a["family"], "reason": behind} if "probability" in a else a for a in others]
