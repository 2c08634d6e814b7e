"""Which inputs the model leans on."""

from __future__ import annotations

from typing import Any

from automl.report import charts, view
from automl.report.formats import decimals_for, interval, number, percent, plural, short
from automl.report.svg import Scale

MOST = 20


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Bars of the loss added when a column is shuffled, with intervals; the rest in one sentence."""
    given = [c for c in view.listing(report, "importance", "columns") if isinstance(c, dict)]
    rows = sorted((c for c in given if view.figure(c, "value") is not None), key=lambda c: -float(c["value"]))
    if not rows:
        kind = view.at(report, "profile", "modality", "value")
        return {
            "missing": f"Columns do not exist in {kind} data."
            if kind in ("image", "audio")
            else "Not measured in this run, for lack of time or of columns."
        }
    shown, rest = rows[:MOST], rows[MOST:]
    scale = Scale.over([0.0, *(v for c in shown for v in _triple(c) if v is not None)], pad=0.02)
    decimals = decimals_for(_triple(c) for c in shown[:5])
    return {
        "lead": _lead(rows),
        "method": _method(report),
        "rows": [_row(c, scale, decimals) for c in shown],
        "axis": charts.axis(scale, "axis: loss added"),
        "rest": _rest(rest, decimals),
    }


def _rest(columns: list[dict[str, Any]], decimals: int | None) -> str:
    added = number(sum(float(c["value"]) for c in columns), decimals)
    return f"{plural(len(columns), 'further input')} together: {added}." if columns else ""


def _triple(column: dict[str, Any]) -> tuple[float | None, float | None, float | None]:
    return view.figure(column, "value"), view.figure(column, "low"), view.figure(column, "high")


def _lead(rows: list[dict[str, Any]]) -> str:
    positive = [max(float(c["value"]), 0.0) for c in rows]
    total = sum(positive)
    if total <= 0:
        return "No single column matters on its own."
    top = [short(c["column"], 40) for c in rows[:3]]
    names = " and ".join([", ".join(top[:-1]), top[-1]]) if len(top) > 1 else top[0]
    verb = "carries" if len(top) == 1 else "carry"
    return f"{names} {verb} {percent(sum(positive[:3]) / total)} of what the inputs add one by one."


def _method(report: dict[str, Any]) -> str:
    rows, repeats = view.figure(report, "importance", "rows"), view.figure(report, "importance", "repeats")
    method = str(view.at(report, "importance", "method") or "permutation")
    # A run says it in a sentence; a bare name is completed here.
    said = method if " " in method else f"Loss added when the column is shuffled ({method})"
    said += f", {plural(int(rows), 'row')}" if rows and "rows" not in method else ""
    said += f", {plural(int(repeats), 'shuffle')} each" if repeats else ""
    return f"{said}. Inputs that say the same thing share their weight."


def _row(column: dict[str, Any], scale: Scale, decimals: int | None) -> dict[str, Any]:
    value, low, high = _triple(column)
    name, ends = short(column.get("column", ""), 80), interval(low, high, decimals)
    label = f"{name}: {number(value, decimals)}" + (f", 95 % interval {ends}" if ends else "")
    return {
        "column": name,
        "value": number(value, decimals),
        "interval": ends,
        "none": low is not None and low <= 0,
        "chart": charts.bar(scale, value or 0.0, low, high, label=label),
    }
