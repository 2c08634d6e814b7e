"""The first screen: which family, how sure, how good, and what would change it."""

from __future__ import annotations

from typing import Any

from automl.report import brief, charts, reliance, view
from automl.report.formats import decimals_for, interval, number, percent, plural, seconds, short
from automl.report.sections import costs, curves
from automl.report.sections.verdict import legend, probability_bar, probes, with_unmeasured

GUESSING = {True: "always answering with the class shares", False: "always answering with the average"}
SHOWN = 3
"""Counterfactuals on the first screen; the section has them all."""


def build(report: dict[str, Any]) -> dict[str, Any]:
    """The verdict as a headline, how sure it is, the probes, and one line each for what a decision needs."""
    decision = view.mapping(report, "decision")
    head, rest = brief.headline(decision)
    verdict = reliance.judge(report)
    built = not brief.decided_only(report)
    drawn = curves.chart(report, height=230, ticks=5)
    return {
        "name": report.get("name") or "run",
        "headline": head or (report.get("name") or "run" if decision else "No model family was named"),
        "rest": " ".join(part for part in (rest, brief.tie(decision, report), brief.doubt(report)) if part),
        "question": _question(report),
        "bar": probability_bar(decision),
        "legend": legend(decision),
        "probes": with_unmeasured(probes(view.standing(decision), report, str(decision.get("family"))), report),
        # For the card of a notebook, which has no room for the lines of the page.
        "sentences": [
            ("How good", _how_good(report)),
            ("Which model", _which(report)),
            ("Can I rely on it", verdict.sentence),
        ],
        "good": _how_good(report) if built else "",
        "reliance": verdict if built else None,
        "next": "" if built else brief.fit_command(report),
        "more": brief.more_data(report),
        "changes": [
            {"title": c.title, "sentence": c.sentence, "family": c.family, "name": view.family_name(c.family, report)}
            for c in brief.changes(decision)
            if c.changes
        ][:SHOWN],
        "unmoved": brief.unmoved(decision),
        "cost": _cost(report),
        "anchors": {"curves": bool(drawn), "costs": costs.build(report) is not None},
        "curves": drawn,
        # One picture beside the probes: the figure of the gauge stands in a sentence, too.
        "gauge": "" if drawn else gauge(report),
        "on": view.judged_on(report).capitalize(),
        "way": _way(report),
        "created": str(report.get("created") or "")[:16].replace("T", " "),
    }


def _question(report: dict[str, Any]) -> str:
    target = view.at(report, "profile", "target", "value")
    rows = view.at(report, "profile", "rows")
    unit = view.unit(report)
    folders = bool(view.mapping(report, "profile", "media")) and target == "folder"
    kind = {"binary": "one of two classes", "regression": "a number"}.get(view.task(report))
    kind = kind or (f"one of {len(view.mapping(report, 'profile', 'classes'))} classes" if view.task(report) else "")
    what = f"the class of {'an' if unit[0][0] in 'aeiou' else 'a'} {unit[0]}" if folders else short(target or "", 80)
    learnt = "" if brief.decided_only(report) else "learnt from "
    told = view.mapping(report, "profile", "forecast")
    if told:
        kind = f"{plural(told['horizon'], 'step')} ahead, a step every {told['unit']}"
    parts = [
        f"{'Forecasts' if told else 'Predicts'} {what}" if what else "",
        kind,
        f"{learnt}{plural(rows, *unit)}" if isinstance(rows, int) else "",
    ]
    return ", ".join(part for part in parts if part)


def _how_good(report: dict[str, Any]) -> str:
    value, low, high = view.test_interval(report)
    if value is None:
        return "How good the model is was not measured: this run has no test part."
    decimals = decimals_for([(value, low, high)])
    rows = view.at(report, "test", "rows")
    on = f"On {plural(rows, 'row')} it had not seen" if isinstance(rows, int) else "On data it had not seen"
    if view.at(report, "test", "protocol") == "repeated_cv":
        on = (
            f"In repeated cross-validation over {plural(rows, 'row')}"
            if isinstance(rows, int)
            else "In cross-validation"
        )
    ends = interval(low, high, decimals)
    ends = f" (95 % interval {ends})" if ends else ""
    baseline = view.figure(report, "test", "baseline", "value")
    guess = GUESSING[view.is_classification(report)]
    if naive := view.at(report, "profile", "forecast", "baseline"):
        guess = f"the baseline ({naive})"
    against = f"; {guess} gets {number(baseline, decimals)}" if baseline is not None else ""
    return f"{on}, the model gets {view.metric_name(report)} {number(value, decimals)}{ends}{against}."


def _which(report: dict[str, Any]) -> str:
    family = view.delivered(report)
    told = f"The model is a {view.family_name(family)}." if family else "No model family was named."
    return str(view.at(report, "decision", "sentence") or told)


def gauge(report: dict[str, Any]) -> str:
    """The chart from guessing to perfection; '' without the figures for it."""
    value, low, high = view.test_interval(report)
    baseline = view.figure(report, "test", "baseline", "value")
    if value is None or baseline is None or baseline == view.perfect(report):
        return ""
    decimals = decimals_for([(value, low, high)])
    label = f"{view.metric_name(report)}: {view.guess(report)} {number(baseline, decimals)}"
    label += f", model {number(value, decimals)}"
    ends = interval(low, high, decimals)
    label += f" (95 % interval {ends})" if ends else ""
    return charts.gauge(
        value, low, high, baseline, view.perfect(report), family=view.delivered(report), label=label, decimals=decimals,
        guess=view.guess(report),
    )  # fmt: skip


def _way(report: dict[str, Any]) -> str:
    share = view.progress(report)
    if share is None:
        return ""
    if share <= 0:
        return f"no better than {view.guess(report)}"
    return f"{percent(share)} of the way from {view.guess(report)} to perfect"


def _cost(report: dict[str, Any]) -> str:
    """What the delivered model costs, or without one the verdict's family, and what the run took."""
    used, limit = view.figure(report, "budget", "used"), view.figure(report, "budget", "seconds")
    run = f"This run took {seconds(used)}{f' of {seconds(limit)}' if limit else ''}." if used is not None else ""
    family = view.family_name(brief.told_of(report)).removesuffix(" (no inputs)")
    told = brief.cost(report)
    parts = (f"{family[:1].upper()}{family[1:]}: {told}." if told else "", run)
    return " ".join(part for part in parts if part)
