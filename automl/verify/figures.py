"""The figures of report.json and leaderboard.csv derived again from the stored predictions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.verify.folder import Check, figure, labels, number, rows
from automl.verify.formulas import LABELS, score
from automl.verify.shape import named

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.verify.folder import Folder, Rows, Split


def leaderboard(folder: Folder, report: dict[str, Any]) -> list[Check]:
    """Validation values (mean over splits), differences to the best, and the same figures in leaderboard.csv."""
    metric, lines = report["metric"]["name"], report["leaderboard"]
    by_split = {name: _scores(folder, name, metric) for name in folder.splits}
    best = next((line["candidate"] for line in lines if line["best"]), None)
    found = [Check("leaderboard: a best candidate", best, best, best in by_split)]
    for line in lines:
        name, mine = line["candidate"], by_split.get(line["candidate"])
        if mine is None:
            found.append(Check(f"leaderboard: {name} in oof.parquet", line["status"], None, line["status"] != "ok"))
            continue
        found.append(figure(f"leaderboard: {name} validation", (line["validation"] or {}).get("value"), _mean(mine)))
        if line["difference"] is not None and best in by_split:
            common = sorted(set(mine) & set(by_split[best]))
            gap = _mean({k: mine[k] for k in common}) - _mean({k: by_split[best][k] for k in common})
            found.append(figure(f"leaderboard: {name} difference", line["difference"]["value"], gap))
        for block in ("validation", "difference", "test", "test_difference"):
            found += _interval(f"leaderboard: {name} {block}", line.get(block))
    return found + _csv(folder, lines)


def test(folder: Folder, report: dict[str, Any]) -> list[Check]:
    """The test value, every other test metric, and the delivered candidate's line of the leaderboard."""
    block, frame = report["test"], folder.predictions
    found = [Check("test: rows", block["rows"], len(frame), block["rows"] == len(frame))]
    ends = {"value": block["value"], "low": block["interval"][0], "high": block["interval"][1]}
    found += _interval("test: interval", ends)
    if "weight" in folder.oof and "weight" not in frame:
        return [*found, Check("test: row weights in predictions.csv", "used", "not stored", ok=False)]
    part = rows(frame, folder.path / "predictions.csv")
    value = _delivered(folder, block["metric"], part)
    found.append(figure(f"test: {block['metric']}", block["value"], value))
    for name, stated in block.get("metrics", {}).items():
        found.append(figure(f"test: metrics {name}", stated, _delivered(folder, name, part)))
    for line in report["leaderboard"]:
        if line["delivered"] and line["test"] is not None:
            found.append(figure(f"leaderboard: {line['candidate']} test", line["test"]["value"], value))
    return found


def errors(folder: Folder, report: dict[str, Any]) -> list[Check]:
    """Confusion, precision and recall; or residuals, their size over all ranges, coverage and width."""
    block, frame = report.get("errors") or {}, folder.predictions
    part = rows(frame, folder.path / "predictions.csv")
    if "confusion" in block:
        return _confusion(block, part.y, named(folder), labels(frame))
    if "residuals" not in block:
        return []
    residuals = part.p[:, 0] - part.y
    found = [figure("errors: residuals counted", sum(block["residuals"]["counts"]), len(residuals))]
    binned = sum(line["rows"] * line["error"] for line in block["by_range"])
    found.append(figure("errors: error over all ranges", binned, float(abs(residuals).sum())))
    if {"lower", "upper"} <= set(frame.columns) and block.get("coverage") is not None:
        low, high = (frame[end].to_numpy(dtype=float) for end in ("lower", "upper"))
        # A target on the very edge of its interval may fall either way when the ends are rounded to text.
        edge = 1.5 / len(frame)
        inside = float(np.mean((part.y >= low) & (part.y <= high)))
        found.append(Check("errors: coverage", block["coverage"], inside, abs(block["coverage"] - inside) <= edge))
        found.append(figure("errors: interval width", block["interval_width"], float(np.mean(high - low))))
    return found


def _delivered(folder: Folder, metric: str, part: Rows) -> float:
    """The metric on predictions.csv; metrics of the class see the one that is named there, whatever the threshold."""
    if metric in LABELS:
        return LABELS[metric](part.y, named(folder), part.w)
    return score(metric, part.y, part.p, part.w)


def _scores(folder: Folder, name: str, metric: str) -> dict[Split, float]:
    return {key: score(metric, part.y, part.p, part.w) for key, part in folder.splits[name].items()}


def _mean(by_split: dict[Split, float]) -> float:
    defined = [value for value in by_split.values() if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan


def _interval(name: str, block: dict[str, Any] | None) -> list[Check]:
    """The value lies within its interval; nothing to check where there is none."""
    if not block or block.get("low") is None or block.get("value") is None:
        return []
    slack = 1e-9 + 1e-9 * abs(block["value"])
    ok = block["low"] - slack <= block["value"] <= block["high"] + slack
    return [Check(f"{name} within its interval", block["value"], [block["low"], block["high"]], ok)]


def _confusion(block: dict[str, Any], y: Array, said: Array, names: list[str]) -> list[Check]:
    table = np.zeros((len(names), len(names)), dtype=int)
    for true, guess in zip(y, said, strict=True):
        table[true, guess] += 1
    found = [
        Check("errors: labels", block["labels"], names, list(block["labels"]) == names),
        Check("errors: confusion", block["confusion"], table.tolist(), block["confusion"] == table.tolist()),
    ]
    for code, line in enumerate(block["per_class"]):
        hit, meant, guessed = table[code, code], table[code].sum(), table[:, code].sum()
        label = f"errors: {line['label']}"
        found.append(figure(f"{label} rows", line["rows"], int(meant)))
        found.append(figure(f"{label} precision", line["precision"], hit / guessed if guessed else None))
        found.append(figure(f"{label} recall", line["recall"], hit / meant if meant else None))
    return found


def _csv(folder: Folder, lines: list[dict[str, Any]]) -> list[Check]:
    """leaderboard.csv has the candidates of report.json and the same figures, in columns such as validation_low."""
    named = [row.get("candidate") for row in folder.board]
    wanted = [line["candidate"] for line in lines]
    found = [Check("leaderboard.csv: candidates", named, wanted, named == wanted)]
    for row, line in zip(folder.board, lines, strict=False):
        for column, cell in row.items():
            block, _, end = column.rpartition("_")
            if end in ("value", "low", "high") and block in line:
                stated = (line[block] or {}).get(end)
                check = figure(f"leaderboard.csv: {line['candidate']} {column}", number(cell), stated)
                found.append(check)
    return found
