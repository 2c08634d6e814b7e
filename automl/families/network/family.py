"""The network family behind the common interface; Keras is imported only when something is fitted or loaded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from automl.families.network import params as parameters

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
        from automl.families.network import model

        return model.load(folder, problem)

    def describe(self, params: Params) -> str:
        """'RealMLP 3x256, lr 0.04' or 'ResNet width 16, 1 block a stage, lr 0.003'."""
        if not params:
            return "network, tuned defaults"
        if "augment" in params:
            size = "" if params["width"] == "auto" else f" width {params['width']}, {params['blocks']} block(s) a stage"
            return f"ResNet{size}, lr {params['lr']:.2g}, augmentation {params['augment']:g}"
        return ", ".join([_named(params), *_extras(params)])


def _named(params: Params) -> str:
    """'RealMLP 3x256, lr 0.04' or 'TabM-mini 8x 2x128, lr 0.002'."""
    size = "" if params["width"] == "auto" else f" {params['layers']}x{params['width']}"
    if params.get("kind") == "tabm":
        members = "" if params["members"] == "auto" else f" of {params['members']}"
        return f"TabM-mini{members}{size}, lr {params['lr']:.2g}"
    return f"RealMLP{size}, lr {params['lr']:.2g}"


def _extras(params: Params) -> list[str]:
    """What is not as plain as can be; `pbld` is version 0.1.0's."""
    embedding = "pbld" if params.get("pbld") else params.get("embedding", "none")
    named = {
        f"dropout {params.get('dropout', 0.0):g}": params.get("dropout"),
        "weight decay": params.get("weight_decay"),
        "periodic embeddings": embedding == "pbld",
        "piecewise-linear embeddings": embedding == "pwl",
        "quantile scores": params.get("numbers") == "quantile",
        f"level vectors of {params.get('level_size')}": params.get("level_size", 8) != 8,
        "log target": params.get("target") == "log",
    }
    return [name for name, holds in named.items() if holds]
