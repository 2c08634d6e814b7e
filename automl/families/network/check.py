"""The loss on the rows set aside, by which the best epoch is chosen, and the temperature they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.families.network.score import log_loss, loss_of

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.families.network.model import NetworkModel
    from automl.families.network.targets import Targets


class Check:
    """Loss of a model on rows it does not learn from.

    Log loss is taken after the best temperature: a network grows too sure of itself long before it stops getting better
    at telling classes apart, and that is put right afterwards (Berta et al. 2025, "Rethinking early stopping").

    Args:
        x, y, weight: encoded inputs, targets and weights of the rows.
    """

    def __init__(self, model: NetworkModel, x: Any, y: Array, weight: Array) -> None:
        self.model, self.x, self.y, self.weight = model, x, y, weight
        self.loss = loss_of(model.problem)

    def __call__(self) -> float:
        """The loss now; NaN when a prediction is not finite."""
        raw = self.model.outputs(self.x)
        if not np.isfinite(raw).all():
            return float("nan")
        targets = self._targets(raw) if self.loss is log_loss else self.model.targets
        return self.loss(self.y, targets.decode(raw), self.weight)

    def calibrated(self) -> Targets:
        """The model's targets with the temperature, or the smearing, that suits its outputs now."""
        return self._targets(self.model.outputs(self.x))

    def _targets(self, raw: Array) -> Targets:
        return self.model.targets.calibrated(self.model.problem, raw, self.y, self.weight)
