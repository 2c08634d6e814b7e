"""Calibration, threshold and interval again: applied and judged by plain formulas from what the manifest says."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import jsonio
from automl.verify.folder import Check, Rows, figure, labels, rows
from automl.verify.formulas import LABELS, score

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.verify.folder import Folder

BINS = 15
ALL_LINES = 20_000
"""With more out-of-fold lines than this the run used a part of them for calibration; its figures are not repeated."""
TINY = 1e-30


def checks(folder: Folder, report: dict[str, Any]) -> list[Check]:
    """What the block `shape` states; nothing where a run has none."""
    block = report.get("shape")
    if not block:
        return []
    manifest = jsonio.read(folder.path / "model" / "manifest.json")
    found = [
        Check(
            f"shape: {key} as in manifest.json",
            _core(block[key]),
            _core(manifest.get(key)),
            _same(block, manifest, key),
        )
        for key in ("calibration", "threshold", "interval")
        if key in block
    ]
    if "weight" in folder.oof and "weight" not in folder.predictions:
        return found  # said with the test figures
    part = rows(folder.predictions, folder.path / "predictions.csv")
    if "interval" in block:
        return found + _interval(folder, block["interval"], manifest["interval"], part)
    return found + _calibration(block["calibration"], part) + _threshold(folder, report, block, manifest, part)


def named(folder: Folder) -> Array:
    """(n,) codes of the classes in the column `prediction` of predictions.csv."""
    codes = {label: code for code, label in enumerate(labels(folder.predictions))}
    return np.array([codes[label] for label in folder.predictions["prediction"]], dtype=int)


def ece(y: Array, p: Array, w: Array) -> float:
    """Mean distance of stated and true share over 15 quantile bins, one bin after the other."""
    stated, true = (p[:, 1], y == 1) if p.shape[1] == 2 else (p.max(axis=1), p.argmax(axis=1) == y)
    edges = np.unique(np.quantile(stated, np.linspace(0, 1, BINS + 1)))
    inner = [-np.inf, *edges[1:-1], np.inf]
    total = 0.0
    for low, high in pairwise(inner):
        inside = (stated > low) & (stated <= high)
        total += abs(float((w[inside] * (stated[inside] - true[inside])).sum()))
    return total / float(w.sum())


def calibrated(p: Array, calibration: dict[str, Any]) -> Array:
    """(n, classes) probabilities corrected as the manifest says."""
    if calibration["kind"] == "temperature":
        powers = np.maximum(p, TINY) ** (1 / calibration["temperature"])
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    if calibration["kind"] == "isotonic":
        curves = calibration["knots"]
        columns = [1] if len(curves) == 1 else range(p.shape[1])
        risen = [np.interp(p[:, c], k["given"], k["becomes"]) for c, k in zip(columns, curves, strict=True)]
        table = np.stack([1 - risen[0], risen[0]] if len(risen) == 1 else risen, axis=1)
        return np.asarray(table / table.sum(axis=1, keepdims=True))
    return p


def _core(part: dict[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (part or {}).items() if key in ("kind", "temperature", "value", "weights")}


def _same(block: dict[str, Any], manifest: dict[str, Any], key: str) -> bool:
    """What the report repeats of the manifest is what the manifest says; curves stand in the manifest only."""
    stated, kept = block[key], manifest.get(key) or {}
    return all(stated.get(name) == value for name, value in kept.items() if name != "knots")


def _calibration(block: dict[str, Any], part: Rows) -> list[Check]:
    return [
        figure("shape: calibration error on test", block["ece"]["after"]["value"], ece(part.y, part.p, part.w)),
        figure("shape: Brier score on test", block["brier"]["after"], score("brier", part.y, part.p, part.w)),
    ]


def _threshold(
    folder: Folder, report: dict[str, Any], block: dict[str, Any], manifest: dict[str, Any], part: Rows
) -> list[Check]:
    threshold, said = manifest["threshold"], named(folder)
    other = int((said != _classes(part.p, threshold)).sum())
    found = [Check("shape: predictions named by the threshold", len(said), len(said) - other, other == 0)]
    test, metric = block["threshold"].get("test"), str((threshold.get("evidence") or {}).get("metric"))
    if test:
        for key, codes in (("default", part.p.argmax(axis=1)), ("tuned", said)):
            found.append(figure(f"shape: {metric} on test, {key}", test[key], LABELS[metric](part.y, codes, part.w)))
    return found + _out_of_fold(folder, report, manifest)


def _out_of_fold(folder: Folder, report: dict[str, Any], manifest: dict[str, Any]) -> list[Check]:
    """What calibration and threshold were chosen by, from the delivered candidate's lines of oof.parquet."""
    name = next((line["candidate"] for line in report["leaderboard"] if line["delivered"]), None)
    parts = list(folder.splits.get(str(name), {}).values())
    if not parts:
        return []  # an ensemble has no lines of its own
    y, p, w = (np.concatenate([getattr(part, key) for part in parts]) for key in ("y", "p", "w"))
    found, stated = [], manifest["calibration"].get("evidence") or {}
    if len(y) <= ALL_LINES and "log_loss" in stated:
        derived = {"log_loss": score("log_loss", y, p, w), "ece": ece(y, p, w), "brier": score("brier", y, p, w)}
        for key, first in (("log_loss", "none"), ("ece", "before"), ("brier", "before")):
            # The run takes probabilities as they are, the formula of the metric divides by their sum.
            found.append(figure(f"shape: {key} out of fold, {first}", stated[key][first], derived[key], 1e-5))
    threshold = manifest["threshold"]
    evidence = threshold.get("evidence") or {}
    if "tuned" in evidence:
        q = calibrated(p, manifest["calibration"])
        for key, codes in (("default", q.argmax(axis=1)), ("tuned", _classes(q, threshold))):
            label = f"shape: {evidence['metric']} out of fold, {key}"
            # A row on the very edge may fall either way: the run rounds probabilities to single precision.
            found.append(figure(label, evidence[key], LABELS[evidence["metric"]](y, codes, w), 5 / len(y)))
    return found


def _classes(p: Array, threshold: dict[str, Any]) -> Array:
    """(n,) class codes by the rule of the manifest."""
    if threshold.get("weights"):
        return np.asarray((p * np.array(threshold["weights"])).argmax(axis=1))
    if threshold.get("value") in (None, 0.5):
        return np.asarray(p.argmax(axis=1))
    return np.asarray((p[:, 1] > threshold["value"]).astype(int))


def _interval(folder: Folder, block: dict[str, Any], band: dict[str, Any], part: Rows) -> list[Check]:
    frame = folder.predictions
    low, high = (frame[end].to_numpy(dtype=float) for end in ("lower", "upper"))
    value, floor = part.p[:, 0], -np.inf if band.get("floor") is None else band["floor"]
    half = np.interp(value, band["at"], band["widths"]) if band.get("at") else np.full(len(value), band["widths"][0])
    off = max(abs(np.maximum(value - half, floor) - low).max(), abs(np.maximum(value + half, floor) - high).max())
    inside = float(np.mean((part.y >= low) & (part.y <= high)))
    # A target on the very edge of its interval may fall either way when the ends are rounded to text.
    near = abs(block["coverage"]["value"] - inside) <= 1.5 / len(frame)
    slack = 1e-6 * max(float(abs(value).max()), float(half.max()))
    return [
        Check("shape: ends of the intervals", "as in manifest.json", f"off by at most {off:.3g}", bool(off <= slack)),
        Check("shape: coverage", block["coverage"]["value"], inside, near),
        figure("shape: mean width", block["mean_width"], float(np.mean(high - low))),
    ]
