"""Forests: scikit-learn's extremely randomised trees (Geurts et al. 2006) and random forests (Breiman 2001)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl.encode import state
from automl.encode.state import prefixed, unprefixed
from automl.families.features import in_blocks
from automl.families.transform import TargetTransform, wants_smearing
from automl.families.trees import encoding, memory, nodes
from automl.families.trees.params import EXTRA
from automl.families.trees.rows import prepare, smeared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.families.base import Limits, Params
    from automl.families.trees.nodes import Nodes
    from automl.families.trees.rows import Rows
    from automl.types import FamilyName, Problem

CHUNK = memory.CHUNK
"""Trees grown between two looks at the clock; fewer at first."""
LEAST_LEAF = {"binary": 2, "multiclass": 1, "regression": 2}
ROWS_A_LEAF = 8_000
"""Leaves hold at least one in so many rows: 300 trees then stay under 50 MB on disk, whatever the data."""
MANY_COLUMNS = 60
"""Regression trees look at a third of the columns from here on (Breiman's rule), at all where there are fewer."""


@dataclass
class ForestModel:
    """Trees with their encoder, the shares of the classes and the transform of the target.

    Attributes:
        prior: (outputs,) shares of the classes in training, counted as one more tree: no probability is zero.
        fill: (d,) what missing cells become, or None where the trees handle them.
    """

    problem: Problem
    features: Any
    trees: Nodes
    params: Params
    prior: Array
    fill: Array | None = None
    transform: TargetTransform = field(default_factory=TargetTransform)
    info: dict[str, Any] = field(default_factory=dict)
    family: ClassVar[FamilyName] = "trees"

    @property
    def names(self) -> list[str]:
        """A readable name for each matrix column; empty for images."""
        return encoding.names(self.features)

    def predict(self, inputs: Inputs) -> Array:
        """(n, classes) probabilities or (n, 1) values, float32."""
        return in_blocks(inputs, self._predict, 4 * len(self.features.feature_types) + 24 * self.problem.outputs)

    def _predict(self, inputs: Inputs) -> Array:
        mean = self.trees.mean(_filled(self.features.transform(inputs), self.fill))
        if self.problem.task == "regression":
            return self.transform.inverse(mean).astype(np.float32)
        shares = np.hstack([1 - mean, mean]) if self.problem.task == "binary" else mean
        probabilities: Array = (len(self.trees) * shares + self.prior) / (len(self.trees) + 1)
        return probabilities.astype(np.float32)

    def final_params(self) -> Params:
        """The parameters with the trees that were grown, and the smearing of a transformed target."""
        found: Params = {"trees": len(self.trees)}
        if self.transform.kind != "plain":
            found["smearing"] = self.transform.smearing
        return {**self.params, **found}

    def save(self, folder: Path) -> None:
        """Write encoder and nodes; scikit-learn's own form of a model is a pickle."""
        plain, arrays = self.features.state()
        own = {"params": self.params, "info": self.info, "transform": self.transform.state()}
        forest = {**self.trees.arrays(), "prior": self.prior}
        if self.fill is not None:
            forest["fill"] = self.fill
        state.save(folder, ({"features": plain, **own}, {**arrays, **prefixed("forest", forest)}))

    @classmethod
    def load(cls, folder: Path, problem: Problem) -> ForestModel:
        """The model that `save` wrote.

        Raises:
            RunError: a file is missing, or the trees are damaged.
        """
        plain, arrays = state.load(folder)
        features = encoding.load(problem, (plain["features"], arrays))
        forest = unprefixed("forest", arrays)
        trees = nodes.checked(forest, len(features.feature_types), _leaf_outputs(problem))
        transform = TargetTransform.from_state(plain["transform"])
        return cls(
            problem, features, trees, plain["params"], forest["prior"], forest.get("fill"), transform, plain["info"]
        )


def fit(params: Params, train: Dataset, limits: Limits) -> ForestModel:
    """Grow the trees asked for, or as many as the time allows; at least two."""
    started = time.monotonic()
    problem = train.problem
    smears = params.get("target", "plain") != "plain" and wants_smearing(problem.metric) and "smearing" not in params
    rows = prepare(params, train, aside=smears and problem.task == "regression" and not limits.full)
    constraints = encoding.monotone(problem, rows.encoded.features)
    # scikit-learn documents missing cells and monotone constraints as not going together.
    fill = _medians(rows.encoded.matrix[rows.fit]) if constraints is not None else None
    matrix = _filled(rows.encoded.matrix, fill)
    asked = int(params.get("trees", EXTRA["trees"]))
    most = memory.available(limits.memory)
    size = memory.fitting_forest(len(rows.fit), matrix.shape[1], _leaf_outputs(problem), asked, ROWS_A_LEAF, most)
    wanted, rows = size.trees, rows.fewer(size.rows)
    deadline = None if limits.seconds is None else started + limits.seconds
    options = _options(params, rows, limits.threads, constraints)
    trees = _grown(wanted, deadline, _chunks(wanted, _kind(params, problem), options, rows, matrix[rows.fit]))
    transform = smeared(params, rows, trees.mean(matrix[rows.check])[:, 0] if len(rows.check) else np.zeros(0))
    # "rounds" too: what a length is called wherever lengths are compared.
    grown = {"trees": len(trees), "rounds": len(trees), "nodes": len(trees.feature)}
    info: dict[str, Any] = {**grown, "cut_by_time": len(trees) < wanted}
    if transform.kind != "plain":
        info["smearing"] = transform.smearing
    if constraints is not None:
        info["monotone"] = dict(problem.monotone)
    if size.made_smaller:
        info["downsized"] = size.made_smaller
    return ForestModel(problem, rows.encoded.features, trees, params, _prior(train), fill, transform, info)


def _grown(wanted: int, deadline: float | None, chunks: Iterator[Nodes]) -> Nodes:
    """Chunks until there are as many trees as wanted, or the next chunk would not fit into the time."""
    parts: list[Nodes] = []
    grown, size = 0, 2
    while grown < wanted:
        before = time.monotonic()
        part = next(chunks)
        parts.append(part)
        grown += len(part)
        seconds_a_tree = (time.monotonic() - before) / len(part)
        size = min(2 * size, CHUNK)
        if deadline is not None and time.monotonic() + seconds_a_tree * min(size, wanted - grown) > deadline:
            break
    return nodes.joined(parts)


def _chunks(wanted: int, kind: Any, options: dict[str, Any], rows: Rows, matrix: Array) -> Iterator[Nodes]:
    """Trees in chunks of 2, 4, 8, 16, 16, ...: seeded by number, so that the first trees are always the same."""
    grown, size, number = 0, 2, 0
    while grown < wanted:
        several = min(size, wanted - grown)
        seed = int(np.random.default_rng([rows.train.problem.seed, 5, number]).integers(2**31))
        forest = kind(n_estimators=several, random_state=seed, **options)
        forest.fit(matrix, rows.values[rows.fit], sample_weight=rows.weight(rows.fit))
        trees = [one.tree_ for one in forest.estimators_]
        yield nodes.of_trees(trees, [_values(tree, forest, rows.train.problem) for tree in trees])
        grown, size, number = grown + several, min(2 * size, CHUNK), number + 1


def _kind(params: Params, problem: Problem) -> Any:
    from sklearn import ensemble

    name = "ExtraTrees" if params["kind"] == "extra" else "RandomForest"
    return getattr(ensemble, name + ("Regressor" if problem.task == "regression" else "Classifier"))


def _options(params: Params, rows: Rows, threads: int, constraints: tuple[int, ...] | None) -> dict[str, Any]:
    """scikit-learn's parameters for this problem."""
    columns = rows.encoded.matrix.shape[1]
    usual: Any = "sqrt" if rows.train.problem.task != "regression" else 1.0 if columns < MANY_COLUMNS else 1 / 3
    least = max(LEAST_LEAF[rows.train.problem.task], -(-len(rows.fit) // ROWS_A_LEAF))
    return {
        "min_samples_leaf": int(params.get("min_leaf") or least),
        "max_features": params.get("max_features") or usual,
        "monotonic_cst": constraints,
        "n_jobs": threads,
    }


def _values(tree: Any, forest: Any, problem: Problem) -> Array:
    """(nodes, outputs) value of each node: a mean, the share of the second class, or the share of every class."""
    value: Array = tree.value[:, 0, :]
    if problem.task == "regression":
        return value
    shares = np.zeros((len(value), problem.outputs))
    shares[:, np.asarray(forest.classes_, np.int64)] = value / np.maximum(value.sum(axis=1, keepdims=True), 1e-12)
    return shares[:, 1:] if problem.task == "binary" else shares


def _leaf_outputs(problem: Problem) -> int:
    return problem.outputs if problem.task == "multiclass" else 1


def _prior(train: Dataset) -> Array:
    if train.problem.task == "regression":
        return np.zeros(1)
    counts = np.bincount(train.y, train.weight, train.problem.outputs) + 1.0
    shares: Array = counts / counts.sum()
    return shares


def _medians(matrix: Array) -> Array:
    known = np.where(np.isnan(matrix).all(axis=0), np.float32(0), matrix)
    return np.nanmedian(known, axis=0).astype(np.float32)


def _filled(matrix: Array, fill: Array | None) -> Array:
    return matrix if fill is None else np.where(np.isnan(matrix), fill, matrix)
