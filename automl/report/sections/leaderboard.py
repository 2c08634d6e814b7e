"""Every candidate with its interval and its paired difference to the best."""

from __future__ import annotations

from typing import Any

from automl.report import charts, view
from automl.report.formats import DASH, decimals_for, interval, number, plural, seconds, short, signed, size
from automl.report.svg import Scale

MOST = 40
"""Candidates shown; the rest stands in leaderboard.csv."""


def build(report: dict[str, Any]) -> dict[str, Any]:
    """One row a candidate, best by validation first, on a common axis."""
    rows = [r for r in view.listing(report, "leaderboard") if isinstance(r, dict)]
    if not rows:
        return {"missing": "No candidate was trained in this run."}
    good = [r for r in rows if view.figure(r, "validation", "value") is not None]
    shown = _shown(good)
    decimals = decimals_for(_triple(r, "validation") for r in shown if r.get("family") != "baseline")
    apart = decimals_for(_triple(r, "difference") for r in shown if r.get("family") != "baseline")
    scale = _scale(shown)
    judged = {r.get("splits") for r in shown if r.get("splits")}
    has_test = any(view.figure(r, "test", "value") is not None for r in shown)
    return {
        "lead": _lead(shown, report),
        "metric": view.metric_name(report),
        "direction": "higher is better" if view.greater_is_better(report) else "lower is better",
        "rows": [_row(r, i + 1, scale, decimals, apart) for i, r in enumerate(shown)],
        "axis": charts.axis(scale, "axis: difference to the best"),
        "has_test": has_test,
        "has_splits": len(judged) > 1,
        "more": len(good) - len(shown),
        "failed": [_failed(r) for r in rows if r.get("status") in ("failed", "pruned")][:MOST],
    }


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first rows, and of the rest those a reader looks for: the delivered one and the baseline."""
    return rows[:MOST] + [r for r in rows[MOST:] if r.get("delivered") or r.get("family") == "baseline"]


def _triple(row: dict[str, Any], key: str) -> tuple[float | None, float | None, float | None]:
    return view.figure(row, key, "value"), view.figure(row, key, "low"), view.figure(row, key, "high")


def _lead(rows: list[dict[str, Any]], report: dict[str, Any]) -> str:
    inside, known = 0, True
    for row in rows[1:]:
        _, low, high = _triple(row, "difference")
        known = known and low is not None and high is not None
        inside += low is not None and high is not None and low <= 0 <= high
    many = plural(len(view.listing(report, "leaderboard")), "candidate")
    if len(rows) < 2:
        return f"{many}; nothing to compare it with."
    if not inside and not known:
        return f"{many}; whether the best is ahead by more than chance was not measured for all of them."
    if not inside:
        return f"{many}; the best is ahead of every other by more than chance."
    others = "other is" if inside == 1 else "others are"
    return f"{many}; {inside:,} {others} within chance of the best (the interval of the difference contains zero)."


def _scale(rows: list[dict[str, Any]]) -> Scale:
    """Differences of the candidates that are near; the far ones get an arrow at the edge."""
    ends = [[v for v in _triple(r, "difference") if v is not None] for r in rows]
    widest = sorted(max((abs(v) for v in e), default=0.0) for e in ends)
    limit = 4 * widest[len(widest) // 2] if widest and widest[len(widest) // 2] > 0 else float("inf")
    near = [v for e in ends for v in e if abs(v) <= limit]
    return Scale.over([0.0, *near], pad=0.06)


def _row(row: dict[str, Any], rank: int, scale: Scale, decimals: int | None, apart: int | None) -> dict[str, Any]:
    family = str(row.get("family", ""))
    value, low, high = _triple(row, "validation")
    difference, d_low, d_high = _triple(row, "difference")
    test, t_low, t_high = _triple(row, "test")
    said = f"{signed(difference, apart)} to the best" + (
        f" ({interval(d_low, d_high, apart)})" if d_low is not None else ""
    )
    return {
        "rank": rank,
        "candidate": short(row.get("candidate", ""), 40),
        "family": family,
        "configuration": short(row.get("configuration") or "", 60),
        "best": bool(row.get("best")),
        "delivered": bool(row.get("delivered")),
        "value": number(value, decimals),
        "raw": value,
        "interval": interval(low, high, decimals),
        "splits": row.get("splits") or DASH,
        "difference": "best" if row.get("best") else signed(difference, apart),
        "difference_interval": interval(d_low, d_high, apart) if not row.get("best") else "",
        "chart": charts.dot_whisker(
            scale,
            difference if difference is not None else 0.0,
            d_low,
            d_high,
            family=family,
            label=said,
            reference=0.0,
        )
        if difference is not None
        else "",
        "test": number(test, decimals) if test is not None else "",
        "test_interval": interval(t_low, t_high, decimals),
        "seconds": seconds(row.get("fit_seconds")),
        "raw_seconds": row.get("fit_seconds"),
        "latency": seconds((view.figure(row, "predict_ms_per_1000") or 0) / 1e3)
        if row.get("predict_ms_per_1000")
        else DASH,
        "raw_latency": row.get("predict_ms_per_1000"),
        "size": size(row.get("size_bytes")),
        "raw_size": row.get("size_bytes"),
    }


def _failed(row: dict[str, Any]) -> dict[str, str]:
    return {
        "candidate": short(row.get("candidate", ""), 40),
        "reason": short(row.get("reason") or "no reason given", 200),
    }
