"""What every kind of trees starts from: rows to learn from and to check on, the target to learn, the matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.data.split import set_aside
from automl.families import transform
from automl.families.trees import encoding

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset
    from automl.families.base import Params
    from automl.families.transform import TargetTransform
    from automl.families.trees.encoding import Encoded

CHECKED = 0.2
SMEARED = 20
"""Rows set aside from which on a smearing factor is estimated: fewer would add more noise than they correct."""


@dataclass(frozen=True)
class Rows:
    """Training rows ready for trees.

    Attributes:
        fit, check: positions of the rows to learn from, and of those set aside.
        values: (n,) class codes or transformed targets.
        encoded: encoder and matrix of all rows.
    """

    train: Dataset
    fit: Array
    check: Array
    transform: TargetTransform
    values: Array
    encoded: Encoded

    def fewer(self, most: int) -> Rows:
        """With at most so many rows to learn from, drawn at random."""
        if most >= len(self.fit):
            return self
        kept = np.random.default_rng([self.train.problem.seed, 4]).choice(self.fit, most, replace=False)
        return replace(self, fit=np.sort(kept))

    def weight(self, rows: Array) -> Array | None:
        """Row weights of these rows, or None."""
        return None if self.train.weight is None else self.train.weight[rows]


def prepare(params: Params, train: Dataset, aside: bool) -> Rows:
    """Set rows aside if asked, transform the target, encode."""
    fit, check = set_aside(train, CHECKED) if aside else (np.arange(len(train)), np.arange(0))
    used = transform.TargetTransform()
    if train.problem.task == "regression":
        kind = str(params.get("target", "plain"))
        used = transform.standard(train.y[fit]) if kind == "plain" else transform.fit(train.y[fit], kind)
    values = used.transform(train.y)
    encoded = encoding.encode(train, str(params.get("categories", "codes")), values, fit)
    return Rows(train, fit, check, used, values, encoded)


def smeared(params: Params, rows: Rows, predicted: Array) -> TargetTransform:
    """The transform with the smearing factor given, or with that of the rows set aside, where the metric wants one.

    Args:
        params: 'smearing' is the factor given.
        predicted: (c,) predictions of the rows set aside, on the transformed scale.
    """
    if rows.transform.kind == "plain" or not transform.wants_smearing(rows.train.problem.metric):
        return rows.transform
    if len(rows.check) >= SMEARED:
        return rows.transform.smeared(rows.train.y[rows.check], predicted, rows.weight(rows.check))
    return replace(rows.transform, smearing=float(params.get("smearing", rows.transform.smearing)))
