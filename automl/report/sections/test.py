"""How good the model is on rows it had not seen: a test part, or for small data those of fresh splits."""

from __future__ import annotations

from typing import Any

from automl.report import charts, view
from automl.report.formats import decimals_for, interval, number, plural
from automl.report.svg import Scale

PROTOCOLS = {
    "holdout": "One part of the data, set aside before anything was decided and opened once at the end.",
    "repeated_cv": "The data has too few rows for a part of its own: repeated cross-validation "
    "predicts every row by models that had not seen it.",
}


def build(report: dict[str, Any]) -> dict[str, Any]:
    """The headline metric, all metrics, the protocol and whether the test confirms the validation."""
    value, low, high = view.test_interval(report)
    if value is None:
        return {"missing": "The run has no test figures: it stopped before the test part was opened, or had none."}
    decimals = decimals_for([(value, low, high)])
    confirms = view.at(report, "test", "confirms")
    headline = f"{view.metric_name(report)} {number(value, decimals)}"
    ends = interval(low, high, decimals)
    return {
        "lead": view.at(report, "test", "statement") or f"{headline}{f' (95 % interval {ends})' if ends else ''}.",
        "headline": number(value, decimals),
        "interval": ends,
        "metric": view.metric_name(report),
        "promise": promise(report, decimals),
        "rows": plural(int(view.figure(report, "test", "rows") or 0), "row")
        if view.figure(report, "test", "rows")
        else "",
        "protocol": PROTOCOLS.get(
            str(view.at(report, "test", "protocol")), str(view.at(report, "test", "protocol") or "")
        ),
        "confirms": confirms,
        "metrics": [
            {
                "name": view.METRICS.get(k, k),
                "value": number(v),
                "better": "lower" if k in view.COSTLY else "higher",
                "headline": k == view.at(report, "test", "metric"),
            }
            for k, v in view.mapping(report, "test", "metrics").items()
        ],
        "before_refit": str(view.at(report, "model", "trained_on") or "").endswith("all rows")
        and view.at(report, "test", "protocol") == "holdout",
    }


def promise(report: dict[str, Any], decimals: int | None) -> dict[str, Any] | None:
    """What validation promised for the delivered model beside what the test measured, on one axis."""
    rows: list[tuple[str, str, float, float | None, float | None, bool]] = []
    for row in view.listing(report, "leaderboard"):
        promised = view.figure(row, "validation", "value")
        if view.at(row, "delivered") and promised is not None:
            ends = view.figure(row, "validation", "low"), view.figure(row, "validation", "high")
            rows.append(("promised by validation", view.delivered(report), promised, *ends, True))
    value, low, high = view.test_interval(report)
    if value is None or not rows:
        return None
    rows = [*rows[:1], (f"measured {view.judged_on(report)}", view.delivered(report), value, low, high, False)]
    scale = Scale.over([v for r in rows for v in r[2:5] if v is not None], pad=0.08)
    baseline = view.figure(report, "test", "baseline", "value")
    if baseline is not None:
        rows.append((view.guess(report), "baseline", baseline, None, None, False))
    return {
        "rows": [
            {
                "name": name,
                "value": number(v, decimals),
                "interval": interval(a, b, decimals),
                "chart": charts.dot_whisker(
                    scale, v, a, b, family=family, label=f"{name}: {number(v, decimals)}", hollow=hollow
                ),
            }
            for name, family, v, a, b, hollow in rows
        ],
        "axis": charts.axis(scale, f"axis: {view.metric_name(report)}"),
    }
