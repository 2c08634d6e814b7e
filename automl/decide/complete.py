"""What is told beside the verdict: learning curves, costs, the rules applied, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from automl.decide.changes import Situation, changes
from automl.decide.costs import costs, gpu_pays, projected_seconds
from automl.decide.forecast import curves
from automl.decide.rules import rules

if TYPE_CHECKING:
    from automl.decide.engine import Asked, Decision
    from automl.decide.posterior import Posterior
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import FamilyName


@dataclass(frozen=True)
class Machine:
    """What the figures of cost depend on.

    Attributes:
        has_gpu: whether networks are trained on a GPU.
        watts: mean power while the families were fitted; None when it is not known.
        energy_source: where the watts come from.
    """

    has_gpu: bool = False
    watts: float | None = None
    energy_source: str = ""


def complete(
    cv: CrossValidation,
    decision: Decision,
    candidates: dict[FamilyName, Candidate],
    belief: Posterior,
    asked: Asked,
    machine: Machine,
    *,
    explainable: bool = False,
) -> Decision:
    """The decision with `curves`, `costs` and `rules` in its evidence, and its `changes`.

    Args:
        cv: the cross-validation of the probes.
        decision: the verdict.
        candidates: the probes.
        belief: the posterior the verdict stands on.
        asked: preference and limits.
        machine: what the figures of cost depend on.
        explainable: whether only printable models were allowed.
    """
    evidence = {
        **decision.evidence,
        "curves": curves(cv, candidates, decision.family, decision.evidence["r"]),
        "costs": _costs(cv, decision, candidates, asked, machine),
    }
    evidence["rules"] = rules(cv, decision, asked)
    told = replace(decision, evidence=evidence)
    situation = Situation(cv, candidates, belief, asked, told, explainable)
    return replace(told, changes=changes(situation))


def _costs(
    cv: CrossValidation,
    decision: Decision,
    candidates: dict[FamilyName, Candidate],
    asked: Asked,
    machine: Machine,
) -> dict[str, Any]:
    pairs = {family: _times(cv, candidate) for family, candidate in candidates.items()}
    after = decision.evidence.get("after_search") or {}
    measured = (after if after.get("changed") else decision.evidence)["families"].get("network")
    reasons = {str(a["family"]): str(a["reason"]) for a in decision.alternatives}
    gpu = gpu_pays(
        candidates.get("network"),
        has_gpu=machine.has_gpu,
        budget=cv.clock.budget or float("inf"),
        p_in_race=1.0 if measured is None else measured.p_better + measured.p_equivalent,
        not_tried=reasons.get("network", "").removeprefix("not tried: "),
        projected=projected_seconds(pairs.get("network", []), len(cv.splits[0].train)),
    )
    return costs(
        candidates,
        pairs,
        gpu=gpu,
        watts=machine.watts,
        energy_source=machine.energy_source,
        latency_seconds=asked.latency_seconds,
        size_bytes=asked.size_bytes,
    )


def _times(cv: CrossValidation, candidate: Candidate) -> list[tuple[int, float]]:
    """(training rows, seconds of the fit) of everything fitted on split 0."""
    fits = [(rows, fitted.fit_seconds) for rows, (fitted, _) in sorted(candidate.rungs.items())]
    whole = candidate.fits.get(0)
    return fits if whole is None else [*fits, (len(cv.splits[0].train), whole.fit_seconds)]
