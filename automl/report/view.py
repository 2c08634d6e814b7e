"""Reading a report dictionary that may have holes, and the words that several sections share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.report.formats import is_number, percent, signed
from automl.types import FAMILIES, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable

FAMILY_NAMES = {
    "baseline": "baseline (no inputs)",
    "linear": "linear model",
    "trees": "gradient-boosted trees",
    "network": "neural network",
}
"""Model families in words, from simple to complex."""

METRICS = {
    "roc_auc": "ROC AUC",
    "log_loss": "log loss",
    "average_precision": "average precision",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "f1": "F1",
    "f1_macro": "F1 (mean over classes)",
    "mcc": "Matthews correlation",
    "brier": "Brier score",
    "rmse": "RMSE",
    "mae": "mean absolute error",
    "r2": "R² (explained share)",
    "mape": "mean absolute percentage error",
    "rmsle": "RMSLE",
    "pinball": "pinball loss",
}
"""Metrics as they are written in text."""

COSTLY = ("log_loss", "rmse", "mae", "brier", "mape", "rmsle", "pinball")
"""Metrics of which less is better, for reports that do not say."""


def unit(report: dict[str, Any]) -> tuple[str, str]:
    """What one row of the data and several are called: ('row', 'rows'), ('recording', 'recordings')."""
    return UNITS.get(at(report, "profile", "modality", "value"), UNITS["table"])


def simple_first(families: Iterable[str]) -> list[str]:
    """The families from simple to complex, then names that are none of ours, in the order given."""
    given = list(families)
    return [*(f for f in FAMILIES if f in given), *(f for f in given if f not in FAMILIES)]


def at(data: Any, *path: str) -> Any:
    """The value under a path of keys, or None as soon as one is missing."""
    for key in path:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def mapping(data: Any, *path: str) -> dict[str, Any]:
    """The dictionary under a path, empty when missing."""
    found = at(data, *path)
    return found if isinstance(found, dict) else {}


def listing(data: Any, *path: str) -> list[Any]:
    """The list under a path, empty when missing."""
    found = at(data, *path)
    return found if isinstance(found, list) else []


def figure(data: Any, *path: str) -> float | None:
    """The number under a path, None when missing or not finite."""
    found = at(data, *path)
    return float(found) if is_number(found) else None


def family_name(family: Any, report: dict[str, Any] | None = None) -> str:
    """A family in words; of a forecast the baseline says which one it is."""
    if family == "baseline" and (naive := at(report, "profile", "forecast", "baseline")):
        return f"baseline ({naive})"
    return FAMILY_NAMES.get(str(family), str(family)) if family else "model"


def guess(report: dict[str, Any]) -> str:
    """What the baseline does, in a word or two: guessing, or the naive forecast."""
    naive = at(report, "profile", "forecast", "baseline")
    return str(naive).partition(",")[0] if naive else "guessing"


def metric_name(report: dict[str, Any]) -> str:
    """The run's metric as it is written in text."""
    name = at(report, "metric", "name") or at(report, "test", "metric") or "score"
    return str(at(report, "metric", "label") or METRICS.get(str(name), name))


def greater_is_better(report: dict[str, Any]) -> bool:
    """Which way the run's metric points."""
    told = at(report, "metric", "greater_is_better")
    return told if isinstance(told, bool) else str(at(report, "metric", "name")) not in COSTLY


def task(report: dict[str, Any]) -> str:
    """binary, multiclass or regression; '' when unknown."""
    return str(at(report, "profile", "task", "value") or "")


def is_classification(report: dict[str, Any]) -> bool:
    """True when labels are predicted."""
    return task(report) in {"binary", "multiclass"} or bool(at(report, "errors", "confusion"))


def delivered(report: dict[str, Any]) -> str:
    """The family of the model in the run folder."""
    return str(at(report, "model", "family") or at(report, "decision", "family") or "")


def test_interval(report: dict[str, Any]) -> tuple[float | None, float | None, float | None]:
    """The test metric and its interval."""
    ends = listing(report, "test", "interval")
    low, high = ends if len(ends) == 2 else (None, None)
    named = {"low": low, "high": high}
    return figure(report, "test", "value"), figure(named, "low"), figure(named, "high")


def standing(decision: Any) -> dict[str, Any]:
    """The comparison that the verdict stands on: of the probes, or the one after the search where that changed it.

    A family that the search left aside keeps the figures of its probe, without a gain: it was never compared with the
    family that is named now.
    """
    evidence = mapping(decision, "evidence")
    again = mapping(evidence, "after_search")
    if not again.get("changed"):
        return evidence
    aside = {f: {**d, "against_named": None, "p_better": None} for f, d in mapping(evidence, "families").items()}
    return {**evidence, **again, "families": {**aside, **mapping(again, "families")}}


