"""The first screen: how good, which family, can one rely on it."""

from __future__ import annotations

from typing import Any

from automl.report import charts, reliance, view
from automl.report.formats import DASH, decimals_for, interval, number, percent, plural, seconds, short, size

GUESSING = {True: "always answering with the class shares", False: "always answering with the average"}


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Three sentences, a gauge from guessing to perfection and the key figures."""
    verdict = reliance.judge(report)
    return {
        "name": report.get("name") or "run",
        "question": _question(report),
        "sentences": [
            ("How good", _how_good(report)),
            ("Which model", _which(report)),
            ("Can I rely on it", verdict.sentence),
        ],
        "reliance": verdict,
        "gauge": gauge(report),
        "way": _way(report),
        "facts": _facts(report),
        "created": str(report.get("created") or "")[:16].replace("T", " "),
    }


def _question(report: dict[str, Any]) -> str:
    target = view.at(report, "profile", "target", "value")
    rows = view.at(report, "profile", "rows")
    unit = "image" if view.at(report, "profile", "modality", "value") == "image" else "row"
    kind = {"binary": "one of two classes", "regression": "a number"}.get(view.task(report))
    kind = kind or (f"one of {len(view.mapping(report, 'profile', 'classes'))} classes" if view.task(report) else "")
    what = "the class of an image" if unit == "image" else short(target, 80) if target else ""
    parts = [
        f"Predicts {what}" if what else "",
        kind,
        f"learnt from {plural(rows, unit)}" if isinstance(rows, int) else "",
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
    ends = f" (95 % interval {interval(low, high, decimals)})" if low is not None and high is not None else ""
    baseline = view.figure(report, "test", "baseline", "value")
    guess = GUESSING[view.is_classification(report)]
    against = f"; {guess} gets {number(baseline, decimals)}" if baseline is not None else ""
    return f"{on}, the model gets {view.metric_name(report)} {number(value, decimals)}{ends}{against}."


def _which(report: dict[str, Any]) -> str:
    sentence = view.at(report, "decision", "sentence")
    if sentence:
        return str(sentence)
    family = view.delivered(report)
    return f"The model is a {view.family_name(family)}." if family else "No model family was named."


def gauge(report: dict[str, Any]) -> str:
    """The chart from guessing to perfection; '' without the figures for it."""
    value, low, high = view.test_interval(report)
    baseline = view.figure(report, "test", "baseline", "value")
    if value is None or baseline is None or baseline == view.perfect(report):
        return ""
    decimals = decimals_for([(value, low, high)])
    label = f"{view.metric_name(report)}: guessing {number(baseline, decimals)}, model {number(value, decimals)}"
    ends = interval(low, high, decimals)
    label += f" (95 % interval {ends})" if ends else ""
    return charts.gauge(
        value, low, high, baseline, view.perfect(report), family=view.delivered(report), label=label, decimals=decimals
    )


def _way(report: dict[str, Any]) -> str:
    share = view.progress(report)
    if share is None:
        return ""
    if share <= 0:
        return "no better than guessing"
    return f"{percent(share)} of the way from guessing to perfect"


def _facts(report: dict[str, Any]) -> list[dict[str, str]]:
    family = view.delivered(report)
    p = view.figure(report, "decision", "probabilities", str(view.at(report, "decision", "family")))
    used, limit = view.figure(report, "budget", "used"), view.figure(report, "budget", "seconds")
    sure = "probability that it is the simplest good enough"
    sure += ", of those tried" if view.untried(report.get("decision")) else ""
    direction = "higher is better" if view.greater_is_better(report) else "lower is better"
    facts = [
        ("Model", view.family_name(family), size(view.at(report, "model", "size_bytes"))),
        ("Sure of the family", percent(p), sure),
        ("Metric", view.metric_name(report), direction),
        ("Time", seconds(used), f"of {seconds(limit)} allowed" if limit else "trials counted, not seconds"),
    ]
    return [{"name": n, "value": v, "note": note} for n, v, note in facts if v not in {"", DASH}]
