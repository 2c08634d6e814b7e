"""The network family behind the common interface; Keras is imported only when something is fitted or loaded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from automl.families.network import params as parameters
from automl.families.network import quiet

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Dataset
    from automl.families.base import Knob, Limits, Params
    from automl.families.network.model import NetworkModel
    from automl.types import FamilyName, Problem


class NetworkFamily:
    """See `automl.families.base.Family`."""

    name: ClassVar[FamilyName] = "network"
    in_worker: ClassVar[bool] = True

    def defaults(self, problem: Problem, rows: int) -> list[Params]:
        """Known-good configurations, the best first."""
        return parameters.defaults(problem, rows)

    def space(self, problem: Problem, rows: int) -> list[Knob]:
        """The search space."""
        return parameters.space(problem, rows)

    def fit(self, params: Params, train: Dataset, limits: Limits) -> NetworkModel:
        """Train until the horizon or the time ends; see `automl.families.network.fitting`."""
        started = time.monotonic()  # before the import, which takes seconds in a process that has not seen Keras
        from automl.families.network import fitting

        return fitting.fit(params, train, limits, started)

    def load(self, folder: Path, problem: Problem) -> NetworkModel:
        """The model that `save` wrote."""
        quiet.import_keras()
        from automl.families.network import model

        return model.load(folder, problem)

    def describe(self, params: Params) -> str:
        """'RealMLP 3x256, lr 0.04' or 'ResNet width 16, 1 block a stage, lr 0.003'."""
        return parameters.describe(params)
