"""The linear family: what a number is seen as, which penalty, which target; the strength is chosen in the fit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl.encode.sparse import SparseTable
from automl.encode.table import LinearTable
from automl.families import transform as targets
from automl.families.base import FitFailed, Knob
from automl.families.features import encoded
from automl.families.linear import elastic, memory, sparse, squared
from automl.families.linear.model import LinearModel, load
from automl.families.linear.rows import Rows, Timer, folds
from automl.families.quantile import quantile_of, weighted_quantile

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset
    from automl.families.base import Limits, Params
    from automl.types import FamilyName, Problem

    Judged = tuple[Array, Array]
    """Row numbers, and what is predicted of them in the units of `Rows.y`."""

SMALL_MATRIX = 5_000_000
"""Cells up to which one BLAS thread is as fast as several, and does not suffer from other work on the machine."""
MOST_NUMBERS, MOST_CELLS = 500, 2_000_000
"""Numbers, and cells of them, up to which splines and bins are offered: up to ten columns take the place of each."""
SKEWED = 2.0
"""Skewness of a number beyond which its normal scores are worth a trial."""
OPTIONS = ("basis", "text", "penalty", "target")
PLAIN = ("plain", "topics", "l2")
"""Values of the options that go without saying."""
WORDS = {
    ("basis", "spline"): "splines",
    ("basis", "bins"): "bins",
    ("basis", "quantile"): "normal scores",
    ("text", "ngrams"): "n-grams of texts",
    ("penalty", "elastic"): "elastic net",
    ("penalty", "l1"): "lasso",
    **{("target", kind): words for kind, words in targets.WORDS.items()},
}


class LinearFamily:
    """See module."""

    name: ClassVar[FamilyName] = "linear"
    in_worker: ClassVar[bool] = False

    def defaults(self, problem: Problem, rows: int) -> list[Params]:
        """Numbers as they are with the penalty from a path, then splines, bent targets, an elastic net, scores."""
        if problem.modality != "table":
            return [{}]
        numbers = [column for column in problem.columns if column.kind == "number"]
        curved = _curved(len(numbers), rows)
        offered: list[Params] = [{}]
        if _has_texts(problem):
            offered.append({"text": "ngrams"})
        if curved:
            offered.append({"basis": "spline"})
        bases: list[Params] = [{"basis": "spline"}, {}] if curved else [{}]
        bent = targets.queued(problem)
        offered += [{"target": kind, **basis} for kind in bent[:1] for basis in bases]
        offered += [{"target": kind, **bases[0]} for kind in bent[1:]]
        offered.append({"penalty": "elastic"})
        if curved and any(abs(column.stats.get("skew") or 0.0) > SKEWED for column in numbers):
            offered.append({"basis": "quantile"})
        return offered

    def space(self, problem: Problem, rows: int) -> list[Knob]:
        """The strength of the squared penalty, what stands for a number, and the target where it is skewed."""
        regression = problem.task == "regression"
        if problem.modality == "text":
            return [Knob("alpha", 1e-2, 1e2, log=True) if regression else Knob("C", 1e-1, 1e4, log=True)]
        knobs = [Knob("alpha", 1e-3, 1e5, log=True) if regression else Knob("C", 1e-4, 1e2, log=True)]
        if problem.modality != "table":
            return knobs
        numbers = sum(column.kind == "number" for column in problem.columns)
        if _curved(numbers, rows):
            knobs.append(Knob("basis", choices=("plain", "spline", "bins", "quantile")))
        if _has_texts(problem):
            knobs.append(Knob("text", choices=("topics", "ngrams")))
        return knobs + targets.knobs(problem)

    def fit(self, params: Params, train: Dataset, limits: Limits) -> LinearModel:
        """Encode, choose the strength of the penalty unless given, solve."""
        from threadpoolctl import threadpool_limits

        timer = Timer(limits.seconds, time.monotonic())
        regression = train.problem.task == "regression"
        smaller: dict[str, Any] = {}
        if train.problem.modality == "table" and not _as_ngrams(params, train.problem):
            train, smaller = memory.fitting(train, params, limits.memory)
        transform = targets.fit(train.y, params.get("target", "plain")) if regression else targets.TargetTransform()
        features, matrix = _encoded(params, train)
        rows = Rows(matrix, transform.transform(train.y), train.weight, train.problem.outputs)
        with threadpool_limits(1 if matrix.size <= SMALL_MATRIX else limits.threads, user_api="blas"):
            penalty, coefficients, intercept, cut = _solve(params, train, rows, timer)
            if transform.kind != "plain" and targets.wants_smearing(train.problem.metric):
                transform = _smeared(transform, params, penalty, train, rows, timer)
            level = quantile_of(train.problem.metric)
            if regression and level is not None:  # the line that leaves this share of the targets below it
                known = np.arange(len(train)), matrix @ coefficients[:, 0] + intercept[0]
                intercept = intercept + _shift(level, known, _unseen(params, penalty, train, rows, timer), rows)
        info: dict[str, Any] = {
            "parameters": int(np.count_nonzero(coefficients) + intercept.size),
            "cut_by_time": cut,
            **penalty,
        }
        if smaller:
            info["downsized"] = smaller
        options = {name: params[name] for name in OPTIONS if params.get(name, "plain") not in PLAIN}
        model = LinearModel(train.problem, features, coefficients, intercept, penalty, info, options, transform)
        return model.averaged(matrix)

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


def _has_texts(problem: Problem) -> bool:
    """True when texts may be seen as n-grams: where a reader must follow each step, topics are few enough."""
    return not problem.explainable and any(column.kind == "text" for column in problem.columns)


def _as_ngrams(params: Params, problem: Problem) -> bool:
    return params.get("text") == "ngrams" and _has_texts(problem)


def _encoded(params: Params, train: Dataset) -> tuple[Any, Any]:
    """The fitted encoder and the matrix of the training rows, sparse where texts are n-grams."""
    problem = train.problem
    if problem.modality != "table":
        return encoded(train, "linear")
    if _as_ngrams(params, problem):
        return SparseTable.fit(train.inputs, problem.columns, problem.seed, params.get("basis", "plain"))
    table = LinearTable.fit(train.inputs, problem.columns, problem.seed, params.get("basis", "plain"))
    return table, table.transform(train.inputs)


def _solve(params: Params, train: Dataset, rows: Rows, timer: Timer) -> tuple[dict[str, float], Array, Array, bool]:
    """(penalty, (d, k) coefficients, (k,) intercept, whether time ended the choice)."""
    from scipy.sparse import issparse

    regression = train.problem.task == "regression"
    kind = params.get("penalty", "l2")
    if issparse(rows.matrix):
        return _solve_sparse(params, train, rows, timer)
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


def _solve_sparse(
    params: Params, train: Dataset, rows: Rows, timer: Timer
) -> tuple[dict[str, float], Array, Array, bool]:
    """The same for a sparse matrix, which has the squared penalty alone."""
    regression = train.problem.task == "regression"
    name = "alpha" if regression else "C"
    given = params.get(name)
    solver, pairs = sparse.ridge if regression else sparse.logistic, [] if given is not None else folds(train)
    strength, coefficients, intercept, cut = solver(rows, given, pairs, timer)
    return {name: strength}, coefficients, intercept, cut


def _smeared(
    transform: targets.TargetTransform, params: Params, penalty: dict[str, float], train: Dataset, rows: Rows,
    timer: Timer,
) -> targets.TargetTransform:  # fmt: skip
    """The transform with the correction from rows that a model of the same penalty did not learn from."""
    check, predicted = _unseen(params, penalty, train, rows, timer, most=1)
    if not len(check):
        return transform
    return transform.smeared(train.y[check], predicted, None if train.weight is None else train.weight[check])


def _shift(level: float, known: Judged, unseen: Judged, rows: Rows) -> float:
    """What is added to predictions so that a share `level` of the weight lies below them.

    Rows that were learnt from lie nearer to them than new ones: 0.9 of those is 0.8 of these where columns are many.
    """
    judged, predicted = unseen if len(unseen[0]) else known
    weight = np.ones(len(judged)) if rows.weight is None else rows.weight[judged]
    return weighted_quantile(rows.y[judged] - predicted, weight, level)


def _unseen(
    params: Params, penalty: dict[str, float], train: Dataset, rows: Rows, timer: Timer, most: int | None = None
) -> Judged:
    """Rows judged by models of the same penalty that did not learn from them: all folds, or as many as time allows."""
    judged, predicted = [np.arange(0)], [np.zeros(0)]
    for fit, check in folds(train)[:most]:
        if not timer.allows(0.0):
            break
        _, coefficients, intercept, _ = _solve({**params, **penalty}, train.take(fit), rows.take(fit), timer)
        judged.append(check)
        predicted.append(rows.matrix[check] @ coefficients[:, 0] + intercept[0])
    return np.concatenate(judged), np.concatenate(predicted)


FAMILY = LinearFamily()
