"""What is forecast, from what, and one series of the test part over time."""

from __future__ import annotations

from typing import Any

from automl.report import view
from automl.report.formats import is_number, number, plural, short
from automl.report.timeline import timeline


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Horizon, spacing, season and scale with their reasons, and the chart."""
    told = view.mapping(report, "profile", "forecast")
    if not told:
        return {"missing": "Nothing was forecast in this run."}
    steps = plural(int(told.get("horizon") or 0), "step")
    target = short(view.at(report, "profile", "target", "value") or "the target", 80)
    known = [str(name) for name in view.listing(told, "known")]
    series = told.get("series")
    several = f" in {series:,} series" if isinstance(series, int) and series > 1 else ""
    return {
        "lead": f"{target} is forecast {steps} ahead{several}, a step every {told.get('unit')}: every row from what is "
        f"known {steps} before it.",
        "facts": [
            ("Spacing", str(view.at(told, "spacing", "reason") or "")),
            ("Season", str(view.at(told, "season", "reason") or "")),
            ("To beat", str(told.get("baseline") or "")),
            ("Learnt at first", str(view.at(told, "scale", "reason") or "")),
            ("Known in advance", ", ".join(short(name, 40) for name in known) or "nothing but the calendar"),
        ],
        "note": f"Every figure of this report is for forecasts {steps} ahead. Nearer steps are forecast from the same "
        "inputs, so they are no worse.",
        "chart": chart(report),
        "name": str(view.at(report, "forecast", "name") or ""),
    }


def chart(report: dict[str, Any]) -> str:
    """The test part of one series; '' without it."""
    block = view.mapping(report, "forecast")
    times, lines = view.listing(block, "time"), [view.listing(block, k) for k in ("target", "prediction")]
    ends = [view.listing(block, k) for k in ("lower", "upper")]
    if len(times) < 2 or any(len(values) != len(times) or not all(map(is_number, values)) for values in lines):
        return ""
    band = ends if all(len(values) == len(times) and all(map(is_number, values)) for values in ends) else None
    first, last = (f"{t:g}" if is_number(t) else str(t) for t in (times[0], times[-1]))
    label = f"actual and forecast from {first} to {last}; the last: {number(lines[0][-1])} and {number(lines[1][-1])}"
    return timeline([f"{t:g}" if is_number(t) else str(t) for t in times], lines[0], lines[1], band, label)
