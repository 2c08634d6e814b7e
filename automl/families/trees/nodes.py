"""Trees of scikit-learn as plain arrays: ten bytes a node, checked before any of it reaches compiled code."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.dataset import Array

LEAF = -1


@dataclass(frozen=True)
class Nodes:
    """Trees one after another, the nodes of each in the order in which they are met depth first.

    The left child of an inner node is the node that follows it.

    Attributes:
        starts: (trees + 1,) int64 first node of each tree; the last is the number of all nodes.
        feature: (nodes,) matrix column that is split, -1 in a leaf.
        number: (nodes,) float32: an inner node's rows up to it go left; with one output, a leaf's value.
        right: (nodes,) int32 right child, counted from the start of the tree; with several outputs, a leaf's row in
            `values`.
        missing_left: (nodes / 8,) uint8, a bit a node: rows with a missing cell go left.
        values: (different leaves, outputs) float32; no rows with one output.
    """

    starts: Array
    feature: Array
    number: Array
    right: Array
    missing_left: Array
    values: Array

    def __len__(self) -> int:
        """Trees."""
        return len(self.starts) - 1

    def mean(self, matrix: Array) -> Array:
        """(n, outputs) float64 mean over the trees.

        Args:
            matrix: (n, d) float32, NaN where missing.
        """
        matrix = np.ascontiguousarray(matrix, np.float32)
        total = np.zeros((len(matrix), self.values.shape[1]))
        missing_left = np.unpackbits(self.missing_left, count=len(self.feature))
        for first, end in zip(self.starts[:-1], self.starts[1:], strict=True):
            reached = first + self._rebuilt(first, end, missing_left, matrix.shape[1]).apply(matrix)
            total += self.values[self.right[reached]] if len(self.values) else self.number[reached, None]
        mean: Array = total / len(self)
        return mean

    def _rebuilt(self, first: int, end: int, missing_left: Array, width: int) -> Any:
        """One tree as scikit-learn's own, which walks it in compiled code; it knows the structure, not the values."""
        from sklearn.tree._tree import NODE_DTYPE, Tree

        inner = self.feature[first:end] != LEAF
        nodes = np.zeros(end - first, NODE_DTYPE)
        nodes["left_child"] = np.where(inner, np.arange(1, end - first + 1), -1)
        nodes["right_child"] = np.where(inner, self.right[first:end], -1)
        nodes["feature"] = np.where(inner, self.feature[first:end], -2)
        nodes["threshold"] = self.number[first:end]
        nodes["missing_go_to_left"] = missing_left[first:end]
        tree = Tree(width, np.ones(1, np.intp), 1)
        values = np.zeros((end - first, 1, 1))
        tree.__setstate__({"max_depth": 0, "node_count": end - first, "nodes": nodes, "values": values})
        return tree

    def arrays(self) -> dict[str, Array]:
        """The arrays by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def of_trees(trees: Sequence[Any], values: Sequence[Array]) -> Nodes:
    """The nodes of fitted trees.

    Args:
        trees: scikit-learn's `Tree` objects.
        values: for each (nodes, outputs) what it predicts in each node.
    """
    leaves = [tree.children_left == -1 for tree in trees]
    outputs = values[0].shape[1]
    number = [np.where(leaf, v[:, 0], _at_most(t.threshold)) for t, leaf, v in zip(trees, leaves, values, strict=True)]
    right = np.concatenate([tree.children_right for tree in trees])
    table = np.zeros((0, outputs), np.float32)
    if outputs > 1:
        leaf = np.concatenate(leaves)
        table, right[leaf] = _different(np.concatenate(values).astype(np.float32)[leaf])
    else:
        right = np.maximum(right, 0)
    feature = np.concatenate([np.where(leaf, LEAF, t.feature) for t, leaf in zip(trees, leaves, strict=True)])
    missing_left = np.concatenate([tree.missing_go_to_left for tree in trees])
    return Nodes(
        np.concatenate([[0], np.cumsum([tree.node_count for tree in trees])]),
        feature.astype(np.int16 if feature.max() < 2**15 else np.int32),
        np.concatenate(number).astype(np.float32),
        right.astype(np.int32),
        np.packbits(missing_left.astype(bool)),
        table,
    )


def joined(parts: Sequence[Nodes]) -> Nodes:
    """The trees of all parts, in order."""
    offsets = np.cumsum([0] + [len(part.values) for part in parts[:-1]])
    sizes = np.cumsum([0] + [len(part.feature) for part in parts[:-1]])
    right = [np.where(p.feature == LEAF, p.right + o, p.right) for p, o in zip(parts, offsets, strict=True)]
    bits = [np.unpackbits(part.missing_left, count=len(part.feature)) for part in parts]
    starts = [part.starts[:-1] + size for part, size in zip(parts, sizes, strict=True)]
    return Nodes(
        np.concatenate([*starts, [sizes[-1] + len(parts[-1].feature)]]),
        np.concatenate([part.feature for part in parts]),
        np.concatenate([part.number for part in parts]),
        np.concatenate(right).astype(np.int32),
        np.packbits(np.concatenate(bits)),
        np.vstack([part.values for part in parts]),
    )


def checked(arrays: dict[str, Array], width: int, outputs: int) -> Nodes:
    """The nodes in arrays that may come from anywhere.

    Args:
        width: columns of the matrix.
        outputs: numbers a leaf holds.

    Raises:
        RunError: the arrays are no trees over such a matrix, with what is wrong.
    """
    missing = [f.name for f in fields(Nodes) if f.name not in arrays]
    wrong = f"{missing[0]} is missing" if missing else _wrong(arrays, width, outputs)
    if wrong:
        raise RunError(f"The trees of the model are damaged: {wrong}.", where="arrays.npz", hint="fit again")
    return Nodes(**{f.name: arrays[f.name] for f in fields(Nodes)})


def _wrong(arrays: dict[str, Array], width: int, outputs: int) -> str:
    """What keeps the arrays from being trees, or ''."""
    names = ("starts", "feature", "number", "right", "missing_left", "values")
    starts, feature, number, right, bits, values = (arrays[name] for name in names)
    flat = all(a.ndim == 1 for a in (starts, feature, number, right, bits)) and values.ndim == 2
    kinds = all(a.dtype.kind == "i" for a in (starts, feature, right)) and bits.dtype == np.uint8
    if not flat or not kinds or number.dtype != np.float32 or values.dtype != np.float32:
        return "an array has another form"
    if not len(number) == len(right) == len(feature) or len(bits) != -(-len(feature) // 8):
        return "the arrays differ in length"
    if len(starts) < 2 or starts[0] != 0 or starts[-1] != len(feature) or (np.diff(starts) < 1).any():
        return "the trees do not follow one another"
    # An infinite threshold parts missing cells from all others.
    if np.isnan(number).any() or not (np.isfinite(number[feature == LEAF]).all() and np.isfinite(values).all()):
        return "a number is not finite"
    return _wrong_nodes(starts, feature, right, width) or _wrong_leaves(right[feature == LEAF], values, outputs)


def _wrong_nodes(starts: Array, feature: Array, right: Array, width: int) -> str:
    """What compiled code would stumble over in arrays of the right form, or ''."""
    if feature.min() < LEAF or feature.max() >= width:
        return "a column is split that is not there"
    sizes = np.diff(starts)
    position, count = np.arange(len(feature)) - np.repeat(starts[:-1], sizes), np.repeat(sizes, sizes)
    if ((feature != LEAF) & ((right <= position + 1) | (right >= count))).any():
        return "a child does not come after its parent"
    return ""


def _wrong_leaves(rows: Array, values: Array, outputs: int) -> str:
    if values.shape[1] != outputs or bool(len(values)) != (outputs > 1):
        return "the leaves hold another number of outputs"
    return "a leaf has no values" if outputs > 1 and ((rows < 0) | (rows >= len(values))).any() else ""


def _at_most(thresholds: Array) -> Array:
    """(n,) the largest float32 not above each threshold: single-precision cells fall on the same side of it."""
    single = thresholds.astype(np.float32)
    return np.where(single > thresholds, np.nextafter(single, np.float32(-np.inf)), single)


def _different(rows: Array) -> tuple[Array, Array]:
    """Different rows, and for each row which of them it is.

    Rows are told apart by a random projection, which two different rows share with a probability of about 1e-10:
    sorting whole rows of many classes would take longer than growing the trees.
    """
    key = rows.astype(np.float64) @ np.random.default_rng(0).random(rows.shape[1])
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return rows[first], which
