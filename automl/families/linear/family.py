"""The linear family: what a number is seen as, which penalty, which target; the strength is chosen in the fit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl.encode.table import LinearTable
from automl.families import transform as targets
from automl.families.base import FitFailed, Knob, quantile_of
from automl.families.features import fit_features
from automl.families.linear import elastic, squared
from automl.families.linear.model import LinearModel, load
from automl.families.linear.rows import Rows, Timer, folds

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset
    from automl.families.base import Limits, Params
    from automl.types import FamilyName, Problem

SMALL_MATRIX = 5_000_000
"""Cells up to which one BLAS thread is as fast as several, and does not suffer from other work on the machine."""
MOST_NUMBERS, MOST_CELLS = 500, 2_000_000
"""Numbers, and cells of them, up to which splines and bins are offered: up to ten columns take the place of each."""
SKEWED = 2.0
"""Skewness of a number beyond which its normal scores are worth a trial."""
OPTIONS = ("basis", "penalty", "target")
WORDS = {
    ("basis", "spline"): "splines",
    ("basis", "bins"): "bins",
    ("basis", "quantile"): "normal scores",
    ("penalty", "elastic"): "elastic net",
    ("penalty", "l1"): "lasso",
    ("target", "log"): "log target",
}


class LinearFamily:
    """See module."""

    name: ClassVar[FamilyName] = "linear"
    in_worker: ClassVar[bool] = False

    def defaults(self, problem: Problem, rows: int) -> list[Params]:
        """Numbers as they are with the penalty from a path, then splines, a log target, an elastic net, scores."""
        if problem.modality == "image":
            return [{}]
        numbers = [column for column in problem.columns if column.kind == "number"]
        curved = _curved(len(numbers), rows)
        offered: list[Params] = [{}]
        if curved:
            offered.append({"basis": "spline"})
        if problem.skewed_target:
            offered += [{"target": "log", **extra} for extra in ([{"basis": "spline"}] if curved else []) + [{}]]
        offered.append({"penalty": "elastic"})
        if curved and any(abs(column.stats.get("skew") or 0.0) > SKEWED for column in numbers):
            offered.append({"basis": "quantile"})
        return offered

    def space(self, problem: Problem, rows: int) -> list[Knob]:
        """The strength of the squared penalty, what stands for a number, and the target where it is skewed."""
        regression = problem.task == "regression"
        knobs = [Knob("alpha", 1e-3, 1e5, log=True) if regression else Knob("C", 1e-4, 1e2, log=True)]
        numbers = sum(column.kind == "number" for column in problem.columns)
        if _curved(numbers, rows):
            knobs.append(Knob("basis", choices=("plain", "spline", "bins", "quantile")))
        if problem.skewed_target:
            knobs.append(Knob("target", choices=("plain", "log")))
        return knobs

    def fit(self, params: Params, train: Dataset, limits: Limits) -> LinearModel:
        """Encode, choose the strength of the penalty unless given, solve."""
        from threadpoolctl import threadpool_limits

        timer = Timer(limits.seconds, time.monotonic())
        regression = train.problem.task == "regression"
        transform = targets.fit(train.y, params.get("target", "plain")) if regression else targets.TargetTransform()
        features = _features(train, params.get("basis", "plain"))
        matrix = features.transform(train.inputs)
        rows = Rows(matrix, transform.transform(train.y), train.weight, train.problem.outputs)
        with threadpool_limits(1 if matrix.size <= SMALL_MATRIX else limits.threads, user_api="blas"):
            penalty, coefficients, intercept, cut = _solve(params, train, rows, timer)
            if transform.kind != "plain" and targets.wants_smearing(train.problem.metric):
                transform = _smeared(transform, params, penalty, train, rows, timer)
        level = quantile_of(train.problem.metric)
        if regression and level is not None:  # the line that leaves this share of the targets below it
            intercept = intercept + np.quantile(rows.y - matrix @ coefficients[:, 0] - intercept[0], level)
        info = {"parameters": int(np.count_nonzero(coefficients) + intercept.size), "cut_by_time": cut, **penalty}
        options = {name: params[name] for name in OPTIONS if params.get(name, "plain") not in ("plain", "l2")}
        return LinearModel(train.problem, features, coefficients, intercept, penalty, info, options, transform)

    def load(self, folder: Path, problem: Problem) -> LinearModel:
        """The model that `save` wrote."""
        return load(folder, problem)

    def describe(self, params: Params) -> str:
        """A name for the leaderboard."""
        words = [WORDS[name, params[name]] for name in OPTIONS if (name, params.get(name)) in WORDS]
        given = [f"{name} {value:.3g}" for name, value in params.items() if name not in OPTIONS]
        return ", ".join(["linear", *words, *(given or ([] if words else ["penalty from a path"]))])


def _curved(numbers: int, rows: int) -> bool:
    return 0 < numbers <= MOST_NUMBERS and numbers * rows <= MOST_CELLS


def _features(train: Dataset, basis: str) -> Any:
    if train.problem.modality == "image" or basis == "plain":
        return fit_features(train, "linear")
    return LinearTable.fit(train.inputs, train.problem.columns, train.problem.seed, basis)


def _solve(
    params: Params, train: Dataset, rows: Rows, timer: Timer
) -> tuple[dict[str, float], Array, Array, bool]:
    """(penalty, (d, k) coefficients, (k,) intercept, whether time ended the choice)."""
    regression = train.problem.task == "regression"
    kind = params.get("penalty", "l2")
    if kind in elastic.RATIOS:
        strength = params.get("strength")
        pairs = [] if strength is not None else folds(train)
        strength, coefficients, intercept, cut = elastic.fit(rows, kind, strength, pairs, timer, regression)
        return {"strength": strength}, coefficients, intercept, cut
    if kind != "l2":
        raise FitFailed(f"there is no penalty {kind!r}")
    if regression:
        alpha, coefficients, intercept = squared.ridge(rows, params.get("alpha"))
        return {"alpha": alpha}, coefficients, intercept, False
    c = params.get("C")
    c, coefficients, intercept, cut = squared.logistic(rows, c, [] if c is not None else folds(train), timer)
    return {"C": c}, coefficients, intercept, cut


def _smeared(
    transform: targets.TargetTransform, params: Params, penalty: dict[str, float], train: Dataset, rows: Rows,
    timer: Timer,
) -> targets.TargetTransform:  # fmt: skip
    """The transform with the correction from rows that a model of the same penalty did not learn from."""
    pairs = folds(train)[:1]
    if not pairs or not timer.allows(0.0):
        return transform
    fit, check = pairs[0]
    _, coefficients, intercept, _ = _solve({**params, **penalty}, train.take(fit), rows.take(fit), timer)
    weight = None if train.weight is None else train.weight[check]
    return transform.smeared(train.y[check], rows.matrix[check] @ coefficients[:, 0] + intercept[0], weight)


FAMILY = LinearFamily()
