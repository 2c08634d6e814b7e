"""What a decision maker reads first, one line each: more data, what would change the verdict, what it costs.

Shared by the first screen of the page and by the terminal, so that both say the same.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from automl import units
from automl.report import view
from automl.report.formats import decimals_for, interval, is_number, percent, seconds, short, signed, size
from automl.report.names import some

BASES = {
    "measured": "measured on this data",
    "projected": "projected from this data",
    "published": "from published results",
}
"""What a counterfactual rests on, in words."""
WORDS = {
    "more_rows": "more rows",
    "gpu": "a GPU",
    "backbone": "a pretrained backbone",
    "budget": "a larger budget",
    "explainable": "explainability",
    "latency": "a latency limit",
    "size": "a size limit",
    "metric": "another metric",
    "prefer": "another preference",
}
"""The counterfactuals of `changes` in words."""
BUILT = ("model", "test", "leaderboard", "search")
"""Parts of report.json that only a run with a model has."""


TIED = 0.5
"""Probability from which a rival is told to be better, not as good."""


@dataclass(frozen=True)
class Change:
    """Something that was varied to see whether the verdict stays.

    Attributes:
        title: what would be different: 'Ten times the rows'.
        sentence: what follows for the verdict.
        family: the family it would then be; '' when it stays or is not known.
        changes: True when the verdict would be another one.
        basis: 'measured', 'projected', 'published', or '' when not told.
        evidence: what it rests on, in runs of older versions.
    """

    title: str
    sentence: str
    family: str
    changes: bool
    basis: str
    evidence: str


def decided_only(report: dict[str, Any]) -> bool:
    """True for what `automl decide` writes: a verdict, and no part that a run with a model has."""
    return bool(view.mapping(report, "decision")) and not any(key in report for key in BUILT)


def headline(decision: dict[str, Any]) -> tuple[str, str]:
    """The verdict's sentence as a headline and what follows it: 'A linear model is enough', 'Linear beats ...'."""
    sentence = " ".join(str(decision.get("sentence") or "").split())
    head, colon, rest = sentence.partition(": ")
    if colon and len(head) <= 60 and len(rest) > 2:
        return head.rstrip(".") + ".", rest[0].upper() + rest[1:]
    return sentence, ""


def tie(decision: dict[str, Any], report: dict[str, Any] | None = None) -> str:
    """The rival likeliest to be as good or better, as a sentence; '' where the verdict is not called a tie."""
    families = {
        f: d for f, d in view.mapping(view.standing(decision), "families").items() if f != decision.get("family")
    }
    level = {f: (view.figure(d, "p_equivalent") or 0.0, view.figure(d, "p_better") or 0.0) for f, d in families.items()}
    if not decision.get("tie") or not level:
        return ""
    rival, (equal, better) = max(level.items(), key=lambda item: sum(item[1]))
    name = view.family_name(rival, report)
    if better >= TIED:
        return f"Not proven: {name} is better with probability {percent(better)}, as good with {percent(equal)}."
    return f"A tie with {name}: as good with probability {percent(equal)}, better with {percent(better)}."


def doubt(report: dict[str, Any]) -> str:
    """That the model named cannot be told from guessing where it was judged, as a sentence; '' where it can."""
    if view.delivered(report) == "baseline" or view.beats_baseline(report) is not False:
        return ""
    on = view.judged_on(report)
    return f"{on[:1].upper()}{on[1:]}, however, it cannot be told apart from {view.guess(report)}."


def changes(decision: dict[str, Any]) -> list[Change]:
    """Everything that was varied, what changes the verdict first; copes with the form of older versions."""
    found = [_change(c) for c in view.listing(decision, "changes") if isinstance(c, dict)]
    return sorted(found, key=lambda change: not change.changes)


def _change(given: dict[str, Any]) -> Change:
    what = str(given.get("what") or "")
    told = given.get("sentence") or given.get("effect") or ""
    evidence = given.get("evidence")
    return Change(
        title=str(given.get("title") or WORDS.get(what, what)),
        sentence=str(told),
        family=str(given.get("family") or ""),
        # Before 'changes' was written, only what changes the verdict was listed.
        changes=bool(given.get("changes", True)),
        basis=str(given.get("basis") or ""),
        evidence=evidence if isinstance(evidence, str) else "",
    )


def unmoved(decision: dict[str, Any]) -> str:
    """'Nothing of what was looked at: more rows, a GPU.', when no counterfactual changes the verdict; else ''.

    Those of which it is not known are left out.
    """
    found = changes(decision)
    tried = [change for change in found if change.family]
    if not tried or any(change.changes for change in found):
        return ""
    return f"Nothing of what was looked at: {some([_lower(change.title) for change in tried], 6, 40)}."


