"""A fit that would not fit into memory is made smaller: fewer bins or trees, then fewer rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from automl import devices

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.families.base import Params

BINS = 256
FEWEST_BINS = 32
FEWEST_TREES = 32
FEWEST_ROWS = 1_000
NODE_BYTES = 64 + 24
"""Of scikit-learn's record of a node, and of ours (see `nodes.Nodes`)."""
CHUNK = 16
"""Trees of a forest that scikit-learn holds at a time, before they become ours."""
SHARE = 0.8
"""Part of the memory there is that a fit may take."""


@dataclass(frozen=True)
class Size:
    """What fits.

    Attributes:
        bins, rows: of the training data.
        trees: of a forest; 0 for boosting, whose length is not known before.
        made_smaller: for the report what was changed, {} when nothing was: bytes estimated and available, and each
            figure with what it was lowered to.
    """

    bins: int
    rows: int
    made_smaller: dict[str, Any] = field(default_factory=dict)
    trees: int = 0


def estimate(rows: int, columns: int, classes: int, params: Params) -> int:
    """Bytes that boosting takes, the matrix included.

    Args:
        rows, columns: of the matrix.
        classes: trees a round: 1 for two classes and regression.
        params: 'max_depth', 'max_bin' and 'rounds' matter.

    Source: AutoGluon 1.5, `XGBoostModel._estimate_memory_usage_static`.
    """
    depth = int(params.get("max_depth") or 10)
    leaves = 64 if depth < 7 else 2**depth if depth < 9 else 2 ** (depth - 1)
    if params.get("max_leaves"):
        leaves = min(leaves, int(params["max_leaves"]))
    data = 4 * rows * columns
    histograms = 1.2 * 20 * leaves * columns * int(params.get("max_bin") or BINS)
    trees = classes * depth * 500 * min(int(params.get("rounds") or 1_000), 1_000)
    return int(7 * data + data / 4 * classes + histograms + trees)


def available(limit: int | None = None) -> int:
    """Bytes that one fit may take, where the user allows `limit`."""
    return int(SHARE * devices.room(limit))


def fitting(rows: int, columns: int, classes: int, params: Params, most: int) -> Size:
    """The size of a fit that takes `most` bytes at most."""

    def needed(bins: int, kept: int) -> int:
        return estimate(kept, columns, classes, {**params, "max_bin": bins})

    bins, kept, facts = _lowered(needed, "max_bin", int(params.get("max_bin") or BINS), FEWEST_BINS, rows, most)
    return Size(bins, kept, facts)


def forest_estimate(rows: int, columns: int, outputs: int, trees: int, leaves: int) -> int:
    """Bytes that growing a forest takes, the matrix included.

    Args:
        rows, columns: of the matrix.
        outputs: numbers a leaf holds.
        trees: of the whole forest.
        leaves: most of a tree.
    """
    matrix = 3 * 4 * rows * columns  # that of the encoder, the rows learnt from, and their sorted column blocks
    nodes = 2 * min(leaves, rows)
    values = 8 * outputs * nodes
    return int(matrix + CHUNK * (nodes * NODE_BYTES + values) + trees * (nodes * 24 + values / 4))


def fitting_forest(rows: int, columns: int, outputs: int, trees: int, leaves: int, most: int) -> Size:
    """The size of a forest that takes `most` bytes at most; arguments as above."""

    def needed(grown: int, kept: int) -> int:
        return forest_estimate(kept, columns, outputs, grown, leaves)

    grown, kept, facts = _lowered(needed, "trees", trees, FEWEST_TREES, rows, most)
    return Size(BINS, kept, facts, grown)


def _lowered(
    needed: Callable[[int, int], int], name: str, figure: int, fewest: int, rows: int, most: int
) -> tuple[int, int, dict[str, Any]]:
    """A figure and the rows, halved in turn until the bytes needed are there; and what to report, {} for nothing."""
    lowered, kept, first = figure, rows, needed(figure, rows)
    while needed(lowered, kept) > most and (lowered > fewest or kept > FEWEST_ROWS):
        if lowered > fewest:
            lowered = max(lowered // 2, fewest)
        else:
            kept = max(kept // 2, FEWEST_ROWS)
    if (lowered, kept) == (figure, rows):
        return figure, rows, {}
    changes = {name: lowered} if kept == rows else {name: lowered, "rows": kept, "of_rows": rows}
    return lowered, kept, {"estimated_bytes": first, "available_bytes": most, **changes}
