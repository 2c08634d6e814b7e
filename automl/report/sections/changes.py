"""What would change the verdict, the rules it followed with their thresholds, and what was believed before."""

from __future__ import annotations

import math
from typing import Any

from automl.report import brief, view
from automl.report.formats import is_number, number, percent, short

ODDS = (
    ("trees_over_linear", "trees beat a linear model"),
    ("network_over_linear", "a network beats a linear model"),
    ("network_over_trees", "a network beats trees"),
)
"""The probabilities of the prior, in words."""


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Counterfactuals, rules and the prior; each empty when the run has none."""
    decision = view.mapping(report, "decision")
    return {
        "changes": [
            {
                "title": change.title,
                "sentence": change.sentence,
                "family": change.family if change.changes else "",
                "name": view.family_name(change.family) if change.family else "",
                "changes": change.changes,
                "basis": change.basis,
                "meaning": brief.BASES.get(change.basis, ""),
                "evidence": change.evidence,
            }
            for change in brief.changes(decision)
        ],
        "rules": _rules(decision),
        "prior": prior(decision),
    }


def _rules(decision: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "rule": str(rule.get("rule") or ""),
            "value": _text(rule.get("value")),
            "threshold": _text(rule.get("threshold")),
            "held": rule.get("held") if isinstance(rule.get("held"), bool) else None,
            "source": str(rule.get("source") or ""),
        }
        for rule in view.listing(decision, "evidence", "rules")
        if isinstance(rule, dict)
    ]


def _text(value: Any) -> str:
    return number(value) if value is None or is_number(value) else str(value)


def prior(decision: dict[str, Any]) -> str:
    """What data like this led to expect before anything was measured, in one paragraph; '' without a prior."""
    given = view.mapping(decision, "evidence", "prior")
    odds = [f"{words} with probability {percent(given[key])}" for key, words in ODDS if is_number(given.get(key))]
    if not odds:
        return ""
    text = f"Before anything was measured, data like this led to expect that {_and(odds)}."
    weight = view.figure(given, "weight")
    if weight is not None:
        text += f" This counts with weight {number(weight)} (1 would be in full) beside the measured splits."
    adds = [
        f"times {number(math.exp(value), 1)} for {view.family_name(family)}"
        for family, value in view.mapping(given, "search").items()
        if is_number(value) and value
    ]
    if adds:
        text += f" What a search still adds to a probe moves the odds, beside those of a linear model: {_and(adds)}."
    features = view.mapping(given, "features")
    told = ", ".join(f"{short(name, 40).replace('_', ' ')} {number(v)}" for name, v in features.items() if is_number(v))
    text += f" From: {told}." if told else ""
    return text + (f" Source: {str(given['source']).rstrip('.')}." if given.get("source") else "")


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
