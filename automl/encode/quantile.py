"""Numbers to normal scores: the share of training rows below a number, as a quantile of a normal distribution.

The preprocessing of TabM (Gorishniy, Kotelnikov and Babenko 2024): shape, tails and outliers of a column do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array

FEWEST, MOST, ROWS_A_QUANTILE = 10, 1_000, 30
"""Fewest and most quantiles kept, and training rows a quantile."""
NOISE = 1e-5
"""Share of a column's deviation added as noise when quantiles are taken, so that equal values are spread a little."""
TAIL = 1e-7
"""Probability left beyond the outermost quantile: scores end at 5.2."""


@dataclass(frozen=True)
class Quantiles:
    """Fitted quantiles.

    Attributes:
        grid: (quantiles, numbers) evenly spaced quantiles of each column, 0 and 1 included; zero for a column without
            values.
    """

    grid: Array

    @classmethod
    def fit(cls, numbers: Array, seed: int) -> Quantiles:
        """Quantiles of (n, numbers) training rows, missing ones left out."""
        count = max(min(len(numbers) // ROWS_A_QUANTILE, MOST), FEWEST)
        levels, random = np.linspace(0.0, 1.0, count), np.random.default_rng(seed)
        grid = np.zeros((count, numbers.shape[1]))
        for i, column in enumerate(numbers.T):
            known = column[np.isfinite(column)]
            if len(known):
                grid[:, i] = np.quantile(known + random.normal(0.0, NOISE, len(known)) * known.std(), levels)
        return cls(grid)

    def transform(self, numbers: Array) -> Array:
        """(n, numbers) normal scores of finite numbers; between equal quantiles the middle, constant columns zero."""
        from scipy.special import ndtri

        levels = np.linspace(0.0, 1.0, len(self.grid))
        scores = np.zeros(numbers.shape)
        for i, column in enumerate(numbers.T):
            quantiles = self.grid[:, i]
            if quantiles[-1] > quantiles[0]:
                below = np.interp(column, quantiles, levels)
                above = 1.0 - np.interp(-column, -quantiles[::-1], levels)
                scores[:, i] = ndtri(np.clip(0.5 * (below + above), TAIL, 1.0 - TAIL))
        return scores
