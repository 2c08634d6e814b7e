"""The decision as a stage: probes, the verdict as it sharpens, and all that is told beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from automl.decide import engine
from automl.decide.complete import Machine, complete
from automl.decide.probe import probe
from automl.decide.words import of_forecast
from automl.types import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.config import Plan
    from automl.decide.engine import Decision
    from automl.decide.evidence import Probes
    from automl.decide.posterior import Posterior
    from automl.evaluate.crossval import Candidate
    from automl.session import Session
    from automl.types import FamilyName

FEW_ROWS = 50


def allowed_families(session: Session) -> tuple[FamilyName, ...]:
    """Families to probe: under `FEW_ROWS` rows nothing more complex than a linear model can be judged."""
    enough = len(session.prepared.dataset) >= FEW_ROWS
    return tuple(name for name in session.plan.allowed if enough or name in ("baseline", "linear"))


def ruled_out(plan: Plan, allowed: tuple[FamilyName, ...]) -> dict[FamilyName, str]:
    """Family -> why it was not to be probed."""
    return {name: _why_not(plan, name) for name in FAMILIES if name not in allowed}


def _why_not(plan: Plan, name: FamilyName) -> str:
    if name not in plan.families:
        return "left out by --families"
    if name in plan.allowed:
        return f"fewer than {FEW_ROWS} rows"
    return "it cannot keep to [monotone]" if plan.monotone else "it cannot be printed (--explainable)"


def decide(
    session: Session,
    reserve: float,
    meanwhile: Callable[[dict[FamilyName, Candidate], float], bool] | None = None,
) -> tuple[Decision, Probes]:
    """Probes and verdict; the console shows the provisional verdict as it sharpens.

    Args:
        session: of the run.
        reserve: seconds to keep for finishing the run.
        meanwhile: see `decide.probe.probe`.
    """
    cv, profile = session.cv, session.prepared.profile

    def sharpened(probes: Probes) -> Decision | None:
        if len(probes.candidates or probes.look) < 2:
            return None
        provisional = engine.decide(cv, probes, session.asked, profile)
        session.console.verdict(engine.line(provisional))
        session.events.add("verdict", family=provisional.family, probabilities=provisional.probabilities)
        return provisional

    with session.stages.stage("decide"):
        allowed = allowed_families(session)
        probes = probe(cv, allowed, reserve, sharpened, meanwhile)
        believed = engine.believe(cv, probes, profile)
        decision = engine.judge(cv, probes, believed, session.asked)
        decision = replace(
            decision, alternatives=(*decision.alternatives, *engine.not_tried(ruled_out(session.plan, allowed)))
        )
        decision = told(session, decision, believed.candidates, believed.posterior)
    session.interrupted = probes.interrupted
    session.events.add("decided", family=decision.family, sentence=decision.sentence)
    session.console.note(f"Verdict: {decision.sentence}")
    return decision, probes


def told(session: Session, decision: Decision, candidates: dict[FamilyName, Candidate], belief: Posterior) -> Decision:
    """The decision with curves, costs, rules and what would change it.

    Args:
        session: of the run.
        decision: the verdict.
        candidates: the probes.
        belief: the posterior the verdict stands on.
    """
    forecast = session.prepared.dataset.problem.forecast
    if forecast is not None:
        sentence, *reasons = (of_forecast(text, forecast.baseline) for text in (decision.sentence, *decision.reasons))
        decision = replace(decision, sentence=sentence, reasons=tuple(reasons))
    meter = session.meter
    machine = Machine(_on_gpu(session, candidates.get("network")), meter.watts(), meter.source)
    return complete(
        session.cv, decision, candidates, belief, session.asked, machine, explainable=session.plan.explainable
    )


def _on_gpu(session: Session, network: Candidate | None) -> bool:
    """Whether networks train on a GPU: what their fits say, for Keras may not see one that the driver lists."""
    fits = [] if network is None else [*network.fits.values(), *(fitted for fitted, _ in network.rungs.values())]
    told = {fitted.info["device"] for fitted in fits if "device" in fitted.info}
    return "gpu" in told if told else bool(session.gpus)
