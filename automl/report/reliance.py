"""Can the reader rely on the model: one of three levels, by rules that are written here and shown with the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from automl.report import view
from automl.report.formats import plural, short

Level = Literal["yes", "care", "no"]
WORRYING = ("not_decidable", "few_test_rows", "small_data", "_under_trained", "_not_tried")
"""Ends of the codes of flags that limit how far figures carry."""
LONGEST = 400
"""Characters of a reason: whole sentences, but not whatever a name in them may hold."""


@dataclass(frozen=True)
class Reliance:
    """How far to trust the model.

    Attributes:
        level: 'yes', 'care' or 'no'.
        label: the level in words.
        sentence: the answer to "can I rely on it", with the main reason.
        reasons: every rule that applied.
    """

    level: Level
    label: str
    sentence: str
    reasons: list[str] = field(default_factory=list)


def judge(report: dict[str, Any]) -> Reliance:
    """The level with its reasons.

    'no': an error-level finding, a test that contradicts the choice, or no gain over guessing. 'care': interrupted, no
    test, warnings, or flags that limit how far the figures carry. 'yes': none of these.
    """
    early, stops, cares = _early(report), _stops(report), _cares(report)
    if stops:
        return Reliance("no", "Not yet", f"Do not rely on it yet: {_join(early + stops)}.", early + stops + cares)
    cares = early + cares
    if cares:
        return Reliance("care", "With care", f"Rely on it with care: {_join(cares)}.", cares)
    small = view.at(report, "test", "protocol") == "repeated_cv"
    confirm = "fresh splits confirm" if small else "the test part confirms"
    return Reliance(
        "yes",
        "Yes",
        f"You can rely on these figures for new data like this data: {confirm} them and no check objects.",
        [f"{confirm} the validation", "no check found an error or a warning"],
    )


def _stops(report: dict[str, Any]) -> list[str]:
    reasons = []
    errors = view.found(report, "error")
    if errors:
        first = f"{errors[0].get('title', '')} ({errors[0].get('code', '')})".replace(" ()", "")
        reasons.append(
            f"{plural(len(errors), 'check')} found an error, {short(first, LONGEST)}"
            if len(errors) > 1
            else f"a check found an error, {short(first, LONGEST)}"
        )
    if view.at(report, "test", "confirms") is False:
        reasons.append(f"figures {view.judged_on(report)} contradict those of validation")
    if view.delivered(report) == "baseline":
        instead = [f for f in view.listing(report, "decision", "flags") if view.at(f, "code") == "delivered_differs"]
        if instead:
            reasons.append(short(view.at(instead[0], "text"), LONGEST).rstrip("."))
        elif not view.mapping(report, "profile", "forecast"):  # a naive forecast is one, too
            reasons.append("no model does better than guessing")
    elif view.beats_baseline(report) is False:
        reasons.append(f"{view.judged_on(report)} it cannot be told apart from {view.guess(report)}")
    return reasons


def _early(report: dict[str, Any]) -> list[str]:
    """That the run ended before it was through: the first thing to know, whatever else there is to say."""
    if not report.get("interrupted"):
        return []
    decided_alone = not view.mapping(report, "use")  # and leaves nothing to go on from
    return ["the run was interrupted" if decided_alone else "the run was interrupted and can be resumed"]


def _cares(report: dict[str, Any]) -> list[str]:
    reasons = []
    if view.figure(report, "test", "value") is None:
        reasons.append("it was not measured on a test part")
    elif view.stale(report):
        reasons.append("it was measured on the splits that chose it, which confirm nothing")
    elif view.at(report, "test", "confirms") is None:
        reasons.append(f"figures {view.judged_on(report)} neither confirm nor contradict those of validation")
    warnings = view.found(report, "warning")
    if warnings:
        reasons.append(
            f"{plural(len(warnings), 'warning')} ({short(warnings[0].get('title', ''), LONGEST)})"
            if len(warnings) == 1
            else f"{plural(len(warnings), 'warning')}, the first: {short(warnings[0].get('title', ''), LONGEST)}"
        )
    reasons += [
        short(flag.get("text") or flag.get("code"), LONGEST).rstrip(".")
        for flag in view.listing(report, "decision", "flags")
        if isinstance(flag, dict) and str(flag.get("code")).endswith(WORRYING)
    ]
    if view.at(report, "model", "under_trained") and not any("under-trained" in r for r in reasons):
        reasons.append("the delivered network is under-trained: give it more time")
    return reasons


def _join(reasons: list[str]) -> str:
    return reasons[0] if len(reasons) == 1 else "; ".join(reasons[:2])
