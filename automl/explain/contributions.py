"""What each column adds to the prediction of one row, for linear models and boosted trees on tables.

Contributions are on the scale on which the model is a sum: for numbers the target's unit (or that of its transform),
for two classes log odds, for more the score of a class less the mean score of all classes. Calibration comes after
them. With `Contributions.base`, what the model says of an average training row, they add up to the model's sum.

Sources: a linear model is a sum over its columns, exactly; for trees Lundberg et al. 2020, "From local explanations to
global understanding with explainable AI for trees" (TreeSHAP, as XGBoost has it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.dataset import take
from automl.errors import UsageError
from automl.types import UNITS

if TYPE_CHECKING:
    import pandas as pd

    from automl.data.dataset import Array
    from automl.types import Problem

MOST = 3
"""Columns named for a row."""
BLOCK_CELLS = 2**25
"""Numbers of a block of rows: memory stays flat however many rows there are."""
LONGEST = 40
"""Characters of a cell that are shown."""
HINT = "a run with --families linear,trees --prefer simple; report.html says which columns matter over all rows"


@dataclass(frozen=True)
class Contributions:
    """Some rows explained.

    Attributes:
        columns: s names.
        values: (n, s, k) what each column adds: k = 1 for numbers and two classes (of the second one), else classes.
        base: (k,) what there is without any column.
    """

    columns: tuple[str, ...]
    values: Array
    base: Array


def check(model: Any, problem: Problem) -> None:
    """Refuse models whose predictions of single rows have no exact and fast form as a sum.

    Args:
        model: as loaded.
        problem: what it was fitted for.

    Raises:
        UsageError: not a linear model or boosted trees on a table, or a folder written without what is needed.
    """
    features = getattr(model, "features", None)
    summed = hasattr(model, "booster") or model.family == "linear"
    if not summed or not hasattr(features, "owners") or problem.modality != "table" or problem.forecast:
        what = "Contributions of single rows are given for linear models and boosted trees on tables"
        raise UsageError(f"{what}; this model is {_said(model, problem)}.", where="--explain", hint=_hint(problem))
    if model.family == "linear" and model.averages is None:
        raise UsageError(
            "The run folder does not hold the averages that contributions are told from.",
            where="--explain",
            hint="fit again: automl fit DATA --recipe RUN/plan.toml",
        )


def contributions(model: Any, inputs: pd.DataFrame) -> Contributions:
    """What each column adds to the sums of typed rows.

    Raises:
        UsageError: see `check`.
    """
    check(model, model.problem)
    names, places = model.features.owners()
    matrix = model.features.transform(inputs)
    if model.family == "linear":
        values = model.added(matrix) - model.averages
        base = model.intercept + model.averages.sum(axis=0)
    else:
        values, base = _of_trees(model, matrix, np.eye(len(names))[places])
    if model.problem.task == "multiclass":  # what is added to all classes alike moves nothing
        values, base = values - values.mean(axis=2, keepdims=True), base - base.mean()
    return Contributions(names, values, base)


def _of_trees(model: Any, matrix: Array, owners: Array) -> tuple[Array, Array]:
    """(n, s, k) and (k,), by (d, s) which column each matrix column is made of."""
    import xgboost

    data = xgboost.DMatrix(matrix, feature_types=model.features.feature_types, enable_categorical=True)
    found = model.booster.predict(data, pred_contribs=True).astype(np.float64)
    found = found.reshape(len(matrix), -1, matrix.shape[1] + 1)
    center, spread = model.transform.line
    base: Array = found[0, :, -1] if len(found) else np.zeros(found.shape[1])
    return spread * (found[:, :, :-1] @ owners).transpose(0, 2, 1), center + spread * base


def reasons(model: Any, inputs: pd.DataFrame, cells: pd.DataFrame, named: Array) -> dict[str, list[str]]:
    """Columns `reason_1`... for a table of predictions: what moved each row most, '' where nothing more did.

    Args:
        model: see `check`.
        inputs: n typed rows.
        cells: the same rows as the user gave them.
        named: (n,) codes of the classes named, of which the contributions are told; unused for numbers.

    Raises:
        UsageError: see `check`.
    """
    check(model, model.problem)
    cells = cells.set_axis([str(name) for name in cells.columns], axis=1)
    step = max(BLOCK_CELLS // (max(len(model.features.owners()[1]), 1) * model.problem.outputs), 1)
    told: list[list[str]] = []
    for start in range(0, len(inputs), step):
        rows = np.arange(start, min(start + step, len(inputs)))
        found = contributions(model, take(inputs, rows))
        values = _of_named(found.values, named[rows], model.problem.task)
        told += _told(found.columns, values, cells.iloc[rows])
    return {f"reason_{i + 1}": [row[i] for row in told] for i in range(MOST)}


def _of_named(values: Array, named: Array, task: str) -> Array:
    """(n, s) contributions to the class named, or to the number."""
    if task == "multiclass":
        return np.take_along_axis(values, named.reshape(-1, 1, 1), axis=2)[:, :, 0]
    sign = np.where(named == 1, 1.0, -1.0)[:, None] if task == "binary" else 1.0
    return np.asarray(values[:, :, 0] * sign)


def _told(columns: tuple[str, ...], values: Array, cells: pd.DataFrame) -> list[list[str]]:
    """`MOST` texts for each row of (n, s) contributions, the largest first."""
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :MOST]
    told = [[""] * MOST for _ in range(len(values))]
    for i, name in enumerate(columns):
        rows, turns = np.nonzero(order == i)
        shown = cells[name].iloc[rows].tolist()
        for row, turn, cell, value in zip(rows.tolist(), turns.tolist(), shown, values[rows, i].tolist(), strict=True):
            if value:
                told[row][turn] = f"{name}={_cell(cell)} ({_signed(value)})"
    return told


def _cell(cell: Any) -> str:
    """A cell as a reader knows it, cut where it is long."""
    if cell is None or cell != cell:  # noqa: PLR0124 (NaN and NaT)
        return "missing"
    text = f"{cell:.10g}" if isinstance(cell, float) else " ".join(str(cell).split())
    return (text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}...") or "missing"


def _signed(value: float) -> str:
    """Three figures, whole numbers in full."""
    return f"{value:+.0f}" if abs(value) >= 100 else f"{value:+.3g}"


def _hint(problem: Problem) -> str:
    """Another run of the same data where one would have contributions."""
    if problem.modality == "table" and problem.forecast is None:
        return HINT
    what = "no forecast" if problem.forecast else f"no model of {UNITS[problem.modality][1]}"
    return f"leave --explain out: {what} has them"


def _said(model: Any, problem: Problem) -> str:
    """What a model is, in words."""
    if model.family in ("linear", "trees"):
        if problem.forecast is not None:
            return "a forecast"
        return "a forest" if problem.modality == "table" else f"one of {UNITS[problem.modality][1]}"
    return {"ensemble": "an ensemble", "network": "a network"}.get(model.family, "the baseline")
