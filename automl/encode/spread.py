"""What numbers are divided by to be standardised: never the rounding of a constant's deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

ROUNDING = 1e-14
"""A number whose values differ by less than this share of the largest is constant: its deviation would be rounding
alone, and whatever differs from it in new rows many thousand times as large as all else."""


def deviations(values: Array) -> Array:
    """(...,) standard deviations along the first axis of (n, ...) values, n above 0; 1 where all are the same."""
    varies = np.ptp(values, axis=0) > ROUNDING * np.abs(values).max(axis=0)
    return np.where(varies, values.std(axis=0), 1.0)
