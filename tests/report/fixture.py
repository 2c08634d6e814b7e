"""Report dictionaries as a run writes them: binary, multiclass, regression, images, and hostile ones."""

from __future__ import annotations

import copy
import json
import math
import random
from typing import Any

EVIL = "<script>alert(1)</script>"
QUOTES = 'it\'s "quoted" & <b>bold</b> 🦉 Zürich العربية \u202e' + "long " * 40
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAFklEQVR4nGNgYPj/n4GBgZGBgYEBAAAp9AP9"
    "Jc4pWAAAAABJRU5ErkJggg=="
)
METRICS = {
    "roc_auc": ("ROC AUC", True, 0.5),
    "log_loss": ("log loss", False, 3.256),
    "rmse": ("RMSE", False, 115_412.0),
}
LEVELS = {
    "roc_auc": {"baseline": 0.5, "linear": 0.8461, "trees": 0.8483, "network": 0.8419},
    "log_loss": {"baseline": 3.256, "linear": 0.792, "trees": 0.1312, "network": 0.1058},
    "rmse": {"baseline": 115_412.0, "linear": 68_620.0, "trees": 47_340.0, "network": 53_280.0},
}
NOISE = {"roc_auc": 0.0061, "log_loss": 0.012, "rmse": 820.0}
CONFIGURATIONS = {
    "baseline": "class shares or mean",
    "linear": "logistic or ridge, 5 strengths",
    "trees": "XGBoost, 400 rounds, depth 6",
    "network": "RealMLP-style, 3 x 256, 60 epochs",
}


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


def decision(rng: random.Random, metric: str, family: str) -> dict[str, Any]:
    levels, noise = LEVELS[metric], NOISE[metric]
    greater = METRICS[metric][1]
    sign = 1 if greater else -1
    families = {}
    for name, value in levels.items():
        gap = (value - levels[family]) * sign
        families[name] = {
            "loss": value if not greater else 1 - value,
            "value": value,
            "low": value - 1.96 * noise * (0 if name == "baseline" else 1),
            "high": value + 1.96 * noise * (0 if name == "baseline" else 1),
            "per_split": [value + rng.gauss(0, noise) for _ in range(10)],
            "against_named": {"mean": gap, "low": gap - noise * 0.5, "high": gap + noise * 0.5},
            "p_better": 0.0 if name == "baseline" else 0.18 if gap > 0 else 0.01,
            "p_equivalent": 0.5,
            "p_worse": 0.4,
            "seconds": {"baseline": 0.002, "linear": 0.41, "trees": 2.13, "network": 15.8}[name],
            "configuration": CONFIGURATIONS[name],
            "under_trained": name == "network",
        }
    best = 0.79 if family == "linear" else 0.93
    rest = [f for f in ("linear", "trees", "network") if f != family]
    return {
        "family": family,
        "sentence": {
            "linear": "A linear model is enough: no more complex family shows a gain; at most 0.006 (95 %).",
            "trees": "Take gradient-boosted trees: they beat the linear model on every split.",
            "network": "Take the neural network: it beats the trees by 0.025 log loss, on 10 of 10 splits.",
        }[family],
        "probabilities": {"baseline": 0.0, family: best, rest[0]: (1 - best) * 0.8, rest[1]: (1 - best) * 0.2},
        "tie": family == "linear",
        "flags": [{"code": "network_under_trained", "text": "network under-trained: 12 of 60 epochs"}],
        "ensemble": False,
        "members": [family],
        "reasons": [
            "Trees gain 0.0022 ROC AUC over the linear model (95 % -0.0011 to 0.0056): inside the noise.",
            "The linear model is 25 times smaller and its whole behaviour can be printed.",
            "16 of 19 inputs are categories with few values, where trees gain little.",
        ],
        "evidence": {
            "metric": metric,
            "loss": {"roc_auc": "1 - ROC AUC"}.get(metric, metric),
            "r": noise / 2,
            "threshold": 0.9,
            "splits": 10,
            "folds": 5,
            "repeats": 2,
            "rows": 5634,
            "deciding_seconds": 21.4,
            "families": families,
            "after_search": None,
            "prior": None,
            "curves": None,
        },
        "alternatives": [{"family": f, "reason": "no gain beyond r was shown, at a higher cost"} for f in rest]
        + [{"family": "baseline", "reason": "worse by far: the inputs carry information"}],
        "changes": [
            {"what": "more rows", "effect": "trees would be named from about 60,000 rows", "evidence": "learning curve"}
        ],
    }


