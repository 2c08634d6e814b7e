"""Hyperparameters of the trees: known-good configurations, the search space, short names.

Tuned defaults: Holzmueller, Grinsztajn and Steinwart 2024 ("Better by default"). `LEAVES` and `SLOW` follow the
portfolio of AutoGluon 1.5, the search space TabArena (Erickson et al. 2025).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.encode.statistics import MANY_LEVELS
from automl.families import transform
from automl.families.base import HARD_METRICS, Knob
from automl.families.features import HANDMADE
from automl.families.quantile import MEDIAN, quantile_of

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.types import Problem

CLASSIFICATION = {
    "eta": 0.08, "max_depth": 6, "min_child_weight": 5e-6, "reg_lambda": 0.0, "subsample": 0.65,
    "colsample_bylevel": 0.9,
}  # fmt: skip
PROBABILITIES = {**CLASSIFICATION, "min_child_weight": 1.0, "reg_lambda": 1.0}
"""For metrics of probabilities: the tuned values were tuned for the error rate, and without a penalty leaves of rare
classes grow without bound. Log loss of one split: 0.57 against 1.57 on krkopt (18 classes), 0.259 against 0.277 on
satimage; ROC AUC 0.724 against 0.655 on credit_g, the same on telco_churn. The two are XGBoost's own defaults."""
REGRESSION = {
    "eta": 0.05, "max_depth": 9, "min_child_weight": 2.0, "reg_lambda": 0.0, "subsample": 0.7, "colsample_bylevel": 1.0,
}  # fmt: skip
SHALLOW = {
    "eta": 0.05, "max_depth": 3, "min_child_weight": 1.0, "reg_lambda": 1.0, "subsample": 0.8, "colsample_bylevel": 0.8,
}  # fmt: skip
REGULAR = {
    "eta": 0.04, "max_depth": 6, "min_child_weight": 3.0, "reg_lambda": 3.0, "subsample": 0.8, "colsample_bylevel": 0.6,
}  # fmt: skip
LEAVES = {
    "eta": 0.03, "max_depth": 10, "min_child_weight": 0.14, "reg_lambda": 1.31, "reg_alpha": 3.5, "subsample": 0.7,
    "colsample_bylevel": 0.64, "colsample_bynode": 0.92, "grow_policy": "lossguide", "max_leaves": 35,
}  # fmt: skip
SLOW = {
    "eta": 0.015, "max_depth": 8, "min_child_weight": 0.8, "reg_lambda": 1.0, "subsample": 0.8,
    "colsample_bytree": 0.55, "colsample_bylevel": 0.7,
}  # fmt: skip
IMAGES = {
    "eta": 0.15, "max_depth": 4, "min_child_weight": 1.0, "reg_lambda": 1.0, "subsample": 0.7, "colsample_bytree": 0.2,
    "max_bin": 64,
}  # fmt: skip
"""For hundreds of hand-made features, many alike: a fifth of them a tree and coarse bins cost little and save most of
the time."""
STUMPS = {
    "additive": True, "eta": 0.1, "max_depth": 1, "min_child_weight": 1.0, "reg_lambda": 1.0, "subsample": 0.8,
}  # fmt: skip
EXTRA = {"kind": "extra", "trees": 300}
FORESTS = ("extra", "forest")
"""Values of 'kind' for scikit-learn's extremely randomised trees (Geurts et al. 2006) and random forest."""
OWN = ("kind", "rounds", "categories", "target", "smearing", "additive", "trees", "min_leaf", "max_features")
"""Parameters that are ours, not XGBoost's."""
SHARED_ROWS = 20
"""Rows a level below which a category's levels are sparse."""
ROUNDS, MOST_ROUNDS = 1_000, 5_000
"""Rounds at most: the first at rates from 0.05 on, more at lower ones, up to the second."""


def defaults(problem: Problem, rows: int) -> list[Params]:
    """Known-good configurations: the tuned one, shallow and extra trees, other encodings, then diverse boosting.

    Args:
        problem: the task and its columns.
        rows: to learn from.
    """
    if problem.explainable:
        return [dict(STUMPS), {**STUMPS, "eta": 0.03, "min_child_weight": 5.0}]
    if wide(problem):
        return [dict(IMAGES), dict(EXTRA), {**IMAGES, "max_depth": 3, "eta": 0.06}]
    tuned = _tuned(problem)
    usual: Params = {"categories": "statistics"} if has_sparse_levels(problem, rows) else {}
    found: list[Params] = [{**tuned, **usual}, {**SHALLOW, **usual}]
    if quantile_of(problem.metric) in (None, MEDIAN):  # leaves of a forest are means
        found.append({**EXTRA, **usual})
    statistics, bent = has_many_levels(problem) and not usual, transform.queued(problem)
    if statistics:
        found.append({**tuned, "categories": "statistics"})
    for first in bent[:1]:
        found.append({**tuned, **usual, "target": first})
        found += [{**tuned, "categories": "statistics", "target": first}] if statistics else []
    found += [{**tuned, **usual, "target": other} for other in bent[1:]]
    return found + [{**other, **usual} for other in (LEAVES, REGULAR, SLOW)]


