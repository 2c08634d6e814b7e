"""What each family costs: fitting, predicting, size and energy, against the limits that were set."""

from __future__ import annotations

from typing import Any

from automl.report import view
from automl.report.brief import duration
from automl.report.formats import DASH, is_number, seconds, size
from automl.units import memory

COLUMNS = (
    ("fit_seconds", "One fit"),
    ("fit_seconds_10x", "Fit at 10 times the rows"),
    ("predict_one_seconds", "Predict one row"),
    ("predict_many_seconds", "Predict {rows} rows"),
    ("bytes", "Size"),
    ("memory_bytes", "Memory"),
    ("joules", "Energy of a fit"),
)
"""Keys of a family's costs and the headings of their columns; a column without figures is left out."""
LIMITED = {"predict_one_seconds": "latency_seconds", "bytes": "size_bytes"}
"""Costs on which the user may set a limit, and its key."""


def build(report: dict[str, Any]) -> dict[str, Any] | None:
    """The table of costs, or None when nothing was measured."""
    costs = view.mapping(report, "decision", "evidence", "costs")
    given = {f: d for f, d in view.mapping(costs, "families").items() if isinstance(d, dict)}
    order = view.simple_first(given)
    keys = [key for key, _ in COLUMNS if any(is_number(given[f].get(key)) for f in order)]
    if not keys:
        return None
    many = next((d["many_rows"] for d in given.values() if is_number(d.get("many_rows"))), 10_000)
    headings = {key: heading.format(rows=f"{many:,.0f}") for key, heading in COLUMNS}
    limits = {key: view.figure(costs, "limits", limit) for key, limit in LIMITED.items()}
    return {
        "headings": [headings[key] for key in keys],
        "rows": [
            {
                "family": family,
                "name": view.family_name(family, report),
                "named": family == view.at(report, "decision", "family"),
                "cells": [_cell(key, given[family].get(key), limits.get(key)) for key in keys],
            }
            for family in order
        ],
        "limits": _limits(limits),
        "energy": str(costs.get("energy_source") or "") if "joules" in keys else "",
        "gpu": str(view.at(costs, "gpu", "sentence") or ""),
    }


def _cell(key: str, value: Any, limit: float | None) -> dict[str, Any]:
    return {"text": shown(key, value), "over": limit is not None and is_number(value) and value > limit}


def shown(key: str, value: Any) -> str:
    """A cost in its unit; a dash when it was not measured."""
    if not is_number(value):
        return DASH
    if key == "memory_bytes":
        return memory(value)
    if key == "bytes":
        return size(value)
    return energy(value) if key == "joules" else duration(value)


def energy(joules: float) -> str:
    """Energy in joules, from 10 kJ on in watt-hours: '320 J', '4.2 Wh'."""
    if joules >= 10_000:
        return f"{joules / 3600:,.1f} Wh"
    return f"{joules:,.0f} J" if joules >= 9.95 else f"{joules:.2g} J"


def _limits(limits: dict[str, float | None]) -> str:
    latency, weight = limits["predict_one_seconds"], limits["bytes"]
    parts = [
        f"at most {seconds(latency)} for one row" if latency is not None else "",
        f"at most {size(weight)}" if weight is not None else "",
    ]
    told = " and ".join(part for part in parts if part)
    return f"Limits given: {told}." if told else ""