def judged_on(report: dict[str, Any]) -> str:
    """'on the test part', or on which splits for small data, which have none."""
    if at(report, "test", "protocol") != "repeated_cv":
        return "on the test part"
    return "on the splits that chose it" if stale(report) else "on fresh splits"


def stale(report: dict[str, Any]) -> bool:
    """True when the figures are those of the splits that chose the model; older runs tell it by what they confirm."""
    test = mapping(report, "test")
    if at(test, "protocol") != "repeated_cv":
        return False
    return bool(test["stale"]) if "stale" in test else at(test, "confirms") is None


def untried(decision: Any) -> bool:
    """True when a family was left out, so that probabilities speak only of those tried."""
    return any(str(at(flag, "code")).endswith("_not_tried") for flag in listing(decision, "flags"))


def unmeasured(decision: Any) -> dict[str, str]:
    """Family -> 'not measured: why', for those without a figure that a part of the probability is kept for."""
    known = mapping(standing(decision), "families")
    told = {str(at(a, "family")): str(at(a, "reason") or "") for a in listing(decision, "alternatives")}
    kept = mapping(decision, "probabilities")
    found = {}
    for family in simple_first(kept):
        if family not in known and (figure(kept, family) or 0) > 0:
            why = told.get(family, "").removeprefix("not tried: ")
            found[family] = f"not measured: {why}" if why else "not measured"
    return found


def shares(decision: Any) -> dict[str, float | None]:
    """Family -> its probability, simple to complex; None of one that was not tried, and that none is kept for."""
    known = mapping(standing(decision), "families")
    given = mapping(decision, "probabilities")
    stated = {family: float(given[family]) for family in simple_first(given) if is_number(given[family])}
    return {family: share if share or not known or family in known else None for family, share in stated.items()}


def share(value: float | None) -> str:
    """One of `shares` in text."""
    return "not tried" if value is None else percent(value)


def beats_baseline(report: dict[str, Any]) -> bool | None:
    """True when the whole test interval is better than the baseline; None when it cannot be told."""
    value, low, high = test_interval(report)
    baseline = figure(report, "test", "baseline", "value")
    if value is None or baseline is None:
        return None
    if greater_is_better(report):
        return (value if low is None else low) > baseline
    return (value if high is None else high) < baseline


def perfect(report: dict[str, Any]) -> float:
    """The best value the metric can take: 1 when more is better, else 0."""
    return 1.0 if greater_is_better(report) else 0.0


def progress(report: dict[str, Any]) -> float | None:
    """Share of the way from the baseline to a perfect score that the model gets where it was judged."""
    value, baseline = figure(report, "test", "value"), figure(report, "test", "baseline", "value")
    if value is None or baseline is None or baseline == perfect(report):
        return None
    return (value - baseline) / (perfect(report) - baseline)


def found(report: dict[str, Any], severity: str = "") -> list[dict[str, Any]]:
    """The findings that hold, of one severity or of all."""
    return [
        f
        for f in listing(report, "findings")
        if isinstance(f, dict) and f.get("status", "found") == "found" and severity in ("", f.get("severity"))
    ]


def evidence_text(evidence: Any, decimals: int | None = None) -> str:
    """A finding's evidence on one line: 'rows 22, share 0.003'."""
    if not isinstance(evidence, dict):
        return ""
    nested = any(isinstance(value, dict) for value in evidence.values())
    parts = [
        f"{_word(k)}{':' if isinstance(v, dict) else ''} {_plain(v, decimals)}"
        for k, v in evidence.items()
        if v is not None
    ]
    return ("; " if nested else ", ").join(parts)


def _word(key: Any) -> str:
    return repr(key) if str(key).strip() != str(key) or not key else str(key)


def _plain(value: Any, decimals: int | None) -> str:
    if isinstance(value, dict):
        more = f" and {len(value) - 6} more" if len(value) > 6 else ""
        return ", ".join(f"{_word(k)} {_plain(v, decimals)}" for k, v in list(value.items())[:6]) + more
    if isinstance(value, list):
        more = f" and {len(value) - 6} more" if len(value) > 6 else ""
        return " / ".join(_plain(v, decimals) for v in value[:6]) + more
    return signed(value, decimals).lstrip("+") if is_number(value) else str(value)
