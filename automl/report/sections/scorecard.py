"""The model itself, when it is a sum over columns: what each value adds."""

from __future__ import annotations

from typing import Any

from automl.report import charts, view
from automl.report.formats import number, plural, short, signed
from automl.report.names import apart, some
from automl.report.svg import Scale

MOST_BARS = 15
MEANINGS = {
    "identity": "The prediction is the sum of the points below, in the unit of the target.",
    "log": "The points below are added up; the prediction grows with the exponential of their sum.",
    "softmax": "Each class has a card; the class with the largest sum of points is predicted, and the probabilities "
    "are the shares of the exponentials of the sums.",
}


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Bars of how far each column can move the sum, and the points of every value, folded."""
    given = view.mapping(report, "scorecard")
    cards = [card for card in view.listing(given, "cards") if isinstance(card, dict)]
    if not cards:
        return {"missing": "The delivered model cannot be printed as a sum over columns."}
    labels = [card.get("label") or "" for card in cards]
    return {
        "lead": _lead(given),
        "files": _files(given),
        "cards": [_card(card, name) for card, name in zip(cards, apart(labels, 60), strict=True)],
        "several": len(cards) > 1,
        "more": int(view.figure(given, "more") or 0),
    }


def _lead(given: dict[str, Any]) -> str:
    link, classes = str(given.get("link")), view.listing(given, "classes")
    if link != "logit":
        return MEANINGS.get(link, MEANINGS["identity"])
    label = apart(classes, 40)[-1] if classes else "the second class"
    return (
        f"The points below add up to the log odds of {label}: a sum of 0 means 50 %, and each point more multiplies "
        "the odds by 2.7."
    )


def _files(given: dict[str, Any]) -> str:
    parts = view.listing(given, "no_sql")
    text = "The whole model is in scorecard.csv"
    if "model.sql" in view.listing(given, "files"):
        return f"{text}; model.sql gives the same predictions inside a database."
    why = f": SQL cannot make the parts of {some(parts)}" if parts else ""
    return f"{text}. There is no model.sql{why}."


def _card(card: dict[str, Any], name: str) -> dict[str, Any]:
    terms = [term for term in view.listing(card, "terms") if isinstance(term, dict)]
    scale = Scale.over([0.0, *(view.figure(term, "spread") or 0.0 for term in terms)], pad=0.02)
    return {
        "label": name,
        "intercept": number(view.figure(card, "intercept")),
        "bars": [_bar(term, scale) for term in terms[:MOST_BARS]],
        "axis": charts.axis(scale, "axis: largest minus smallest points"),
        "terms": [_term(term) for term in terms],
        "count": plural(len(terms), "column or part of one", "columns and parts"),
        "more": int(view.figure(card, "more") or 0),
    }


def _name(term: dict[str, Any]) -> str:
    part = str(term.get("part") or "")
    return short(f"{term.get('column', '')}{': ' if part else ''}{part}", 80)


def _bar(term: dict[str, Any], scale: Scale) -> dict[str, Any]:
    spread, name = view.figure(term, "spread") or 0.0, _name(term)
    chart = charts.bar(scale, spread, None, None, label=f"{name}: {number(spread)}")
    return {"name": name, "chart": chart, "spread": number(spread)}


def _term(term: dict[str, Any]) -> dict[str, Any]:
    rows = [row for row in view.listing(term, "rows") if isinstance(row, dict)]
    if term.get("kind") == "number":
        lines = [(_interval(row), _points(row)) for row in rows]
    else:
        names = apart((row.get("level", "") for row in rows), 60)
        lines = [(name, signed(view.figure(row, "points"))) for name, row in zip(names, rows, strict=True)]
    lines.append(("missing or unseen", signed(view.figure(term, "missing"))))
    return {"name": _name(term), "lines": lines, "more": int(view.figure(term, "more") or 0)}


def _interval(row: dict[str, Any]) -> str:
    low, high = view.figure(row, "low"), view.figure(row, "high")
    if low is None:
        return "any number" if high is None else f"below {number(high)}"
    return f"{number(low)} and more" if high is None else f"{number(low)} to below {number(high)}"


def _points(row: dict[str, Any]) -> str:
    """A step, a line by its slope, or a curve by its two ends."""
    points, slope, end = (view.figure(row, key) for key in ("points", "slope", "end"))
    if slope is None:
        return signed(points)
    if end is not None:
        return f"{signed(points)} to {signed(end)}{', a curve' if row.get('curved') else ''}"
    return f"{signed(points)} at {number(view.figure(row, 'origin'))}, {signed(slope)} for each 1 more"
