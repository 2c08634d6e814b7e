"""Whether probabilities come true as often as they say, and whether intervals hold what they promise."""

from __future__ import annotations

from typing import Any

from automl.report import charts, curves, view
from automl.report.formats import decimals_for, interval, is_number, number, percent, plural
from automl.report.names import apart
from automl.report.svg import Scale

CLOSE = 0.05
"""A calibration error up to here misleads few decisions even when it is more than chance."""
MOST_RANGES = 30


def heading(report: dict[str, Any]) -> str:
    """The section's heading."""
    what = "intervals" if view.mapping(report, "shape", "interval") else "probabilities"
    return f"Can the {what} be trusted?"


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Reliability before and after calibration and the threshold; or coverage and width of the intervals."""
    block = view.mapping(report, "shape", "interval")
    if block:
        return {"kind": "interval", "where": _where(report)} | _interval(block)
    block = view.mapping(report, "shape", "calibration")
    if not block:
        return {"missing": "Calibration was not measured in this run."}
    return {"kind": "classes"} | _classes(block, report) | {"named": _threshold(report)}


def _classes(block: dict[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    changed = block.get("kind") not in (None, "none")
    after = _points(view.listing(block, "reliability", "after"))
    before = _points(view.listing(block, "reliability", "before")) if changed else []
    classes = list(view.mapping(report, "profile", "classes"))
    judged = f"“{apart(classes, 40)[1]}”" if len(classes) == 2 else str(block.get("judged") or "")
    return {
        "lead": _lead(view.figure(block, "ece", "after", "value"), view.figure(block, "chance"), _where(report)),
        "where": _where(report),
        "reason": str(block.get("reason") or ""),
        "changed": changed,
        "judged": judged,
        "chart": curves.reliability(after, before, f"Reliability diagram: stated against true share of {judged}")
        if after
        else "",
        "rows": _before_after(block, changed),
        "chance": _points_of(view.figure(block, "chance")),
        "count": plural(int(view.figure(report, "shape", "rows") or 0), "row"),
    }


def _where(report: dict[str, Any]) -> str:
    """The rows that are judged, in words."""
    repeated = view.at(report, "test", "protocol") == "repeated_cv"
    return "the rows of cross-validation" if repeated else "the test part"


def _lead(error: float | None, chance: float | None, where: str) -> str:
    if error is None:
        return ""
    said = f"on {where} stated and true shares differ by {_points_of(error)} on average"
    if chance is None:
        return f"{said[0].upper()}{said[1:]}."
    if error <= chance:
        return f"Yes: {said}, no more than chance alone allows ({_points_of(chance)})."
    if error <= CLOSE:
        return f"Roughly: {said}, just above what chance alone allows ({_points_of(chance)})."
    return f"With care: {said}, above what chance alone allows ({_points_of(chance)})."


def _points_of(share: float | None) -> str:
    """A difference of shares in percentage points."""
    return f"{number(100 * share, 1)} points" if share is not None else ""


def _before_after(block: dict[str, Any], changed: bool) -> list[dict[str, str]]:
    """Calibration error and Brier score, as the model gave them and as delivered."""
    ends = {name: view.mapping(block, "ece", name) for name in ("before", "after")}
    rows = [
        {
            "name": "Calibration error (ECE)",
            "hint": "mean distance of stated and true share",
            **{name: number(found.get("value"), 4) for name, found in ends.items()},
            "interval": interval(ends["after"].get("low"), ends["after"].get("high"), 4),
        },
        {
            "name": "Brier score",
            "hint": "mean squared distance from the truth",
            **{name: number(view.figure(block, "brier", name), 4) for name in ("before", "after")},
            "interval": "",
        },
    ]
    return rows if changed else [{**row, "before": ""} for row in rows]


def _threshold(report: dict[str, Any]) -> dict[str, Any]:
    block = view.mapping(report, "shape", "threshold")
    test = view.mapping(block, "test")
    value, weights = view.figure(block, "value"), view.listing(block, "weights")
    metric = view.METRICS.get(str(view.at(block, "evidence", "metric")), view.metric_name(report))
    tuned = bool(weights) or value not in (None, 0.5)
    figures = [view.figure(test, name) for name in ("default", "tuned")]
    usual = "0.5" if value is not None else "the most probable class"
    classes = list(view.mapping(report, "profile", "classes"))
    return {
        "reason": str(block.get("reason") or ""),
        "test": f"On {_where(report)}: {metric} {number(figures[0])} by {usual}, {number(figures[1])} as delivered."
        if tuned and None not in figures
        else "",
        "label": apart(classes, 40)[1] if len(classes) == 2 else "the second class",
        "table": [
            {
                "threshold": number(row.get("threshold"), 3),
                "used": row.get("threshold") == (0.5 if value is None else value),
                **{name: percent(row.get(name), 1) for name in ("named", "precision", "recall")},
                "f1": number(row.get("f1"), 3),
            }
            for row in view.listing(block, "table")
            if isinstance(row, dict)
        ],
    }


def _interval(block: dict[str, Any]) -> dict[str, Any]:
    level, coverage = view.figure(block, "level") or 0.9, view.figure(block, "coverage", "value")
    low, high = (view.figure(block, "coverage", end) for end in ("low", "high"))
    ranges = [r for r in view.listing(block, "by_range") if isinstance(r, dict)][:MOST_RANGES]
    points = [
        (float(r["prediction"]), float(r["width"]))
        for r in ranges
        if is_number(r.get("prediction")) and is_number(r.get("width"))
    ]
    varies = bool(view.listing(block, "at")) and len(points) > 1
    return {
        "lead": _interval_lead(level, coverage, low, high),
        "reason": str(block.get("reason") or ""),
        "width": f"They are {number(view.figure(block, 'mean_width'))} wide on average.",
        "floor": is_number(block.get("floor")),
        "chart": curves.widths(points, "Mean width of the interval by predicted value") if varies else "",
        "level": percent(level),
        **_ranges(ranges, level),
    }


def _interval_lead(level: float, coverage: float | None, low: float | None, high: float | None) -> str:
    if coverage is None:
        return ""
    ends = interval(None if low is None else 100 * low, None if high is None else 100 * high, 1)
    said = f"the {percent(level)} intervals hold {percent(coverage, 1)} of the targets not learnt from"
    said += f" (95 % interval of that share: {ends} %)" if ends else ""
    if high is not None and high < level:
        return f"With care: {said}, fewer than promised."
    if low is not None and low > level:
        return f"Yes: {said}, more than promised: they are wider than they need be."
    return f"Yes: {said}."


def _ranges(ranges: list[dict[str, Any]], level: float) -> dict[str, Any]:
    """Coverage in ranges of the prediction, on one axis with the level promised."""
    keys = ("coverage", "coverage_low", "coverage_high")
    figures = [tuple(view.figure(r, key) for key in keys) for r in ranges]
    known = [v for row in figures for v in row if v is not None]
    if not known or any(row[0] is None for row in figures):
        return {"ranges": [], "axis": ""}
    scale = Scale.over([*known, level], pad=0.05)
    decimals = decimals_for([(0, 0, view.figure(r, "width")) for r in ranges])
    return {
        "axis": charts.axis(scale, "axis: share of targets inside"),
        "ranges": [
            {
                "range": f"{number(r.get('low'))} to {number(r.get('high'))}",
                "rows": number(r.get("rows")),
                "width": number(r.get("width"), decimals),
                "coverage": percent(value, 1),
                "chart": charts.dot_whisker(
                    scale, float(value or 0), low, high, family="accent", label=percent(value, 1), reference=level
                ),
            }
            for r, (value, low, high) in zip(ranges, figures, strict=True)
        ],
    }


def _points(bins: list[Any]) -> list[curves.Point]:
    keys = ("stated", "true", "low", "high")
    return [
        curves.Point(float(b["stated"]), float(b["true"]), float(b["low"]), float(b["high"]), _count(b))
        for b in bins
        if isinstance(b, dict) and all(is_number(b.get(key)) for key in keys)
    ]


def _count(row: dict[str, Any]) -> int:
    return int(view.figure(row, "rows") or 0)
