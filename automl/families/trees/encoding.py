"""The matrix that trees learn from, with what each of its columns is called and may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.dataset import Dataset
from automl.data.split import assign_folds
from automl.encode.statistics import StatisticsTable
from automl.families.features import encoded, load_features

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.encode.state import State
    from automl.types import Problem

FOLDS = 5
MOST_CLASSES = 10
"""Classes that get target statistics of their own: the most frequent ones."""


@dataclass(frozen=True)
class Encoded:
    """A fitted encoder and the matrix of the training rows, which with target statistics `transform` cannot give."""

    features: Any
    matrix: Array


def encode(train: Dataset, categories: str, values: Array, rows: Array) -> Encoded:
    """Fit the encoder.

    Args:
        train: all rows at hand.
        categories: 'codes' or 'statistics'.
        values: (n,) class codes or transformed targets.
        rows: those learnt from; target statistics see no other.
    """
    if categories != "statistics" or train.problem.modality != "table":
        return Encoded(*encoded(train, "trees"))
    groups = None if train.groups is None else train.groups[rows]
    chosen = Dataset(train.problem, None, train.y[rows], groups=groups)
    folds = np.full(len(train), -1)
    folds[rows] = assign_folds(chosen, FOLDS, np.random.default_rng([train.problem.seed, 3]))
    targets = values[:, None] if train.problem.task != "multiclass" else _one_hot(train.y, rows)
    columns, seed = train.problem.columns, train.problem.seed
    features, matrix = StatisticsTable.fit_transform(
        train.inputs, columns, seed, targets.astype(np.float64), train.weight, folds
    )
    return Encoded(features, matrix)


def load(problem: Problem, state: State) -> Any:
    """The encoder that its `state()` described."""
    if "statistics" in state[0]:
        return StatisticsTable.from_state(state)
    return load_features(problem.modality, "trees", state)


def names(features: Any) -> list[str]:
    """A readable name for each matrix column; none for images, whose features have none."""
    if hasattr(features, "names"):
        return list(features.names)
    return [*features.parts.number_names, *features.parts.code_names] if hasattr(features, "parts") else []


def monotone(problem: Problem, features: Any) -> tuple[int, ...] | None:
    """The direction demanded of each matrix column (1, -1, or 0 for none); None when nothing is demanded.

    Probabilities of three or more classes share one scale, so that a direction has no meaning there.
    """
    if not problem.monotone or problem.task == "multiclass":
        return None
    return tuple(problem.monotone.get(name, 0) for name in names(features))


def _one_hot(y: Array, rows: Array) -> Array:
    frequent = np.argsort(-np.bincount(y[rows]), kind="stable")[:MOST_CLASSES]
    targets: Array = y[:, None] == frequent
    return targets
