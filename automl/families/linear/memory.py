"""A fit whose matrix would not fit into memory learns from fewer rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl import devices
from automl.encode import basis as bases
from automl.encode import image_column, text
from automl.encode.dates import PARTS
from automl.encode.table import MAX_LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.dataset import Dataset
    from automl.families.base import Params
    from automl.types import Column

COPIES = 5
"""Of the float64 matrix at the peak of a fit, while it is encoded: 4.1 to 4.7 were measured, with every solver."""
SHARE = 0.8
"""Part of the memory there is that a fit may take."""
FEWEST_ROWS = 1_000
TEXT_COLUMNS = 2
"""Of a text beside its components: characters and words."""


def width(columns: Sequence[Column], basis: str) -> int:
    """Matrix columns that these columns become, at most.

    Args:
        columns: of a table.
        basis: what stands for a number (see `encode.basis`).
    """
    of_number = {"spline": bases.KNOTS + 1, "bins": bases.BINS}.get(basis, 1)
    widths = {"number": of_number, "date": len(PARTS), "image": image_column.COMPONENTS}
    rich = all(column.kind == "text" for column in columns)
    widths["text"] = TEXT_COLUMNS + (text.RICH_COMPONENTS + len(text.SIGNS) if rich else text.COMPONENTS)
    return sum(
        min(len(column.levels), MAX_LEVELS)
        if column.kind == "category"
        else widths.get(column.kind, 1) + (column.missing > 0)
        for column in columns
    )


def fitting(train: Dataset, params: Params, limit: int | None) -> tuple[Dataset, dict[str, Any]]:
    """The rows of a table, or as many at random as fit into memory; and what to report, {} when all do.

    Args:
        train: rows to learn from.
        params: of the fit; only 'basis' matters.
        limit: bytes that the run may use, or None.
    """
    row = COPIES * 8 * max(width(train.problem.columns, params.get("basis", "plain")), 1)
    available = int(SHARE * devices.room(limit))
    most = max(available // row, FEWEST_ROWS)
    if len(train) <= most:
        return train, {}
    estimated = row * len(train)
    facts = {"estimated_bytes": estimated, "available_bytes": available, "rows": most, "of_rows": len(train)}
    return train.at_random(most), facts
