"""The record: what is needed to repeat the run or to audit it."""

from __future__ import annotations

from typing import Any

from automl.report import charts, view
from automl.report.formats import is_number, percent, seconds, short
from automl.report.names import some
from automl.units import memory

STAGE_TONES = ("accent", "fill", "trees", "network", "muted", "linear", "baseline", "good")


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Budget, choices made automatically, environment, command and seed."""
    environment = view.mapping(report, "environment")
    return {
        "lead": str(environment.get("statement") or ""),
        "command": str(report.get("command") or ""),
        "facts": _facts(report, environment),
        "packages": [(short(k, 40), short(v, 40)) for k, v in view.mapping(environment, "packages").items()],
        "budget": _budget(view.mapping(report, "budget")),
        "choices": choices(report),
    }


def _facts(report: dict[str, Any], environment: dict[str, Any]) -> list[tuple[str, str]]:
    told = {
        "Run": report.get("name"),
        "Created (UTC)": report.get("created"),
        "automl": report.get("automl"),
        "Seed": None if report.get("seed") is None else str(report["seed"]),
        "Python": environment.get("python"),
        "Platform": environment.get("platform"),
        "Processors": environment.get("processors"),
        "Memory": memory(environment["memory_bytes"]) if environment.get("memory_bytes") else None,
        "GPUs": _gpus(environment.get("gpus")),
        "Repeatable": _repeatable(environment.get("deterministic")),
    }
    return [(name, short(value, 160)) for name, value in told.items() if value not in (None, "")]


def _gpus(gpus: Any) -> str | None:
    if not isinstance(gpus, list):
        return None
    return some([gpu.get("name", gpu) if isinstance(gpu, dict) else gpu for gpu in gpus], 8, 40) or "none"


def _repeatable(deterministic: Any) -> str | None:
    if not isinstance(deterministic, bool):
        return None
    return "yes, on this machine" if deterministic else "no, sizes followed the clock"


def _budget(budget: dict[str, Any]) -> dict[str, Any] | None:
    """Where the time went: stages, then what was not used."""
    stages = [(str(k), float(v)) for k, v in view.mapping(budget, "stages").items() if is_number(v) and v > 0]
    if not stages:
        return None
    limit = view.figure(budget, "seconds")
    used = view.figure(budget, "used") or sum(v for _, v in stages)
    rows = [(name, amount, STAGE_TONES[i % len(STAGE_TONES)]) for i, (name, amount) in enumerate(stages)]
    other = used - sum(v for _, v in stages)
    rows += [("other", other, "muted")] if other > 0.01 * used else []
    rows += [("not used", limit - used, "rest")] if limit and limit > used else []
    total = sum(v for _, v, _ in rows)
    said = ", ".join(f"{name} {seconds(v)}" for name, v, _ in rows)
    return {
        "chart": charts.stacked(rows, f"Time by stage: {said}"),
        "used": seconds(used),
        "limit": seconds(limit) if limit else "",
        "legend": [
            {"name": short(n, 30), "tone": t, "seconds": seconds(v), "share": percent(v / total)} for n, v, t in rows
        ],
    }


def choices(report: dict[str, Any]) -> list[dict[str, str]]:
    """Every automatic choice with its reason and the flag that overrides it."""
    profile = view.mapping(report, "profile")
    shown = []
    for name in ("modality", "task", "target"):
        choice = view.mapping(profile, name)
        if choice.get("value") is not None:
            shown.append((name, choice["value"], choice.get("reason", ""), choice.get("override", "")))
    named = view.at(report, "decision", "family")
    if named:
        reason = next(iter(view.listing(report, "decision", "reasons")), "")
        shown.append(("family", named, reason, "--families " + str(named)))
    dropped = [c for c in view.listing(profile, "columns") if isinstance(c, dict) and c.get("role") == "dropped"]
    shown += [
        ("column " + short(c.get("name"), 40), "not used", c.get("reason", ""), f"--keep {short(c.get('name'), 40)}")
        for c in dropped[:40]
    ]
    if len(dropped) > 40:
        shown.append(("columns", f"{len(dropped) - 40:,} more not used", "see profile.json", "--keep COL,..."))
    return [
        {"name": str(n), "value": short(v, 60), "reason": short(r, 200), "override": str(o)} for n, v, r, o in shown
    ]
