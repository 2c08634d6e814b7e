"""Learning curves: the chart with its bands, what twice the rows would give, and the same figures as a table."""

from __future__ import annotations

from typing import Any

from automl.report import bands, brief, view
from automl.report.bands import Curve, Reading
from automl.report.formats import decimals_for, interval, is_number, number, percent, plural, seconds, signed

PROJECTED = (2.0, 4.0, 10.0)
"""Multiples of the measured rows at which the table gives the projected metric."""


def build(report: dict[str, Any]) -> dict[str, Any] | None:
    """The curves of a decision, or None when there are none."""
    found = view.mapping(report, "decision", "evidence", "curves")
    given, curves = view.mapping(found, "families"), _curves(report)
    if not curves:
        return None
    rows = view.figure(found, "rows")
    crossings = [c for c in view.listing(found, "crossings") if isinstance(c, dict)]
    return {
        "lead": brief.more_data(report),
        "metric": view.metric_name(report),
        "direction": _direction(report),
        "split": plural(round(rows), "row") if rows is not None else "",
        "chart": chart(report),
        "legend": [_legend(curve, given[curve.family]) for curve in curves],
        "crossings": [_told(c) for c in crossings if c.get("sentence") or c.get("family")],
        "table": [row for curve in curves for row in _rows(curve, given[curve.family], rows)],
    }


def chart(report: dict[str, Any], *, height: float = 340, ticks: int = 9) -> str:
    """The learning curves as a chart; '' without curves.

    Args:
        report: what report.json holds.
        height: pixels.
        ticks: most figures below the plot.
    """
    curves = _curves(report)
    if not curves:
        return ""
    found = view.mapping(report, "decision", "evidence", "curves")
    told = "; ".join(bands.outline(curve) for curve in curves)
    return bands.bands(
        curves,
        f"Learning curves, {view.metric_name(report)} by training rows ({_direction(report)}): {told}",
        rows=view.figure(found, "rows"),
        crossings=[x for x in map(_crossing, view.listing(found, "crossings")) if x],
        height=height,
        ticks=ticks,
    )


def _direction(report: dict[str, Any]) -> str:
    return "higher is better" if view.greater_is_better(report) else "lower is better"


def _curves(report: dict[str, Any]) -> list[Curve]:
    """The families that have something to draw, from simple to complex."""
    decision = view.mapping(report, "decision")
    found = view.mapping(decision, "evidence", "curves", "families")
    given = {f: d for f, d in found.items() if isinstance(d, dict)}
    order = view.simple_first(given)
    curves = [_curve(f, given[f], f == decision.get("family")) for f in order]
    return [curve for curve in curves if curve.anchors or curve.band]


def _curve(family: str, data: dict[str, Any], named: bool) -> Curve:
    # A curve that cannot be trusted shows what was measured and nothing beyond it.
    band = [] if data.get("trusted") is False else _readings(data, "band")
    return Curve(family, view.family_name(family), _readings(data, "anchors"), band, named)


def _readings(data: dict[str, Any], key: str) -> list[Reading]:
    found = []
    for given in view.listing(data, key):
        rows, value = view.figure(given, "rows"), view.figure(given, "value")
        if rows is not None and value is not None and rows > 0:
            found.append(Reading(rows, value, view.figure(given, "low"), view.figure(given, "high")))
    return sorted(found, key=lambda reading: reading.rows)


def _crossing(given: dict[str, Any]) -> bands.Crossing | None:
    rows = view.figure(given, "rows")
    if rows is None:
        return None
    family = str(given.get("family"))
    ends = view.figure(given, "low"), view.figure(given, "high")
    return bands.Crossing(family, view.family_name(family), rows, *ends)


def _told(given: dict[str, Any]) -> str:
    """A crossing in words, with its probability unless the sentence gives it."""
    likely = percent(given.get("p_within_4n")) if is_number(given.get("p_within_4n")) else ""
    sentence = str(given.get("sentence") or f"{view.family_name(given.get('family'))}: no crossing is in sight")
    told = not likely or "probability" in sentence
    more = "" if told else f" Probability that it overtakes within 4 times the rows: {likely}."
    return f"{sentence.rstrip('.')}.{more}"


def _legend(curve: Curve, data: dict[str, Any]) -> dict[str, Any]:
    gain = {end: view.figure(data, "doubling", end) for end in ("mean", "low", "high")}
    decimals = decimals_for([(gain["mean"], gain["low"], gain["high"])])
    ends = interval(gain["low"], gain["high"], decimals)
    told = f"{signed(gain['mean'], decimals)}{f' ({ends})' if ends else ''}" if gain["mean"] is not None else ""
    reason = str(data.get("reason") or "the curve could not be fitted")
    if data.get("trusted") is False:
        told = f"not projected: {reason.rstrip('.')}"
    return {"family": curve.family, "name": curve.name, "named": curve.named, "text": told}


def _rows(curve: Curve, data: dict[str, Any], rows: float | None) -> list[dict[str, str]]:
    """Every anchor, then the curve at multiples of the measured rows."""
    took = {view.figure(a, "rows"): view.at(a, "seconds") for a in view.listing(data, "anchors")}
    shown = [(r, "measured", seconds(took.get(r.rows))) for r in curve.anchors]
    if rows is not None and curve.band:
        for times in PROJECTED:
            near = min(curve.band, key=lambda r: abs(r.rows - times * rows))
            if abs(near.rows / (times * rows) - 1) < 0.25:
                shown.append((near, "projected", ""))
    decimals = decimals_for([(r.value, r.low, r.high) for r, _, _ in shown])
    return [
        {
            "family": curve.family,
            "name": curve.name,
            "rows": f"{reading.rows:,.0f}",
            "value": number(reading.value, decimals),
            "interval": interval(reading.low, reading.high, decimals),
            "kind": kind,
            "seconds": fit,
        }
        for reading, kind, fit in shown
    ]