def leaderboard(rng: random.Random, metric: str, delivered: str, candidates: int) -> list[dict[str, Any]]:
    levels, noise, greater = LEVELS[metric], NOISE[metric], METRICS[metric][1]
    sign = 1 if greater else -1
    rows = []
    for i in range(candidates):
        family = ("trees", "network", "linear", "baseline")[min(i, 3)] if i < 4 else rng.choice(["trees", "network"])
        value = levels[family] - sign * abs(rng.gauss(0, noise)) * (i > 3)
        rows.append(
            {
                "candidate": f"{family}-{i}",
                "family": family,
                "configuration": CONFIGURATIONS[family],
                "params": {"depth": i},
                "trial": i if i > 3 else None,
                "status": "ok",
                "reason": "",
                "validation": {"value": value, "low": value - 1.9 * noise, "high": value + 1.9 * noise},
                "difference": {},
                "test": {"value": value * 0.998, "low": value - 3 * noise, "high": value + 3 * noise},
                "test_difference": None,
                "fit_seconds": {"baseline": 0.001, "linear": 0.4, "trees": 2.1, "network": 15.8}[family],
                "predict_ms_per_1000": rng.uniform(0.2, 12),
                "size_bytes": int(rng.uniform(1e3, 4e5)),
                "best": False,
                "delivered": False,
            }
        )
    rows.sort(key=lambda r: -sign * r["validation"]["value"])
    for row in rows:
        gap = row["validation"]["value"] - rows[0]["validation"]["value"]
        row["difference"] = {
            "value": gap,
            "low": gap - noise * 0.6 * (gap != 0),
            "high": gap + noise * 0.6 * (gap != 0),
        }
    rows[0]["best"] = True
    next((r for r in rows if r["family"] == delivered), rows[0])["delivered"] = True
    rows.append(
        {
            "candidate": "network-x",
            "family": "network",
            "configuration": "",
            "params": {},
            "trial": 99,
            "status": "failed",
            "reason": "loss was NaN after 3 epochs",
            "validation": None,
            "difference": None,
            "test": None,
            "test_difference": None,
            "fit_seconds": None,
            "predict_ms_per_1000": None,
            "size_bytes": None,
            "best": False,
            "delivered": False,
        }
    )
    return rows


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


def search(rng: random.Random, metric: str, family: str, trials: int) -> dict[str, Any]:
    level, noise, greater = LEVELS[metric][family], NOISE[metric], METRICS[metric][1]
    started, rows = 24.0, []
    for i in range(trials):
        value = level + (-1 if greater else 1) * (abs(rng.gauss(0, noise)) * 1.2 + noise * 2 / (i + 1))
        rows.append(
            {
                "number": i,
                "started": started,
                "seconds": rng.uniform(0.5, 3),
                "status": "ok" if i % 9 != 7 else "failed",
                "loss": 1 - value if greater else value,
                "value": value if i % 9 != 7 else None,
                "configuration": CONFIGURATIONS[family],
                "params": {"learning_rate": 0.0431 / (i + 1), "max_depth": 4 + i % 6, "subsample": 0.8},
                "reason": "loss was NaN" if i % 9 == 7 else "",
            }
        )
        started += rows[-1]["seconds"]
    return {
        "family": family,
        "oracle": "Bayesian optimisation",
        "trials": rows,
        "stopped": "the budget was used",
        "tried": trials,
        "failed": sum(r["status"] == "failed" for r in rows),
    }


def environment() -> dict[str, Any]:
    return {
        "python": "3.11.9",
        "platform": "Linux-6.1-x86_64",
        "processors": 2,
        "memory_bytes": 25_276_514_304,
        "gpus": [],
        "packages": {
            "numpy": "2.4.6",
            "pandas": "3.1.1",
            "scikit-learn": "1.9.1",
            "xgboost": "3.2.0",
            "keras": "3.15.1",
        },
        "deterministic": False,
        "statement": "Sizes came from the clock, so that another run can differ; with --trials N it repeats exactly.",
    }


