"""Report dictionaries as a run writes them: binary, multiclass, regression, images, and hostile ones."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from .figures import CONFIGURATIONS, EVIL, LEVELS, METRICS, NOISE, PIXEL, QUOTES
from .fixture_data import column, findings, profile
from .fixture_errors import class_errors, number_errors
from .fixture_models import decision, leaderboard, search


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
