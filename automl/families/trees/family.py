"""Trees as a family: which kind a configuration asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from automl.families.trees import boosting, forest
from automl.families.trees import params as portfolio

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Dataset
    from automl.families.base import Knob, Limits, Params
    from automl.families.trees.boosting import BoostedModel
    from automl.families.trees.forest import ForestModel
    from automl.types import FamilyName, Problem


class TreesFamily:
    """See the package."""

    name: ClassVar[FamilyName] = "trees"
    in_worker: ClassVar[bool] = False

    def defaults(self, problem: Problem, rows: int) -> list[Params]:
        """Known-good configurations, the tuned defaults first."""
        return portfolio.defaults(problem, rows)

    def space(self, problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG002 (the interface)
        """The search space of boosting."""
        return portfolio.space(problem)

    def fit(self, params: Params, train: Dataset, limits: Limits) -> BoostedModel | ForestModel:
        """Boost, or grow a forest."""
        used = portfolio.resolved(params, train.problem, len(train))
        if used.get("kind") in portfolio.FORESTS:
            return forest.fit(used, train, limits)
        return boosting.fit(used, train, limits)

    def load(self, folder: Path, problem: Problem) -> BoostedModel | ForestModel:
        """The model that `save` wrote."""
        if (folder / boosting.FILE).is_file():
            return boosting.BoostedModel.load(folder, problem)
        return forest.ForestModel.load(folder, problem)

    def describe(self, params: Params) -> str:
        """A name for the leaderboard."""
        return portfolio.describe(params)


FAMILY = TreesFamily()