def more_data(report: dict[str, Any]) -> str:
    """Whether more rows are worth collecting, and when another family would win; '' when no curve was fitted."""
    decision = view.mapping(report, "decision")
    curve = view.mapping(decision, "evidence", "curves", "families", str(decision.get("family")))
    if not curve:
        return ""
    if curve.get("trusted") is False:
        reason = f": {_lower(str(curve['reason'])).rstrip('.')}" if curve.get("reason") else ""
        return f"Not known: the learning curve cannot be projected{reason}."
    return " ".join(part for part in (_doubling(report, curve), _overtaken(decision)) if part)


def _doubling(report: dict[str, Any], curve: dict[str, Any]) -> str:
    gain = {end: view.figure(curve, "doubling", end) for end in ("mean", "low", "high")}
    mean, low, high = gain["mean"], gain["low"], gain["high"]
    if mean is None:
        return ""
    decimals = decimals_for([(mean, low, high)])
    ends = interval(low, high, decimals)
    told = f"Twice the rows: {signed(mean, decimals)} {view.metric_name(report)}{f' (90 % {ends})' if ends else ''}"
    r = view.figure(report, "decision", "evidence", "r")
    if r is None or low is None or high is None:
        return f"{told}."
    return f"{told}, {_worth(r, mean, low, high)}."


def _worth(r: float, mean: float, low: float, high: float) -> str:
    """How the gain compares with r, below which differences do not matter.

    Args:
        r: in the unit of the gain.
        mean, low, high: the gain expected, and its 90 % interval.
    """
    if high <= r:
        return "too little to matter"
    if low > r:
        return "worth collecting"
    return "perhaps worth collecting" if mean > r / 2 else "hardly worth collecting"


def _overtaken(decision: dict[str, Any]) -> str:
    """The sentence of the crossing that comes first; '' when none is in sight."""
    crossings = [c for c in view.listing(decision, "evidence", "curves", "crossings") if is_number(view.at(c, "rows"))]
    first = min(crossings, key=lambda c: float(c["rows"]), default=None)
    return str(first.get("sentence") or "") if first else ""


def told_of(report: dict[str, Any]) -> str:
    """The family whose cost is told: of the delivered model, else the named one."""
    return view.delivered(report) or str(view.at(report, "decision", "family"))


def cost(report: dict[str, Any]) -> str:
    """Fit, one row and size: '410 ms to fit, 0.3 ms to predict one row, 12.3 kB'; '' when unknown.

    Of the delivered model where there is one; what was not measured of it is told of the probe of its family, as such.
    """
    told, probed = _of_model(report), _of_probe(view.mapping(report, "decision"), told_of(report))
    whose = " (its probe)" if told else ""
    parts = []
    for key, shown, words in COSTS:
        if key in told:
            parts.append(f"{shown(told[key])}{words}")
        elif key in probed:
            parts.append(f"{shown(probed[key])}{words}{whose}")
    return ", ".join(parts)


def _of_model(report: dict[str, Any]) -> dict[str, float]:
    """What is known of the delivered model."""
    line = next((line for line in view.listing(report, "leaderboard") if view.at(line, "delivered")), None)
    found = {
        "fit": view.figure(line, "fit_seconds"),
        "one": view.figure(report, "model", "predict_one_seconds"),
        "size": view.figure(report, "model", "size_bytes"),
    }
    return {key: value for key, value in found.items() if value is not None}


def _of_probe(decision: dict[str, Any], family: str) -> dict[str, float]:
    """What is known of the probe of a family."""
    costs = view.mapping(decision, "evidence", "costs", "families", family)
    fit = view.figure(costs, "fit_seconds")
    if fit is None:
        fit = view.figure(decision, "evidence", "families", family, "seconds")
    found = {"fit": fit, "one": view.figure(costs, "predict_one_seconds"), "size": view.figure(costs, "bytes")}
    return {key: value for key, value in found.items() if value is not None}


def duration(value: Any) -> str:
    """Seconds in words, with digits below 10 ms: '310 μs', '4.2 ms', '4.3 s'."""
    return units.duration(value) if is_number(value) and 0 < value < 0.01 else seconds(value)


COSTS = (("fit", duration, " to fit"), ("one", duration, " to predict one row"), ("size", size, ""))
"""What is told of a cost: its key, how it is written, and what follows it."""


def fit_command(report: dict[str, Any]) -> str:
    """The command that builds the model of a decide-only run: its own, with `fit` and without the folder taken."""
    told = view.at(report, "use", "fit")
    if told:
        return str(told)
    try:
        words = shlex.split(str(report.get("command") or ""))
    except ValueError:
        words = []
    if words[:2] != ["automl", "decide"]:
        return f"automl fit {shlex.quote(short(view.at(report, 'profile', 'source') or 'DATA', 200))}"
    kept = [w for i, w in enumerate(words[2:], 2) if w != "--out" and words[i - 1] != "--out"]
    return shlex.join(["automl", "fit", *(w for w in kept if not w.startswith("--out="))])


def _lower(text: str) -> str:
    """The text with a small first letter, but 'GPU' as it is."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
