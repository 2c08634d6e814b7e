"""Forecasts relative to the level of a series: what a family learns in place of the target itself.

Trees never predict beyond the targets they have seen, and a network hardly does. Told the values of the past as
differences to (or ratios to) the level known at the time, and asked for the difference to that level, they follow a
trend as a linear model does.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import jsonio
from automl.families.base import Knob
from automl.forecast.scale import related, scales, unrelated
from automl.types import Scale  # noqa: TC001 (jsonio.build reads the annotation)

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.families.base import Family, Limits, Model, Params
    from automl.types import FamilyName, Forecast, Problem

KEY = "relative"
FILE = "relative.json"
WORDS = {"difference": "difference to the level", "ratio": "ratio to the level"}


@dataclass(frozen=True)
class Relation:
    """How inputs and target are related to the level.

    Attributes:
        scale: 'difference' or 'ratio'.
        level: input column of the level, which the model does not see.
        values, spreads: input columns in the unit of the target that hold values and spreads.
        floor: the lowest level that a ratio is taken to.
        lowest: predictions end here: 0 where no target was below, else None.
    """

    scale: Scale
    level: str
    values: tuple[str, ...]
    spreads: tuple[str, ...]
    floor: float
    lowest: float | None

    @classmethod
    def of(cls, scale: Scale, forecast: Forecast, y: Array) -> Relation:
        """The relation for training targets."""
        values = tuple(name for name in forecast.values if name != forecast.level)
        lowest = 0.0 if len(y) and y.min() >= 0 else None
        return cls(scale, forecast.level, values, (forecast.spread,), forecast.floor, lowest)

    def problem(self, problem: Problem) -> Problem:
        """The problem without the column of the level."""
        return replace(problem, columns=tuple(c for c in problem.columns if c.name != self.level))

    def inputs(self, frame: Inputs) -> Inputs:
        """The inputs with values told by their distance from the level."""
        level = self._level(frame)
        moved = self.values if self.scale == "difference" else (*self.values, *self.spreads)
        told = {name: related(frame[name].to_numpy(np.float64), level, self.scale) for name in moved}
        return frame.assign(**told).drop(columns=self.level)

    def target(self, y: Array, frame: Inputs) -> Array:
        """(n,) what is learnt."""
        return related(y, self._level(frame), self.scale)

    def back(self, values: Array, frame: Inputs) -> Array:
        """(n, 1) float32 predictions in the unit of the target."""
        found = unrelated(values, self._level(frame), self.scale)
        return (found if self.lowest is None else np.maximum(found, self.lowest)).astype(np.float32)

    def _level(self, frame: Inputs) -> Array:
        level: Array = frame[self.level].to_numpy(np.float64)
        return level if self.scale == "difference" else np.maximum(level, self.floor)


@dataclass
class RelativeModel:
    """A model of what is relative to the level."""

    inner: Model
    relation: Relation
    family: FamilyName = field(init=False)
    info: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Family and facts are those of the model inside."""
        self.family, self.info = self.inner.family, self.inner.info

    def predict(self, inputs: Inputs) -> Array:
        """(n, 1) values, float32."""
        return self.relation.back(self.inner.predict(self.relation.inputs(inputs)), inputs)

    def final_params(self) -> Params:
        """Those of the model inside, and the scale."""
        return {**self.inner.final_params(), KEY: self.relation.scale}

    def save(self, folder: Path) -> None:
        """The model inside, and relative.json beside it."""
        self.inner.save(folder)
        jsonio.write(folder / FILE, asdict(self.relation))


class RelativeFamily:
    """A family that is told and asked what is relative to the level where a forecast is made, and else is as it was."""

    def __init__(self, inner: Family) -> None:
        self.inner, self.name, self.in_worker = inner, inner.name, inner.in_worker

    def defaults(self, problem: Problem, rows: int) -> list[Params]:
        """Each configuration on the scale that the series suggests; the first one on the other scales too."""
        found = self.inner.defaults(problem, rows)
        if problem.forecast is None:
            return found
        first, *others = offered(problem)
        head = [{**found[0], KEY: scale} for scale in (first, *others)]
        return [*head, *({**params, KEY: first} for params in found[1:])]

    def space(self, problem: Problem, rows: int) -> list[Knob]:
        """The space of the family, and the scale where there is more than one."""
        choices = offered(problem)
        return [*self.inner.space(problem, rows), *([Knob(KEY, choices=choices)] if len(choices) > 1 else [])]

    def fit(self, params: Params, train: Dataset, limits: Limits) -> Model:
        """Fit on what is relative, or on the rows as they are."""
        params, forecast = dict(params), train.problem.forecast
        scale = params.pop(KEY, "none")
        if scale == "none" or forecast is None:
            return self.inner.fit(params, train, limits)
        relation = Relation.of(scale, forecast, train.y)
        told = replace(
            train,
            problem=relation.problem(train.problem),
            inputs=relation.inputs(train.inputs),
            y=relation.target(train.y, train.inputs),
        )
        return RelativeModel(self.inner.fit(params, told, limits), relation)

    def load(self, folder: Path, problem: Problem) -> Model:
        """The model that `save` wrote."""
        if not (folder / FILE).is_file():
            return self.inner.load(folder, problem)
        relation = jsonio.build(Relation, jsonio.read(folder / FILE))
        return RelativeModel(self.inner.load(folder, relation.problem(problem)), relation)

    def describe(self, params: Params) -> str:
        """A name for the leaderboard."""
        said = self.inner.describe({name: value for name, value in params.items() if name != KEY})
        return f"{said}, {WORDS[params[KEY]]}" if params.get(KEY) in WORDS else said


def offered(problem: Problem) -> tuple[Scale, ...]:
    """Scales that a family may learn on, the likeliest first; models that are printed whole see values as they are."""
    forecast = problem.forecast
    if forecast is None or problem.explainable:
        return ("none",)
    return (forecast.scale, *(scale for scale in scales(forecast) if scale != forecast.scale))
