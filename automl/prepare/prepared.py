"""What the stages that learn are given, and what is settled before: metric and demanded directions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.errors import UsageError
from automl.types import UNITS

if TYPE_CHECKING:
    from automl.config import Plan
    from automl.data.dataset import Array, Dataset
    from automl.forecast.history import History
    from automl.types import Profile


@dataclass(frozen=True)
class Prepared:
    """Data ready for the stages that learn.

    Attributes:
        rows: (n,) number of each dataset row in the data as read, for predictions.csv and the worst rows.
        paths: file of each dataset row, for files in a folder or named in a manifest.
        history: for a forecast the end of every series, which the model keeps.
        times: (n,) for a forecast the time of each dataset row: seconds since 1970, or numbers.
    """

    profile: Profile
    dataset: Dataset
    rows: Array
    paths: tuple[str, ...] = ()
    history: History | None = None
    times: Array = field(default_factory=lambda: np.zeros(0))


def as_profiled(y: Array, classes: tuple[str, ...], found: Profile) -> tuple[Array, tuple[str, ...]]:
    """Class codes and labels in the order of the profile, where the positive one of two is last."""
    ordered = tuple(found.classes)
    return (y, classes) if ordered == classes else (1 - y, ordered)


def with_tail(prepared: Prepared, development: Array) -> Prepared:
    """The problem told whether the targets have a long tail, by the rows that may be learnt from alone.

    It decides which configurations are tried, and the rows of the test part take no part in any choice. Forecasts have
    scales of their own (see `families.relative`) and stay as they are.

    Args:
        development: positions of the rows outside the test part.
    """
    from automl.profile.target import is_skewed, suits_log

    dataset = prepared.dataset
    if dataset.problem.task != "regression" or dataset.problem.forecast is not None:
        return prepared
    y = dataset.y[development]
    problem = replace(dataset.problem, skewed_target=is_skewed(y), log_target=suits_log(y))
    return replace(prepared, dataset=replace(dataset, problem=problem))


def metric_name(plan: Plan, found: Profile) -> str:
    """The metric of the plan, or the default of the task."""
    from automl.evaluate import metrics

    task = found.task.value
    return metrics.get(plan.metric, task).name if plan.metric else metrics.default(task).name


def monotone(plan: Plan, found: Profile) -> dict[str, int]:
    """The directions that the recipe demands, once each is known to have a meaning.

    Raises:
        UsageError: a column that is no numeric input, or a task or modality without a direction.
    """
    if not plan.monotone:
        return {}
    where = "[monotone]"
    if found.modality.value != "table" or found.task.value == "multiclass":
        what = "several classes" if found.modality.value == "table" else UNITS[found.modality.value][1]
        raise UsageError(f"A monotone effect has no meaning for {what}.", where=where, hint="leave [monotone] out")
    kinds = {column.name: column.kind for column in found.features}
    for name in plan.monotone:
        if name not in kinds:
            raise UsageError.unknown("input column", name, kinds, where=where)
        if kinds[name] != "number":
            numeric = ", ".join(repr(other) for other, kind in kinds.items() if kind == "number") or "none"
            raise UsageError(
                f"The column {name!r} cannot be monotone: its kind is {kinds[name]}, not number.",
                where=where,
                hint=f"numeric inputs: {numeric}",
            )
    return dict(plan.monotone)
