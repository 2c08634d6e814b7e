"""Findings of a run, under the codes that `automl explain` describes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from automl.checks import check, without
from automl.decide.costs import cost_of
from automl.families.weigh import folder_bytes, over_limit
from automl.outcome import apart, confirmation

if TYPE_CHECKING:
    from automl.decide.engine import Decision
    from automl.outcome import Outcome
    from automl.session import Session
    from automl.types import Finding

FLAG_CODES = {
    "_not_tried": "AM501", "_under_trained": "AM502", "few_test_rows": "AM503", "limits_leave_nothing": "AM508",
}  # fmt: skip
"""Flags of a decision, by their ending, that are findings too."""


def findings(session: Session, decision: Decision, outcome: Outcome | None = None) -> list[Finding]:
    """What the profile and the run found, ignored codes skipped; without an outcome what `automl decide` knows."""
    of_run = _of_decision(session, decision) if outcome is None else _run_findings(session, decision, outcome)
    return list(without((*session.prepared.profile.findings, *of_run), session.plan.ignore))


def _run_findings(session: Session, decision: Decision, outcome: Outcome) -> list[Finding]:
    """What only the run could find, under the codes that `automl explain` describes."""
    found = _of_decision(session, decision)
    smaller = [line.candidate for line in outcome.lines if line.candidate.info.get("downsized")]
    if smaller:
        names = ", ".join(c.name for c in smaller)
        found.append(
            check("AM506").finding(
                evidence={c.name: c.info["downsized"] for c in smaller},
                action=f"Fitted with coarser bins or fewer rows: {names}.",
            )
        )
    over = _over_limit(session, outcome)
    if over:
        found.append(check("AM507").finding(action=f"The delivered model: {over}."))
    confirms, statement = confirmation(session, outcome, *apart(decision))
    if confirms is False:
        title = "Fresh splits contradict the choice" if session.outer.protocol == "repeated_cv" else ""
        found.append(check("AM505").finding(action=statement, title=title))
    return found


def _of_decision(session: Session, decision: Decision) -> list[Finding]:
    """Flags of the decision that are findings too, and a verdict that nothing beats the baseline."""
    found = []
    for flag in decision.flags:
        code = next((code for ending, code in FLAG_CODES.items() if flag.code.endswith(ending)), None)
        if code is not None:
            family = flag.code.removesuffix("_not_tried").removesuffix("_under_trained")
            title = "" if family == flag.code else f"{check(code).title}: {family}"
            found.append(check(code).finding(title=title, action=flag.text))
    if decision.family == "baseline" and len(decision.evidence["families"]) > 1:
        found.append(_no_gain(session, decision))
    return found


def _no_gain(session: Session, decision: Decision) -> Finding:
    """No model beats the baseline: an error, but for a forecast, whose baseline has a use of its own."""
    found, forecast = check("AM504").finding(action=decision.sentence), session.prepared.dataset.problem.forecast
    if forecast is None:
        return found
    return replace(found, severity="warning", title=f"No model beats the baseline ({forecast.baseline})")


def _over_limit(session: Session, outcome: Outcome) -> str:
    """Why the delivered model is over a limit; '' when it is not, or was not weighed."""
    cost, plan = cost_of(outcome.delivered), session.plan
    if cost is None:
        return ""
    return over_limit(replace(cost, bytes=folder_bytes(session.folder / "model")), plan.max_latency, plan.max_size)
