"""A fitted linear model: coefficients on encoded features."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl.encode import state
from automl.families.features import Features, in_blocks, load_features
from automl.families.transform import TargetTransform

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Inputs
    from automl.families.base import Params
    from automl.types import FamilyName, Problem


@dataclass
class LinearModel:
    """Coefficients on encoded features.

    Attributes:
        coefficients: (d, outputs); for a binary task one column, the log odds of the second class.
        intercept: (outputs,).
        penalty: the strength that was chosen, under the name of its hyperparameter.
        options: the hyperparameters besides the strength.
        transform: of the target, for regression.
        averages: (columns, outputs) what each column of a table adds to the sums of a training row on average; None
            for other modalities, and for a model of a folder written without them.
    """

    problem: Problem
    features: Features
    coefficients: Array
    intercept: Array
    penalty: dict[str, float]
    info: dict[str, Any] = field(default_factory=dict)
    options: Params = field(default_factory=dict)
    transform: TargetTransform = field(default_factory=TargetTransform)
    averages: Array | None = None
    family: ClassVar[FamilyName] = "linear"

    def predict(self, inputs: Inputs) -> Array:
        """(n, classes) probabilities or (n, 1) values, float32."""
        row_bytes = getattr(self.features, "row_bytes", 8 * len(self.coefficients))
        return in_blocks(inputs, self._predict, row_bytes + 16 * self.problem.outputs)

    def raw(self, inputs: Inputs) -> Array:
        """(n, k) sums of points, float64: log odds (one column for a binary task), or values before the transform."""
        scores: Array = self.features.transform(inputs) @ self.coefficients + self.intercept
        return scores

    def added(self, matrix: Any) -> Array:
        """(n, columns, outputs) what each column of a table adds to the sums of encoded rows; not yet centred."""
        names, places = self.features.owners()  # type: ignore[attr-defined] # only tables have columns
        parts = [matrix[:, places == i] @ self.coefficients[places == i] for i in range(len(names))]
        return np.stack([np.asarray(part, np.float64) for part in parts], axis=1)

    def averaged(self, matrix: Any) -> LinearModel:
        """The same model, told the encoded rows that it learnt from."""
        if hasattr(self.features, "owners"):
            self.averages = self.added(np.asarray(matrix.mean(axis=0)).reshape(1, -1))[0]
        return self

    def _predict(self, inputs: Inputs) -> Array:
        scores = self.raw(inputs)
        if self.problem.task == "regression":
            return self.transform.inverse(scores).astype(np.float32)
        if self.problem.task == "binary":
            scores = np.hstack([np.zeros_like(scores), scores])
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        probabilities: Array = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
        return probabilities

    def final_params(self) -> Params:
        """The options and the strength of the penalty that was chosen."""
        return {**self.options, **self.penalty}

    def save(self, folder: Path) -> None:
        """Write encoder and coefficients."""
        plain, arrays = self.features.state()
        own = {"coefficients": self.coefficients, "intercept": self.intercept}
        if self.averages is not None:
            own["averages"] = self.averages
        document = {
            "features": plain,
            "penalty": self.penalty,
            "options": self.options,
            "transform": self.transform.state(),
        }
        state.save(folder, (document, {**arrays, **own}))


def load(folder: Path, problem: Problem) -> LinearModel:
    """The model that `save` wrote."""
    plain, arrays = state.load(folder)
    return LinearModel(
        problem,
        load_features(problem.modality, "linear", (plain["features"], arrays)),
        arrays["coefficients"],
        arrays["intercept"],
        plain["penalty"],
        options=plain.get("options", {}),
        transform=TargetTransform.from_state(plain.get("transform")),
        averages=arrays.get("averages"),
    )