def _tuned(problem: Problem) -> Params:
    """The tuned defaults for the task and the kind of metric."""
    if problem.task == "regression":
        return REGRESSION
    return CLASSIFICATION if problem.metric in HARD_METRICS else PROBABILITIES


def space(problem: Problem) -> list[Knob]:
    """After the search space of TabArena; encodings and transforms only where they make a difference."""
    knobs = [
        Knob("eta", 0.01, 0.2, log=True),
        Knob("min_child_weight", 1e-3, 20.0, log=True),
        Knob("subsample", 0.5, 1.0),
        Knob("reg_lambda", 1e-3, 20.0, log=True),
    ]
    if problem.explainable:
        return [*knobs, Knob("additive", choices=(True,))]
    knobs += [
        Knob("max_depth", 2, 10, integer=True),
        Knob("colsample_bytree", 0.05, 0.5, log=True) if wide(problem) else Knob("colsample_bylevel", 0.4, 1.0),
        Knob("reg_alpha", 1e-3, 5.0, log=True),
    ]
    if has_many_levels(problem):
        knobs.append(Knob("categories", choices=("codes", "statistics")))
    return knobs + transform.knobs(problem)


def wide(problem: Problem) -> bool:
    """True when there are hundreds of features made by us, of which a tree needs to see but some."""
    return problem.modality in (*HANDMADE, "text")


def has_many_levels(problem: Problem) -> bool:
    """True when target statistics would replace a category."""
    return any(column.kind == "category" and len(column.levels) > MANY_LEVELS for column in problem.columns)


def has_sparse_levels(problem: Problem, rows: int) -> bool:
    """True when a category has so many levels that few rows share one: splits on codes would learn them by heart.

    On 534 rows with tickets and cabins as codes the tuned defaults gave ROC AUC 0.72, with statistics 0.85.
    """
    return any(
        column.kind == "category" and len(column.levels) > max(MANY_LEVELS, rows / SHARED_ROWS)
        for column in problem.columns
    )


def resolved(params: Params, problem: Problem, rows: int) -> Params:
    """The parameters a fit uses: the first default for none, and only additive ones where these are demanded."""
    full = params or defaults(problem, rows)[0]
    if full.get("additive") or problem.explainable:
        return {**STUMPS, **{k: v for k, v in full.items() if k not in ("kind", "max_leaves")}, "additive": True} | {
            "max_depth": 1
        }
    return full


def most_rounds(params: Params) -> int:
    """Rounds given, or as many as early stopping may see."""
    given = params.get("rounds")
    # A stump does little, and costs little.
    most = ROUNDS * (3 if params.get("additive") else 1) * max(1.0, 0.05 / max(params.get("eta", 0.3), 1e-3))
    return int(given or min(most, MOST_ROUNDS))


def describe(params: Params) -> str:
    """A short name for the leaderboard."""
    notes = [what for what in (_categories(params), _target(params)) if what]
    if params.get("kind") in FORESTS:
        name = "extra trees" if params["kind"] == "extra" else "random forest"
        return ", ".join([f"{name}, {params.get('trees', EXTRA['trees'])}", *notes])
    if params.get("additive"):
        eta = params.get("eta", STUMPS["eta"])
        return ", ".join(["additive stumps", *([f"eta {eta:.3g}"] if eta != STUMPS["eta"] else []), *notes])
    plain = {name: value for name, value in params.items() if name not in OWN}
    if not plain or plain in (CLASSIFICATION, PROBABILITIES, REGRESSION, IMAGES):
        return ", ".join(["XGBoost", *(notes or ["tuned defaults"])])
    return ", ".join(["XGBoost", *_shape(plain), *notes])


def _shape(plain: dict[str, Any]) -> list[str]:
    size = f"{plain['max_leaves']} leaves" if plain.get("max_leaves") else f"depth {plain.get('max_depth', 6)}"
    return [size, f"eta {plain.get('eta', 0.3):.3g}"]


def _categories(params: Params) -> str:
    return "category statistics" if params.get("categories") == "statistics" else ""


def _target(params: Params) -> str:
    return transform.WORDS.get(params.get("target", "plain"), "")