def report(
    name: str,
    task: str,
    metric: str,
    family: str,
    classes: list[str],
    *,
    rows: int = 7043,
    candidates: int = 12,
    trials: int = 30,
    seed: int = 0,
) -> dict[str, Any]:
    rng = random.Random(seed)
    label, greater, base = METRICS[metric]
    value, noise = LEVELS[metric][family], NOISE[metric]
    metrics = {"accuracy": 0.8034, "balanced_accuracy": 0.741, "f1": 0.628, "brier": 0.1341, "log_loss": 0.4123}
    document = {
        "version": 1,
        "automl": "0.1.0",
        "name": name,
        "created": "2026-11-20T09:41:07Z",
        "command": f"automl fit data/{name}.csv --target Churn --budget 60s",
        "seed": 0,
        "profile": profile(rng, name, task, rows, classes),
        "decision": decision(rng, metric, family),
        "metric": {"name": metric, "label": label, "greater_is_better": greater},
        "leaderboard": leaderboard(rng, metric, family, candidates),
        "test": {
            "metric": metric,
            "value": value,
            "interval": [value - 3 * noise, value + 3 * noise],
            "rows": rows // 5,
            "protocol": "holdout",
            "metrics": {**(metrics if classes else {"mae": 31_204.7, "r2": 0.8312, "mape": 0.1791}), metric: value},
            "baseline": {"value": base},
            "confirms": True,
            "statement": f"The test part confirms the validation: {label} lies inside the interval that was promised.",
        },
        "errors": class_errors(rng, classes, rows // 5) if classes else number_errors(rng),
        "importance": {
            "method": "permutation",
            "rows": 1000,
            "repeats": 5,
            "columns": [
                {"column": c, "value": 0.04 / (i + 1), "low": 0.04 / (i + 1) - 0.003, "high": 0.04 / (i + 1) + 0.003}
                for i, c in enumerate(
                    [
                        "Contract",
                        "tenure",
                        "InternetService",
                        "MonthlyCharges",
                        "PaymentMethod",
                        "age",
                        "visits",
                        "longitude",
                        "latitude",
                        "city",
                        "plan",
                        "Partner",
                        "SeniorCitizen",
                        "signed_on",
                    ]
                    * 2
                )
            ],
        },
        "validation": {
            "sentences": [
                "20 % of the rows were set aside before anything was decided and opened once, at the end.",
                "Families and candidates were compared by 5-fold cross-validation, stratified by class.",
                "Intervals come from 1,000 bootstrap samples of the rows.",
            ],
            "folds": 5,
            "repeats": 2,
            "rows_development": rows - rows // 5,
            "rows_test": rows // 5,
            "rows_all": rows,
        },
        "search": search(rng, metric, family, trials),
        "budget": {
            "seconds": 60.0,
            "used": 58.31,
            "stages": {
                "start": 0.9,
                "read": 0.4,
                "profile": 1.2,
                "decide": 21.4,
                "search": 27.3,
                "evaluate": 2.0,
                "refit": 3.1,
                "explain": 1.2,
                "report": 0.4,
            },
        },
        "model": {
            "family": family,
            "configuration": CONFIGURATIONS[family],
            "trained_on": "all rows",
            "rows": rows,
            "size_bytes": 12_345,
            "files": ["manifest.json", "encoder.json", "arrays.npz", "contract.json"],
            "under_trained": False,
        },
        "findings": findings(),
        "use": {
            "predict": f"automl predict reports/{name}-7f3a new.csv --out predictions.csv",
            "python": f'import automl\n\nrun = automl.load("reports/{name}-7f3a")\nrun.predict(frame)',
            "columns": ["tenure", "MonthlyCharges", "Contract"],
        },
        "environment": environment(),
        "media": None,
    }
    return json.loads(json.dumps(document))


def binary() -> dict[str, Any]:
    return report("telco_churn", "binary", "roc_auc", "linear", ["No", "Yes"])


def multiclass() -> dict[str, Any]:
    return report("letter", "multiclass", "log_loss", "network", [chr(65 + i) for i in range(26)], rows=20_000)


def regression() -> dict[str, Any]:
    return report("california_housing", "regression", "rmse", "trees", [], rows=20_640)


def images() -> dict[str, Any]:
    document = report(
        "flowers5", "multiclass", "log_loss", "network", ["daisy", "dandelion", "rose", "sunflower", "tulip"], rows=900
    )
    document["profile"].update(
        columns=[],
        modality={"value": "image", "reason": "a folder of 5 class folders", "override": "--modality image"},
        target={"value": "folder", "reason": "the class folders", "override": ""},
        media={
            "count": 902,
            "readable": 900,
            "broken": ["rose/17.jpg", "tulip/3.jpg"],
            "sizes": {"320x240": 700, "240x320": 200},
            "modes": {"RGB": 890, "L": 10},
            "formats": {"JPEG": 900},
            "duplicates": 3,
        },
    )
    document["importance"] = None
    document["test"].update(protocol="repeated_cv", rows=900)
    document["media"] = {
        "examples": [
            {"path": f"rose/{i}.jpg", "thumbnail": PIXEL, "target": "rose", "prediction": "rose" if i % 3 else "tulip"}
            for i in range(12)
        ]
    }
    return document


def hostile() -> dict[str, Any]:
    """Names and labels that try to break out, or to stretch the page."""
    document = report(EVIL, "multiclass", "log_loss", "trees", [QUOTES, EVIL, "", "plain", "https://evil.example/x"])
    document["profile"]["columns"] = [
        {**c, "name": n, "reason": EVIL}
        for c, n in zip(
            document["profile"]["columns"],
            [EVIL, QUOTES, '" onload="alert(1)', "x" * 400, "a[b]<c", "\x00\x1b[31m"],
            strict=False,
        )
    ]
    document["profile"]["columns"][2]["stats"] = {"top": [[EVIL, 10], [QUOTES, 5]]}
    document["importance"]["columns"] = [
        {"column": n, "value": 1.0, "low": 0.1, "high": 2.0} for n in (EVIL, QUOTES, "x" * 400)
    ]
    document["decision"].update(
        sentence=EVIL, reasons=[QUOTES, EVIL], alternatives=[{"family": EVIL, "reason": QUOTES}]
    )
    document["findings"].append(
        {
            "code": EVIL,
            "severity": "error",
            "title": QUOTES,
            "columns": [EVIL] * 30,
            "evidence": {EVIL: QUOTES, "nested": {"a": [EVIL] * 20}},
            "action": EVIL,
            "status": "found",
        }
    )
    document["use"]["columns"] = [EVIL, QUOTES, "x" * 400]
    document["command"] = f"automl fit '{EVIL}.csv' " + "--drop " + "x" * 300
    document["media"] = {
        "examples": [
            {
                "path": EVIL,
                "thumbnail": 'https://evil.example/x.png" onerror="alert(1)',
                "target": EVIL,
                "prediction": QUOTES,
            },
            {"path": QUOTES, "thumbnail": PIXEL, "target": EVIL, "prediction": EVIL},
        ]
    }
    return document


def wide() -> dict[str, Any]:
    """500 columns, 100 candidates, 150 classes, 400 trials."""
    document = report(
        "wide",
        "multiclass",
        "log_loss",
        "trees",
        [f"class {i}" for i in range(150)],
        rows=30_000,
        candidates=100,
        trials=400,
    )
    rng = random.Random(1)
    document["profile"]["columns"] = [column(rng, i, f"sensor_{i:03d}_reading", "number", 30_000) for i in range(500)]
    document["importance"]["columns"] = [
        {"column": f"sensor_{i:03d}_reading", "value": 1 / (i + 1), "low": None, "high": None} for i in range(500)
    ]
    document["media"] = {
        "examples": [
            {"path": f"{i}.png", "thumbnail": "data:image/png;base64," + "A" * 40_000, "target": "a", "prediction": "b"}
            for i in range(60)
        ]
    }
    document["findings"] *= 100
    return document


def holes() -> dict[str, Any]:
    """Every part missing or None, one candidate, no test, no search."""
    document = binary()
    document["leaderboard"] = document["leaderboard"][:1]
    document["leaderboard"][0].update(difference=None, test=None, size_bytes=None)
    for key in ("test", "errors", "importance", "search", "media", "model", "budget", "validation"):
        document[key] = None
    document["decision"]["evidence"] = {"families": {"linear": {"value": None}, "trees": {}}}
    document["profile"]["columns"][0]["stats"] = {"median": None, "histogram": None}
    document["profile"]["reading"] = None
    return document


def empty() -> dict[str, Any]:
    return {}


def nulls(document: dict[str, Any], *keys: str) -> list[dict[str, Any]]:
    """The document with each top-level part (or those named), and each part one level below, set to None."""
    variants = []
    for key, value in document.items():
        if keys and key not in keys:
            continue
        variants.append({**document, key: None})
        if isinstance(value, dict):
            variants += [{**document, key: {**copy.deepcopy(value), inner: None}} for inner in value]
    return variants


ALL = {
    "binary": binary,
    "multiclass": multiclass,
    "regression": regression,
    "images": images,
    "hostile": hostile,
    "wide": wide,
    "holes": holes,
    "empty": empty,
}
