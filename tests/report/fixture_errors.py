"""What a model of a report dictionary gets wrong."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random


def class_errors(rng: random.Random, labels: list[str], rows: int) -> dict[str, Any]:
    n = len(labels)
    matrix = [[0] * n for _ in labels]
    for i in range(n):
        for _ in range(max(rows // n, 1)):
            matrix[i][i if rng.random() < 0.9 else rng.choice([(i + 1) % n, rng.randrange(n)])] += 1
    per_class = []
    for i, label in enumerate(labels):
        predicted = sum(matrix[j][i] for j in range(n))
        total = sum(matrix[i])
        per_class.append(
            {
                "label": label,
                "rows": total,
                "precision": matrix[i][i] / max(predicted, 1),
                "recall": matrix[i][i] / max(total, 1),
            }
        )
    worst = [
        {
            "row": rng.randrange(rows),
            "target": rng.choice(labels),
            "prediction": rng.choice(labels),
            "probability": rng.uniform(0.9, 1),
        }
        for _ in range(20)
    ]
    return {"labels": labels, "confusion": matrix, "per_class": per_class, "worst": worst}


def number_errors(rng: random.Random) -> dict[str, Any]:
    points = []
    for _ in range(500):
        actual = min(abs(rng.gauss(200_000, 110_000)) + 15_000, 500_001)
        points.append([actual * 0.86 + 28_000 + rng.gauss(0, 38_000), actual])
    edges = [-210_000 + 20_000.0 * i for i in range(22)]
    return {
        "residuals": {
            "edges": [-900_000.0, *edges[1:-1], 700_000.0],
            "counts": [int(800 * math.exp(-((i - 10.4) ** 2) / 9)) for i in range(21)],
        },
        "points": points,
        "by_range": [
            {
                "low": 15_000 + 97_000.0 * i,
                "high": 112_000 + 97_000.0 * i,
                "rows": 900 - 120 * i,
                "bias": 9000.0 - 7000 * i,
                "error": 31_000 + 12_000.0 * i,
            }
            for i in range(5)
        ],
        "coverage": 0.903,
        "interval_width": 142_310.4,
        "worst": [{"row": 17 + i, "target": 500_001.0, "prediction": 181_000.5 + i} for i in range(20)],
    }
