"""What the checks say about the data and the run."""

from __future__ import annotations

from typing import Any

from automl.report import view
from automl.report.formats import plural, short
from automl.report.names import some

LEVELS = (("error", "Error", "Errors"), ("warning", "Warning", "Warnings"), ("note", "Note", "Notes"))
FOLDED = (
    ("passed", "passed", "checked, nothing found"),
    ("not_applicable", "not applicable", "does not apply to this data"),
    ("skipped", "skipped", "not checked"),
)
MOST = 200
"""Findings shown of one group; report.json has them all."""


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Findings by severity, then what passed, did not apply or was skipped."""
    findings = [f for f in view.listing(report, "findings") if isinstance(f, dict)]
    if not findings:
        return {"missing": "No check reported anything in this run."}
    groups = [
        {
            "level": level,
            "name": one if len(rows) == 1 else many,
            "rows": [_row(f) for f in rows[:MOST]],
            "more": len(rows) - MOST,
        }
        for level, one, many in LEVELS
        if (rows := view.found(report, level))
    ]
    folded = [
        {
            "name": name,
            "meaning": meaning,
            "rows": [_row(f) for f in rows[:MOST]],
            "count": len(rows),
            "more": len(rows) - MOST,
        }
        for status, name, meaning in FOLDED
        if (rows := [f for f in findings if f.get("status") == status])
    ]
    return {"lead": _lead(groups), "groups": groups, "folded": folded}


def _lead(groups: list[dict[str, Any]]) -> str:
    counts = [plural(len(g["rows"]) + max(g["more"], 0), g["level"]) for g in groups]
    return (
        f"The checks found {' and '.join(', '.join(counts).rsplit(', ', 1))}."
        if counts
        else "No check found a problem."
    )


def _row(finding: dict[str, Any]) -> dict[str, Any]:
    columns = finding.get("columns") or []
    return {
        "code": finding.get("code", ""),
        "level": finding.get("severity", "note"),
        "title": finding.get("title", ""),
        "columns": some(columns, 6, 48) if isinstance(columns, (list, tuple)) else short(columns),
        "evidence": short(_evidence(finding), 280),
        "action": short(finding.get("action") or "", 400),
    }


def _evidence(finding: dict[str, Any]) -> str:
    """The figures behind a finding; of broken files what the title does not say."""
    evidence = view.mapping(finding, "evidence")
    if finding.get("code") != "AM310":
        return view.evidence_text(evidence)
    reasons = [f"{why}: {plural(count, 'file')}" for why, count in view.mapping(evidence, "reasons").items()]
    gone = ", ".join(map(repr, view.listing(evidence, "classes_lost")))
    lost = [f"no file of {gone} is left"] if gone else []
    return "; ".join([*reasons, *lost, *map(str, view.listing(evidence, "examples"))])
