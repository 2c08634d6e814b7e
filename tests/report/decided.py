"""A decision with everything a verdict can carry, and the report of `automl decide` that holds it."""

from __future__ import annotations

import copy
import math
from typing import Any

from .fixture import binary

ANCHORS = (56, 112, 225, 451, 902, 1803, 3606)
COST = {"baseline": (0.5, 0.0), "linear": (0.855, 0.4), "trees": (0.884, 2.6), "network": (0.889, 4.3)}
SECONDS = {"baseline": 0.001, "linear": 0.41, "trees": 2.13, "network": 15.8}
LATENCY = {"baseline": 0.00002, "linear": 0.00031, "trees": 0.00074, "network": 0.0121}
BYTES = {"baseline": 410, "linear": 12_345, "trees": 812_000, "network": 1_910_000}


def value(family: str, rows: float) -> float:
    level, slope = COST[family]
    return level - slope * rows**-0.65


def curve(family: str) -> dict[str, Any]:
    def reading(rows: float, spread: float) -> dict[str, float]:
        v = value(family, rows)
        return {"rows": rows, "value": v, "low": v - spread, "high": v + spread}

    n = ANCHORS[-1]
    grid = [ANCHORS[0] * (10 * n / ANCHORS[0]) ** (i / 39) for i in range(40)]
    gain = value(family, 2 * n) - value(family, n)
    return {
        "anchors": [
            {**reading(rows, 0.3 / math.sqrt(rows)), "loss": 1 - value(family, rows), "seconds": 0.0004 * rows}
            for rows in ANCHORS
        ],
        "form": "pow3",
        "parameters": {"a": 1 - COST[family][0], "b": COST[family][1], "c": 0.65, "d": None},
        "trusted": True,
        "reason": "7 anchors, the last one predicted from the others",
        "band": [reading(rows, 0.004 + 0.003 * abs(math.log10(rows / 900))) for rows in grid],
        "doubling": {"mean": gain, "low": gain - 0.002, "high": gain + 0.003},
    }


def curves() -> dict[str, Any]:
    families = {family: curve(family) for family in ("linear", "trees", "network")}
    return {
        "rows": ANCHORS[-1],
        "families": families,
        "crossings": [
            {
                "family": "network",
                "over": "trees",
                "rows": 9_400,
                "low": 5_200,
                "high": 31_000,
                "p_within_4n": 0.61,
                "sentence": "The network would overtake trees at about 9,400 training rows (90 % 5,200 to 31,000).",
            },
            {
                "family": "linear",
                "over": "trees",
                "rows": None,
                "low": None,
                "high": None,
                "p_within_4n": 0.004,
                "sentence": "Linear is not projected to overtake trees at any number of rows.",
            },
        ],
    }


def costs() -> dict[str, Any]:
    return {
        "families": {
            family: {
                "fit_seconds": SECONDS[family],
                "fit_seconds_10x": 11 * SECONDS[family],
                "predict_one_seconds": LATENCY[family],
                "predict_many_seconds": 30 * LATENCY[family],
                "many_rows": 10_000,
                "bytes": BYTES[family],
                "memory_bytes": None,
                "joules": 15 * SECONDS[family],
            }
            for family in SECONDS
        },
        "energy_source": "declared 15 W a core in use (RAPL is not readable here)",
        "gpu": {"pays": False, "sentence": "A GPU would not pay: the network fits in 16 s."},
        "limits": {"latency_seconds": 0.005, "size_bytes": None},
    }


PRIOR = {
    "trees_over_linear": 0.78,
    "network_over_linear": 0.71,
    "network_over_trees": 0.34,
    "weight": 0.35,
    "features": {"rows": 7043, "columns": 19, "category_share": 0.84},
    "source": "fitted on 150 tables of TabZilla (McElfresh et al. 2023), cross-validated AUC 0.67",
}
RULES = [
    {
        "rule": "a more complex family is better by more than r (trees over linear)",
        "value": "P = 0.97",
        "threshold": "0.80",
        "held": True,
        "source": "Benavoli et al. 2017, correlated t-test",
    },
    {
        "rule": "a more complex family is better by more than r (network over trees)",
        "value": "P = 0.31",
        "threshold": "0.80",
        "held": False,
        "source": "Benavoli et al. 2017, correlated t-test",
    },
    {"rule": "rows of the rarest class", "value": "1,495", "threshold": "30", "held": True, "source": "design rule"},
]
CHANGES = [
    {
        "what": "gpu",
        "title": "A GPU",
        "sentence": "The network already ends its schedule on this machine.",
        "family": "trees",
        "changes": False,
        "basis": "measured",
    },
    {
        "what": "more_rows",
        "title": "Four times the rows",
        "sentence": "From about 9,400 training rows on the network would be named.",
        "family": "network",
        "changes": True,
        "basis": "projected",
    },
    {
        "what": "explainable",
        "title": "If every model must be printable",
        "sentence": "A linear model loses 0.017 ROC AUC (95 % 0.012 to 0.022).",
        "family": "linear",
        "changes": True,
        "basis": "measured",
    },
    {
        "what": "latency",
        "title": "At most 0.5 ms for one row",
        "sentence": "Only the linear model predicts one row in that time.",
        "family": "linear",
        "changes": True,
        "basis": "measured",
    },
    {
        "what": "metric",
        "title": "Log loss instead of ROC AUC",
        "sentence": "Trees are named by log loss, too.",
        "family": "trees",
        "changes": False,
        "basis": "measured",
    },
]


def decision() -> dict[str, Any]:
    """Trees are named; the network would overtake them."""
    found = binary()["decision"]
    evidence = found["evidence"]
    n = ANCHORS[-1]
    for family, data in evidence["families"].items():
        v, gap = value(family, n), value(family, n) - value("trees", n)
        spread = 0 if family == "baseline" else 0.006
        data.update(value=v, low=v - spread, high=v + spread, loss=1 - v, under_trained=False)
        data["against_named"] = {"mean": gap, "low": gap - 0.003, "high": gap + 0.003}
    evidence.update(r=0.004, threshold=0.8, prior=PRIOR, curves=curves(), costs=costs(), rules=RULES)
    found.update(
        family="trees",
        sentence="Boosted trees are enough: trees beat linear by 0.017 ROC AUC (95 % 0.012 to 0.022), and nothing more "
        "complex is shown to be better by more than 0.004 ROC AUC.",
        probabilities={"baseline": 0.0, "linear": 0.03, "trees": 0.71, "network": 0.26},
        tie=True,
        flags=[],
        members=["trees"],
        reasons=[
            "Trees beat linear by 0.017 ROC AUC (95 % 0.012 to 0.022).",
            "No gain shown by the network over trees: at most 0.003 ROC AUC (95 %).",
        ],
        alternatives=[
            {"family": "linear", "reason": "worse than trees by more than r with probability 0.97; 0.8 is needed"},
            {"family": "network", "reason": "better than trees by more than r with probability 0.31; 0.8 is needed"},
            {"family": "baseline", "reason": "worse than trees by more than r with probability 1.00"},
        ],
        changes=CHANGES,
    )
    return copy.deepcopy(found)


def full() -> dict[str, Any]:
    """A whole run whose decision has every part."""
    return {**binary(), "decision": decision()}


def decided() -> dict[str, Any]:
    """What `automl decide` writes: no model, no test, no search."""
    document = full()
    kept = ("version", "automl", "name", "created", "seed", "profile", "decision", "metric", "findings", "environment")
    return {
        **{key: document[key] for key in kept},
        "command": "automl decide data/telco_churn.csv --target Churn --out reports/x --budget 60s",
    }
