"""A trained network with its encoder: predictions, and files that load in another process."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import keras
import numpy as np

from automl import jsonio
from automl.data.dataset import take
from automl.encode import state
from automl.families.network import precision
from automl.families.network.kinds import kind_of
from automl.families.network.shared import Shared
from automl.families.network.targets import Targets, merged
from automl.families.network.trainer import outputs

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Inputs
    from automl.families.base import Params
    from automl.families.network.kind import Encoder
    from automl.types import FamilyName, Problem

BLOCK = 50_000
"""Typed rows encoded at a time."""


@dataclass
class NetworkModel:
    """See `automl.families.base.Model`.

    Attributes:
        shared: holds the network, in turn with other models of its shape.
        encoder: of typed rows; None for images and spectrograms, which the network reads as they are.
        weights: the model's own; None while it is trained and where the network is its own.
    """

    problem: Problem
    shared: Shared
    targets: Targets
    encoder: Encoder | None
    params: Params
    info: dict[str, Any] = field(default_factory=dict)
    weights: list[Array] | None = None
    family: ClassVar[FamilyName] = "network"

    @property
    def network(self) -> keras.Model:
        """The network with this model's weights in it."""
        return self.shared.lend(self.weights)

    def own(self) -> None:
        """Keep the weights that training left in the network, so that the next model may be trained with it.

        A network that learnt in half precision predicts, and is saved, in single precision.
        """
        if precision.is_mixed(self.shared.network):
            self.shared, self.weights = Shared(precision.single(self.shared.network)), None
            return
        self.weights = self.shared.network.get_weights()
        self.shared.holder = self.weights

    def predict(self, inputs: Inputs) -> Array:
        """(n, classes) probabilities or (n, 1) values, float32, finite."""
        return np.concatenate([self._predict(inputs, start) for start in range(0, max(len(inputs), 1), BLOCK)])

    def _predict(self, inputs: Inputs, start: int) -> Array:
        rows = take(inputs, np.arange(start, min(start + BLOCK, len(inputs))))
        matrix = rows if self.encoder is None else self.encoder.transform(rows)
        return self.targets.decode(self.outputs(matrix))

    def outputs(self, matrix: Any) -> Array:
        """(rows, outputs) float32 of the network for encoded rows."""
        raw = outputs(self.network, matrix, kind_of(self.problem.modality, self.params).batch)
        return merged(raw, self.targets.kind)

    def final_params(self) -> Params:
        """The same parameters with the horizon that was planned."""
        return {**self.params, "epochs": self.info["planned_epochs"]}

    def save(self, folder: Path) -> None:
        """Write network.keras, encoder.json and arrays.npz."""
        self.network.save(folder / "network.keras")
        plain, arrays = self.encoder.state() if self.encoder is not None else ({}, {})
        described = {"encoder": plain, "targets": asdict(self.targets), "params": self.params, "info": self.info}
        state.save(folder, (described, arrays))


def load(folder: Path, problem: Problem) -> NetworkModel:
    """The model that `NetworkModel.save` wrote; safe to load from a stranger."""
    plain, arrays = state.load(folder)
    network = keras.saving.load_model(folder / "network.keras", compile=False, safe_mode=True)
    encoder = kind_of(problem.modality, plain["params"]).restored((plain["encoder"], arrays))
    targets = jsonio.build(Targets, plain["targets"])
    return NetworkModel(problem, Shared(network), targets, encoder, plain["params"], plain["info"])
