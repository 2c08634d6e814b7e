"""The models in a report dictionary: decision, leaderboard and search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .figures import CONFIGURATIONS, LEVELS, METRICS, NOISE

if TYPE_CHECKING:
    import random


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
