"""What the model gets wrong: confusion for classes, residuals for numbers, the worst rows for both, and examples."""

from __future__ import annotations

import re
from typing import Any

from automl.report import plots, texts, view
from automl.report.formats import is_number, number, percent, plural, short
from automl.report.names import apart, judged

TABLE_CLASSES = 20
"""Up to here the confusion matrix is a table with figures; above it is a heat map and a list of confused pairs."""
MAP_CLASSES = 40
LISTED_CLASSES = 300
WORST = 20
THUMBNAIL = re.compile(r"data:image/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/=]+")
THUMBNAIL_BYTES = 600_000
"""All thumbnails together; the page stays under 2 MB."""


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Confusion or residuals, the worst rows and example images or texts."""
    errors = view.mapping(report, "errors")
    kept = view.listing(report, "media", "examples")
    examples, read = thumbnails(kept), texts.lines(kept)
    worst = _worst(errors)
    if not errors and not examples and not read:
        return {"missing": "No predictions on unseen rows were stored in this run."}
    context: dict[str, Any] = {"examples": examples, "texts": read, "worst": worst, "kind": ""}
    matrix = _matrix(errors)
    if matrix:
        return context | _classes([str(x) for x in errors["labels"]], matrix, errors)
    if view.mapping(errors, "residuals") or errors.get("points") or errors.get("by_range"):
        return context | _numbers(errors, view.judged_on(report))
    return context


def _matrix(errors: dict[str, Any]) -> list[list[float]]:
    """The confusion matrix when it is square and fits its labels, else nothing."""
    n, rows = len(view.listing(errors, "labels")), view.listing(errors, "confusion")
    square = n > 0 and len(rows) == n and all(isinstance(r, list) and len(r) == n for r in rows)
    return [[float(v) if is_number(v) else 0.0 for v in row] for row in rows] if square else []


def _classes(labels: list[str], matrix: list[list[float]], errors: dict[str, Any]) -> dict[str, Any]:
    pairs = confused_pairs(labels, matrix)
    context: dict[str, Any] = {
        "kind": "classes",
        "lead": _classes_lead(matrix, pairs),
        "pairs": pairs[:12],
        "per_class": _per_class([c for c in view.listing(errors, "per_class") if isinstance(c, dict)]),
        "long": len(labels) > TABLE_CLASSES,
        "most_classes": LISTED_CLASSES,
    }
    if len(labels) <= TABLE_CLASSES:
        names = apart(labels, 40)
        stats = {str(c.get("label")): c for c in view.listing(errors, "per_class") if isinstance(c, dict)}
        context["table"] = {
            "labels": apart(labels, 24),
            "rows": [
                _table_row(names[i], i, row, stats.get(label, {}))
                for i, (label, row) in enumerate(zip(labels, matrix, strict=True))
            ],
            "precision": [percent(stats.get(label, {}).get("precision")) for label in labels],
        }
    else:
        context["map"], context["map_note"] = _map(labels, matrix)
    return context


def confused_pairs(labels: list[str], matrix: list[list[float]]) -> list[dict[str, Any]]:
    """Pairs (true, predicted) by how often they are mixed up, most often first."""
    pairs = [
        (int(count), i, j, count / max(sum(row), 1.0))
        for i, row in enumerate(matrix)
        for j, count in enumerate(row)
        if i != j and count > 0
    ]
    pairs.sort(key=lambda p: (-p[0], p[1], p[2]))
    names = apart(labels, 40)
    return [{"true": names[i], "predicted": names[j], "count": f"{c:,}", "share": percent(s)} for c, i, j, s in pairs]


def _classes_lead(matrix: list[list[float]], pairs: list[dict[str, Any]]) -> str:
    total, right = sum(map(sum, matrix)), sum(matrix[i][i] for i in range(len(matrix)))
    wrong = int(total - right)
    start = f"{wrong:,} of {plural(int(total), 'row')} wrong ({percent(wrong / total if total else None, 1)})"
    if not pairs:
        return start + "."
    top = pairs[0]
    often = f"({'once' if top['count'] == '1' else top['count'] + ' times'}, {top['share']} of its rows)"
    return f"{start}; most often “{top['true']}” is taken for “{top['predicted']}” {often}."


def _table_row(name: str, index: int, row: list[float], stats: dict[str, Any]) -> dict[str, Any]:
    total = sum(row) or 1.0
    return {
        "label": name,
        "cells": [
            {
                "count": f"{int(v):,}",
                "heat": round(100 * min(v / total, 1.0) ** 0.7),
                "right": j == index,
                "zero": v == 0,
            }
            for j, v in enumerate(row)
        ],
        "recall": percent(stats.get("recall", row[index] / total)),
    }


def _per_class(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "label": name,
            "rows": number(row.get("rows")),
            "precision": percent(row.get("precision"), 1),
            "recall": percent(row.get("recall"), 1),
        }
        for name, row in zip(apart((row.get("label") for row in rows), 40), rows, strict=True)
    ]


def _map(labels: list[str], matrix: list[list[float]]) -> tuple[str, str]:
    """The heat map of the classes with most errors, and what was left out."""
    wrong = [sum(row) - row[i] for i, row in enumerate(matrix)]
    kept = sorted(sorted(range(len(labels)), key=lambda i: -wrong[i])[:MAP_CLASSES])
    shares = [[matrix[i][j] / max(sum(matrix[i]), 1.0) for j in kept] for i in kept]
    names = apart((labels[i] for i in kept), 22)
    note = f"The {MAP_CLASSES} classes with most errors of {len(labels):,}." if len(kept) < len(labels) else ""
    return plots.heat_map(
        shares, names, f"Confusion matrix of {len(kept)} classes: true class down, predicted across"
    ), note


def _numbers(errors: dict[str, Any], where: str) -> dict[str, Any]:
    edges = [float(v) for v in view.listing(errors, "residuals", "edges") if is_number(v)]
    counts = [int(v) for v in view.listing(errors, "residuals", "counts") if is_number(v)]
    points = [
        (float(p[0]), float(p[1]))
        for p in view.listing(errors, "points")[:500]
        if isinstance(p, list) and len(p) == 2 and is_number(p[0]) and is_number(p[1])
    ]
    ranges = [r for r in view.listing(errors, "by_range") if isinstance(r, dict)]
    coverage = view.figure(errors, "coverage")
    return {
        "kind": "numbers",
        "lead": _numbers_lead(ranges),
        "residuals": plots.histogram(edges, counts, "Histogram of residuals, prediction minus target", zero=True)
        if len(edges) == len(counts) + 1 and counts
        else "",
        "scatter": plots.scatter(points, f"Predicted (across) against actual (up), {len(points)} rows")
        if points
        else "",
        "points": len(points),
        "ranges": [
            {
                "range": f"{number(r.get('low'))} to {number(r.get('high'))}",
                "rows": number(r.get("rows")),
                "bias": number(r.get("bias")),
                "error": number(r.get("error")),
            }
            for r in ranges[:30]
        ],
        "coverage": f"The 90 % prediction intervals hold {percent(coverage, 1)} of the targets {where}; "
        f"they are {number(view.figure(errors, 'interval_width'))} wide on average."
        if coverage is not None
        else "",
    }


def _numbers_lead(ranges: list[dict[str, Any]]) -> str:
    rated = [r for r in ranges if is_number(r.get("error"))]
    if not rated:
        return ""
    worst = max(rated, key=lambda r: float(r["error"]))
    return (
        f"Errors are largest for predictions from {number(worst.get('low'))} to {number(worst.get('high'))} "
        f"(mean error {number(worst['error'])}, {plural(int(worst.get('rows') or 0), 'row')})."
    )


def _worst(errors: dict[str, Any]) -> list[dict[str, str]]:
    rows = [r for r in view.listing(errors, "worst") if isinstance(r, dict)][:WORST]
    return [
        {
            "row": str(r.get("row", "")),
            **judged(r, 40),
            "probability": percent(r.get("probability"), 1) if r.get("probability") is not None else "",
            "off": number(abs(r["target"] - r["prediction"]))
            if is_number(r.get("target")) and is_number(r.get("prediction"))
            else "",
        }
        for r in rows
    ]


def thumbnails(examples: list[Any]) -> list[dict[str, Any]]:
    """Example images whose picture is really inside the report, up to the size allowed."""
    kept: list[dict[str, Any]] = []
    spent = 0
    for example in examples:
        data = example.get("thumbnail") if isinstance(example, dict) else None
        if not isinstance(data, str) or not THUMBNAIL.fullmatch(data) or spent + len(data) > THUMBNAIL_BYTES:
            continue
        spent += len(data)
        right = str(example.get("target")) == str(example.get("prediction"))
        kept.append(
            {
                "src": data,
                "path": short(example.get("path", ""), 60),
                **judged(example, 30),
                "right": right,
            }
        )
    return kept
