"""A fit that would not fit into memory is made smaller: fewer bins, then fewer rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from automl import devices

if TYPE_CHECKING:
    from automl.families.base import Params

BINS = 256
FEWEST_BINS = 32
FEWEST_ROWS = 1_000
SHARE = 0.8
"""Part of the memory there is that a fit may take."""


@dataclass(frozen=True)
class Size:
    """What fits.

    Attributes:
        bins, rows: of the training data.
        made_smaller: for the report what was changed, {} when nothing was: bytes estimated and available, and each
            figure with what it was lowered to.
    """

    bins: int
    rows: int
    made_smaller: dict[str, Any] = field(default_factory=dict)


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


def fitting(rows: int, columns: int, classes: int, params: Params, most: int | None = None) -> Size:
    """The size of a fit that takes `most` bytes at most (those available unless given)."""
    most = int(SHARE * devices.free_memory()) if most is None else most
    bins, kept = int(params.get("max_bin") or BINS), rows
    first = needed = estimate(rows, columns, classes, params)
    while needed > most and (bins > FEWEST_BINS or kept > FEWEST_ROWS):
        if bins > FEWEST_BINS:
            bins = max(bins // 2, FEWEST_BINS)
        else:
            kept = max(kept // 2, FEWEST_ROWS)
        needed = estimate(kept, columns, classes, {**params, "max_bin": bins})
    if needed == first:
        return Size(bins, kept)
    changes = {"max_bin": bins} if kept == rows else {"max_bin": bins, "rows": kept, "of_rows": rows}
    return Size(bins, kept, {"estimated_bytes": first, "available_bytes": most, **changes})
