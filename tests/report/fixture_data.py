"""The data in a report dictionary: profile and findings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random


def column(rng: random.Random, i: int, name: str, kind: str, rows: int) -> dict[str, Any]:
    base = {
        "name": name,
        "kind": kind,
        "role": "dropped" if kind in {"id", "constant"} else "feature",
        "reason": "one value per row" if kind == "id" else f"{kind}: as read",
        "missing": rng.choice([0, 0, 11, rows // 20]),
        "distinct": rng.randint(2, rows),
        "stats": {},
        "levels": [],
        "markers": {},
        "sentinels": {},
        "number_format": "",
        "date_format": "",
    }
    if kind == "number":
        edges = [j * 2.5 + i for j in range(21)]
        counts = [int(400 * math.exp(-((j - rng.uniform(3, 16)) ** 2) / 18)) for j in range(20)]
        base["stats"] = {
            "min": edges[0],
            "max": edges[-1],
            "mean": 21.3,
            "std": 8.1,
            "median": 20.04,
            "q25": 12.1,
            "q75": 30.7,
            "skew": 0.4,
            "histogram": {"edges": edges, "counts": counts},
        }
    elif kind in {"category", "boolean"}:
        labels = ["Month-to-month", "Two year", "One year", "Weekly", "Daily"][: 2 if kind == "boolean" else 5]
        left = rows
        top = []
        for label in labels:
            count = int(left * rng.uniform(0.4, 0.7))
            left -= count
            top.append([label, count])
        base["stats"] = {"top": top}
        base["distinct"] = len(labels)
    elif kind == "date":
        base["stats"] = {"min": "2019-01-01", "max": "2024-05-31"}
    elif kind == "text":
        base["stats"] = {"mean_words": 14.2, "mean_characters": 81.0}
    return base


def profile(rng: random.Random, name: str, task: str, rows: int, classes: list[str]) -> dict[str, Any]:
    target = {"binary": "Churn", "multiclass": "lettr", "regression": "median_house_value"}[task]
    kinds = ["number"] * 8 + ["category"] * 6 + ["boolean"] * 3 + ["date", "text", "id", "constant"]
    names = [
        "tenure",
        "MonthlyCharges",
        "TotalCharges",
        "age",
        "visits",
        "longitude",
        "latitude",
        "median_income",
        "Contract",
        "PaymentMethod",
        "InternetService",
        "ocean_proximity",
        "city",
        "plan",
        "Partner",
        "PaperlessBilling",
        "SeniorCitizen",
        "signed_on",
        "complaint",
        "customerID",
        "country",
    ]
    columns = [column(rng, i, n, k, rows) for i, (n, k) in enumerate(zip(names, kinds, strict=True))]
    columns.append(
        {**column(rng, 30, target, "number" if task == "regression" else "category", rows), "role": "target"}
    )
    shares = [rng.uniform(0.5, 1.5) for _ in classes] if len(classes) > 2 else [0.735, 0.265]
    counts = {c: int(rows * s / sum(shares)) for c, s in zip(classes, shares, strict=False)}
    edges = [15_000 + 24_250.0 * i for i in range(21)]
    histogram = {"edges": edges, "counts": [int(2500 * math.exp(-((i - 6) ** 2) / 30)) for i in range(19)] + [965]}
    return {
        "name": name,
        "source": f"data/{name}.csv",
        "modality": {
            "value": "table",
            "reason": "a CSV file with 21 columns",
            "evidence": {},
            "override": "--modality table",
        },
        "task": {
            "value": task,
            "reason": f"the target has {len(classes) or 3842} distinct values",
            "evidence": {},
            "override": f"--task {task}",
        },
        "target": {"value": target, "reason": "named by --target", "evidence": {}, "override": "--target COL"},
        "rows": rows,
        "columns": columns,
        "classes": counts,
        "target_stats": {
            "min": 14_999.0,
            "max": 500_001.0,
            "mean": 206_855.8,
            "median": 179_700.0,
            "std": 115_395.6,
            "q25": 119_600.0,
            "q75": 264_725.0,
            "histogram": histogram,
        }
        if task == "regression"
        else {},
        "media": {},
        "reading": {
            "format": "csv",
            "encoding": "utf-8",
            "delimiter": ",",
            "decimal": ".",
            "compression": None,
            "skipped_lines": {"17": "22 cells instead of 21"},
            "bytes": 977_501,
            "seconds": 0.04,
        },
        "findings": [],
    }


def findings() -> list[dict[str, Any]]:
    def one(
        code: str,
        severity: str,
        title: str,
        columns: list[str],
        evidence: dict[str, Any],
        action: str,
        status: str = "found",
    ) -> dict[str, Any]:
        return {
            "code": code,
            "severity": severity,
            "title": title,
            "columns": columns,
            "evidence": evidence,
            "action": action,
            "status": status,
        }

    return [
        one(
            "AM304", "warning", "Duplicate rows", [], {"rows": 22, "share": 0.0031}, "Kept on one side of every split."
        ),
        one(
            "AM101",
            "warning",
            "A column names the row",
            ["customerID"],
            {"distinct": 7043, "rows": 7043},
            "Not used as an input. Use --keep customerID to use it.",
        ),
        one(
            "AM110",
            "note",
            "Numbers stored as text",
            ["TotalCharges"],
            {"blank": 11},
            "Parsed; blanks are missing values.",
        ),
        one("AM120", "note", "Target read as classes", ["Churn"], {"labels": ["No", "Yes"]}, "Use --task to change."),
        one("AM201", "error", "A column gives the target away", [], {}, "", "passed"),
        one("AM202", "error", "A class with one member", [], {}, "", "passed"),
        one("AM401", "warning", "Rows look ordered in time", [], {}, "no date column", "not_applicable"),
        one("AM501", "note", "Suspect labels", [], {}, "no time left in the budget", "skipped"),
    ]
