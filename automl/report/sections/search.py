"""What the search tried and what it brought."""

from __future__ import annotations

from typing import Any

from automl.report import plots, view
from automl.report.formats import number, plural, seconds, short

MOST = 100


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Trials over time with the best so far, and the table of trials."""
    search = view.mapping(report, "search")
    trials = [t for t in view.listing(search, "trials") if isinstance(t, dict)]
    if not trials:
        why = search.get("stopped") if search else None
        return {
            "missing": f"No trials were run: {why}."
            if why
            else "No search was run: the budget left no time, or none was needed."
        }
    return {
        "lead": _lead(search, trials, report),
        "chart": _chart(search, trials, report),
        "over": "seconds since the start" if _timed(trials) else "trials in their order",
        "metric": view.metric_name(report),
        "direction": "higher is better" if view.greater_is_better(report) else "lower is better",
        "trials": [_row(t) for t in trials[:MOST]],
        "more": len(trials) - MOST,
        "has_reason": any(t.get("reason") for t in trials[:MOST]),
    }


def _lead(search: dict[str, Any], trials: list[dict[str, Any]], report: dict[str, Any]) -> str:
    tried, failed = search.get("tried", len(trials)), search.get("failed", 0)
    oracle = f", proposed by {search['oracle']}" if search.get("oracle") else ""
    stopped = f" It ended: {str(search['stopped']).rstrip('.')}." if search.get("stopped") else ""
    lost = f", {number(failed)} failed" if failed else ""
    lost += f", {number(search['pruned'])} given up early" if search.get("pruned") else ""
    gain = _gain(trials, report)
    return f"{plural(int(tried or 0), 'trial')} of the {_searched(search)}{oracle}{lost}.{gain}{stopped}"


def _searched(search: dict[str, Any]) -> str:
    """The families searched, in words."""
    return ", ".join(view.family_name(family) for family in str(search.get("family") or "").split(", "))


def _gain(trials: list[dict[str, Any]], report: dict[str, Any]) -> str:
    values = [v for t in trials if (v := _value(t)) is not None]
    if len(values) < 2:
        return ""
    best = max(values) if view.greater_is_better(report) else min(values)
    if best == values[0]:
        return f" None beat the first, the tuned default ({number(best)})."
    return f" From {number(values[0])} with the first to {number(best)} with the best."


def _value(trial: dict[str, Any]) -> float | None:
    return view.figure(trial, "value") if trial.get("status") == "ok" else None


def _timed(trials: list[dict[str, Any]]) -> bool:
    """True when every trial says when it started; otherwise they are drawn in their order."""
    return all(view.figure(trial, "started") is not None for trial in trials)


def _chart(search: dict[str, Any], trials: list[dict[str, Any]], report: dict[str, Any]) -> str:
    family, timed = str(search.get("family") or ""), _timed(trials)
    points, start = [], 0.0
    for i, trial in enumerate(trials):
        value = _value(trial)
        end = (view.figure(trial, "started") or 0.0) + (view.figure(trial, "seconds") or 0.0) if timed else i + 1.0
        if value is not None:
            points.append((end, value, str(trial.get("family") or family)))
    if len(points) < 2:
        return ""
    if timed:
        start = min(view.figure(trial, "started") or 0.0 for trial in trials)
    label = f"{plural(len(points), 'trial')} with the best {view.metric_name(report)} so far as a line"
    return plots.step_line(sorted(points), label, start=start, greater_is_better=view.greater_is_better(report))


def _row(trial: dict[str, Any]) -> dict[str, Any]:
    params = view.mapping(trial, "params")
    setting = ", ".join(f"{k} {number(v)}" for k, v in params.items()) or str(trial.get("configuration") or "")
    return {
        "number": number(trial.get("number")),
        "raw": view.figure(trial, "value"),
        "value": number(view.figure(trial, "value")),
        "seconds": seconds(trial.get("seconds")),
        "raw_seconds": trial.get("seconds"),
        "status": trial.get("status", ""),
        "setting": short(setting, 160),
        "reason": short(trial.get("reason") or "", 120),
    }
