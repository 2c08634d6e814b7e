"""The baseline: class shares, the mean, or the quantile a metric asks for; the seasonal-naive value of a forecast.

What every other family has to beat.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl.encode import state
from automl.families.quantile import MEDIAN, quantile_of, weighted_quantile

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.families.base import Knob, Limits, Params
    from automl.types import FamilyName, Problem


@dataclass
class BaselineModel:
    """One constant prediction, or one input as it is.

    Attributes:
        constant: (classes,) shares, or (1,) value; what is added to the input where there is one.
        column: the input that is predicted; '' for none.
    """

    constant: Array
    column: str = ""
    info: dict[str, Any] = field(default_factory=dict)
    family: ClassVar[FamilyName] = "baseline"

    def predict(self, inputs: Inputs) -> Array:
        """(n, outputs) float32, every row the same, or its seasonal-naive value."""
        if self.column:
            values: Array = inputs[self.column].to_numpy(np.float64)[:, None] + self.constant
            return values.astype(np.float32)
        return np.tile(self.constant.astype(np.float32), (len(inputs), 1))

    def final_params(self) -> Params:
        """Nothing to fix."""
        return {}

    def save(self, folder: Path) -> None:
        """Write the constant and the column."""
        state.save(folder, ({"column": self.column}, {"constant": self.constant}))


class BaselineFamily:
    """See module."""

    name: ClassVar[FamilyName] = "baseline"
    in_worker: ClassVar[bool] = False

    def defaults(self, problem: Problem, rows: int) -> list[Params]:  # noqa: ARG002 (the interface)
        """One configuration."""
        return [{}]

    def space(self, problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG002
        """Nothing to search."""
        return []

    def fit(self, params: Params, train: Dataset, limits: Limits) -> BaselineModel:  # noqa: ARG002
        """Weighted class shares, mean or quantile; for a forecast the value whole seasons before."""
        weight = np.ones(len(train)) if train.weight is None else train.weight
        if train.problem.task != "regression":
            counts = np.bincount(train.y, weights=weight, minlength=train.problem.outputs)
            return BaselineModel(counts / counts.sum())
        level, forecast = quantile_of(train.problem.metric), train.problem.forecast
        if forecast is not None:
            naive = BaselineModel(np.zeros(1), forecast.lag(forecast.naive))
            if level in (None, MEDIAN):  # the quantile that a naive forecast is taken for as it is
                return naive
            errors = train.y - naive.predict(train.inputs)[:, 0]
            return replace(naive, constant=np.asarray([weighted_quantile(errors, weight, float(level or MEDIAN))]))
        if level is not None:
            return BaselineModel(np.asarray([weighted_quantile(train.y, weight, level)]))
        return BaselineModel(np.asarray([np.average(train.y, weights=weight)]))

    def load(self, folder: Path, problem: Problem) -> BaselineModel:  # noqa: ARG002
        """The model that `save` wrote."""
        plain, arrays = state.load(folder)
        return BaselineModel(arrays["constant"], plain.get("column", ""))

    def describe(self, params: Params) -> str:  # noqa: ARG002
        """A name for the leaderboard."""
        return "without a model"


FAMILY = BaselineFamily()
