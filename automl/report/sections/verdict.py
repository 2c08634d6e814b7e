"""The verdict: which family, how sure, and the probes it rests on."""

from __future__ import annotations

from typing import Any

from automl.report import brief, charts, smaller, view
from automl.report.formats import decimals_for, interval, number, percent, plural, seconds, signed
from automl.report.sections import changes, costs, curves
from automl.report.svg import Scale


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Probabilities, probes on one axis, reasons, alternatives, learning curves, costs, what would change it, flags."""
    decision = view.mapping(report, "decision")
    if not decision:
        return {"missing": "No decision was made in this run, or decision.json was not part of it."}
    evidence = view.mapping(decision, "evidence")
    first = str(view.at(evidence, "after_search", "before") or decision.get("family"))
    return {
        "lead": _lead(decision, report),
        "rule": _rule(evidence, report),
        "probes": with_unmeasured(probes(evidence, report, first), report),
        "after": _after(evidence, report, str(decision.get("family"))),
        "reasons": decision.get("reasons") or [],
        "alternatives": [
            {"family": view.family_name(a.get("family"), report), "reason": a.get("reason", "")}
            for a in view.listing(decision, "alternatives")
            if isinstance(a, dict)
        ],
        "flags": _flags(decision, report),
        "delivered": _delivered(decision),
        "curves": curves.build(report),
        "costs": costs.build(report),
        **changes.build(report),
    }


def _lead(decision: dict[str, Any], report: dict[str, Any]) -> str:
    named = str(decision.get("family") or "")
    p = view.figure(decision, "probabilities", named)
    if p is None:
        return str(decision.get("sentence") or "")
    tried = " among those tried" if view.untried(decision) else ""
    sure = f"The simplest family that is good enough: {view.family_name(named, report)}, "
    sure += f"with probability {percent(p)}{tried}."
    return " ".join(part for part in (sure, brief.tie(decision, report)) if part)


def probability_bar(decision: dict[str, Any]) -> str:
    """The probabilities of the families as one bar; '' without them."""
    shares = view.shares(decision)
    label = ", ".join(f"{f} {view.share(p)}" for f, p in shares.items())
    parts = [(f, p or 0.0, f) for f, p in shares.items()]
    return charts.stacked(parts, f"Probability of each family: {label}", 26) if parts else ""


def legend(decision: dict[str, Any]) -> list[dict[str, Any]]:
    """The families of the probability bar with their share."""
    return [
        {"family": f, "name": f, "share": view.share(p), "named": f == decision.get("family")}
        for f, p in view.shares(decision).items()
    ]


def _rule(evidence: dict[str, Any], report: dict[str, Any]) -> str:
    r, threshold = view.figure(evidence, "r"), view.figure(evidence, "threshold")
    if r is None or threshold is None:
        return ""
    splits, rows = view.figure(evidence, "splits"), evidence.get("rows")
    measured = f" Measured on {plural(int(splits), 'paired split')}" if splits else ""
    measured += f" of {plural(rows, 'row')}" if measured and isinstance(rows, int) else ""
    took = view.figure(evidence, "deciding_seconds")
    measured += f"; {seconds(took)} went into fits that nothing else uses" if measured and took is not None else ""
    measured += f"; {evidence['method']}" if measured and evidence.get("method") else ""
    return (
        "Named is the simplest family that beats the baseline and is good enough: one is passed over only when another "
        f"is better by more than r = {number(r)} ({evidence.get('loss') or view.metric_name(report)}) with probability "
        f"{percent(threshold)} or more; where every one is, the one least probably beaten.{measured}"
        f"{'.' if measured else ''}"
    )


def probes(evidence: dict[str, Any], report: dict[str, Any], named: str) -> dict[str, Any] | None:
    """The table of probed families with a dot and a whisker each on one axis."""
    given = {f: d for f, d in view.mapping(evidence, "families").items() if isinstance(d, dict)}
    order = view.simple_first(given)
    rows = [(f, given[f], _triple(given[f])) for f in order if view.figure(given[f], "value") is not None]
    if not rows:
        return None
    decimals = decimals_for(t for f, _, t in rows if f != "baseline")
    scale = _scale([(f, t) for f, _, t in rows])
    reference = next((t[0] for f, _, t in rows if f == named), None)
    judged = {
        f: len(numbers) for f, numbers in view.mapping(evidence, "splits_of").items() if isinstance(numbers, list)
    }
    return {
        "metric": view.metric_name(report),
        "direction": "higher is better" if view.greater_is_better(report) else "lower is better",
        "rows": [
            _probe_row(
                family=f,
                name=view.family_name(f, report),
                splits=judged.get(f, ""),
                data=d,
                triple=t,
                scale=scale,
                decimals=decimals,
                reference=reference,
                named=named,
            )
            for f, d, t in rows
        ],
        "unmeasured": [],
        "splits": bool(judged),
        "axis": charts.axis(scale, f"axis: {view.metric_name(report)}", None),
    }


def with_unmeasured(table: dict[str, Any] | None, report: dict[str, Any]) -> dict[str, Any] | None:
    """The table of probes with the families that were not measured, and yet hold a part of the probability."""
    kept = view.unmeasured(view.mapping(report, "decision"))
    rows = [{"family": f, "name": view.family_name(f, report), "short": f, "why": why} for f, why in kept.items()]
    return None if table is None else {**table, "unmeasured": rows}


def _triple(data: dict[str, Any]) -> tuple[float, float | None, float | None]:
    return float(data["value"]), view.figure(data, "low"), view.figure(data, "high")


def _scale(rows: list[tuple[str, tuple[float, float | None, float | None]]]) -> Scale:
    """Wide enough for all families; the baseline only when that does not press the others together."""
    near = [v for f, t in rows if f != "baseline" for v in t if v is not None]
    base = [v for f, t in rows if f == "baseline" for v in t if v is not None]
    span = max(near) - min(near) if near else 0.0
    # Families that are all alike have no scale of their own.
    if base and span and min(abs(b - n) for b in base for n in near) > 3 * span:
        return Scale.over(near, pad=0.08)
    return Scale.over(near + base, pad=0.06)


def _probe_row(
    *,
    family: str,
    name: str,
    splits: int | str,
    data: dict[str, Any],
    triple: tuple[float, float | None, float | None],
    scale: Scale,
    decimals: int | None,
    reference: float | None,
    named: str,
) -> dict[str, Any]:
    value, low, high = triple
    gain = view.mapping(data, "against_named")
    ends = interval(gain.get("low"), gain.get("high"), decimals)
    label = f"{family}: {number(value, decimals)}" + (
        f", 95 % interval {interval(low, high, decimals)}" if low is not None else ""
    )
    return {
        "family": family,
        "name": name,
        "short": family,
        "named": family == named,
        "chart": charts.dot_whisker(scale, value, low, high, family=family, label=label, reference=reference),
        "value": number(value, decimals),
        "interval": interval(low, high, decimals),
        "gain": "named" if family == named else signed(gain.get("mean"), decimals) if gain else "",
        "gain_interval": "" if family == named else ends,
        "p_better": "" if family == named else percent(data.get("p_better")),
        "splits": splits,
        "seconds": seconds(data.get("seconds")),
        "under_trained": bool(data.get("under_trained")),
    }


def _after(evidence: dict[str, Any], report: dict[str, Any], named: str) -> dict[str, Any] | None:
    """The comparison repeated after the search, when there is one."""
    again = view.mapping(evidence, "after_search")
    families = again if "families" in again else {"families": again}
    return probes(families, report, named)


def _flags(decision: dict[str, Any], report: dict[str, Any]) -> list[str]:
    """What to keep in mind: the flags of the decision, and what time left out of the network's size."""
    given = [str(f.get("text") or f.get("code") or "") for f in view.listing(decision, "flags") if isinstance(f, dict)]
    return [text[:1].upper() + text[1:] for text in (*given, smaller.sentence(report)) if text]


def _delivered(decision: dict[str, Any]) -> str:
    """What is delivered, when it is more than the model of the verdict, and why."""
    blend = view.mapping(view.mapping(decision, "evidence"), "ensemble")
    shares = {str(name): weight for name, weight in view.mapping(blend, "weights").items()}
    members = [str(m) for m in view.listing(decision, "members")]
    if not decision.get("ensemble") or len(members) < 2:
        return str(blend.get("reason", ""))
    named = ", ".join(f"{m} ({percent(shares[m])})" if m in shares else view.family_name(m) for m in members)
    reason = f" {blend['reason']}" if blend.get("reason") else ""
    return f"Delivered is a weighted ensemble of {named}; the verdict names the best single family.{reason}"
