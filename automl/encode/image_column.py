"""A column of images as a few numbers beside those of other columns: principal components of hand-made features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl.encode.image import HandmadeImages

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.data.image_column import ImageArray
    from automl.encode.state import State

COMPONENTS = 64
"""Numbers an image becomes at most."""
IMAGES_A_COMPONENT = 8
"""Training images for each of them: with 600 lamps of recipes/examples/mixed_table.py a linear model has ROC AUC 0.899
with 32, 0.922 with 64 and 0.866 with 128 (three splits), and 0.746 with all 1,173 features as they are (two splits)."""
FIT_ROWS = 5_000
"""Images that components are found on, at most."""
BLOCK = 1_000
"""Images whose features are in memory in double precision at a time."""
FLAT = 1e-6
"""In single precision the deviation of a constant feature is not zero."""


@dataclass(frozen=True)
class ImageEncoder:
    """A fitted encoder of a column of images.

    Attributes:
        handmade: gives (n, d) features.
        mean, scale: (d,) of the features in training.
        components: (d, k) projection of standardised features, k <= `COMPONENTS`.
    """

    handmade: HandmadeImages
    mean: Array
    scale: Array
    components: Array

    @classmethod
    def fit(cls, cells: ImageArray, seed: int) -> ImageEncoder:
        """Fit on the cells that have an image; with fewer than two of them an image becomes no number."""
        from sklearn.decomposition import PCA
        from threadpoolctl import threadpool_limits

        handmade = HandmadeImages()
        there = np.flatnonzero(cells.there)
        if len(there) > FIT_ROWS:
            there = np.sort(np.random.default_rng([seed, 7]).choice(there, FIT_ROWS, replace=False))
        features = handmade.transform(cells.images().take(there)).astype(np.float64)
        if len(features) < 2:
            width = features.shape[1]
            return cls(handmade, np.zeros(width), np.ones(width), np.zeros((width, 0)))
        mean, spread = features.mean(axis=0), features.std(axis=0)
        scale = np.where(spread > FLAT, spread, 1.0)
        k = min(COMPONENTS, max(len(features) // IMAGES_A_COMPONENT, 1))
        standard = ((features - mean) / scale).astype(np.float32)
        # One thread: so little work is done before others have woken up.
        with threadpool_limits(1, user_api="blas"), np.errstate(invalid="ignore"):  # all alike: 0 / 0 of the variance
            found = PCA(k, svd_solver="randomized", iterated_power=2, random_state=seed).fit(standard)
        return cls(handmade, mean, scale, found.components_.T.astype(np.float64))

    def transform(self, cells: ImageArray) -> Array:
        """(n, k) float64, NaN where there is no image."""
        numbers = np.full((len(cells), self.components.shape[1]), np.nan)
        there, images = np.flatnonzero(cells.there), cells.images()
        for start in range(0, len(there), BLOCK):
            rows = there[start : start + BLOCK]
            numbers[rows] = (self.handmade.transform(images.take(rows)) - self.mean) / self.scale @ self.components
        return numbers

    def names(self) -> list[str]:
        """A name for each output column."""
        return [f"component {i + 1}" for i in range(self.components.shape[1])]

    def state(self) -> State:
        """JSON part and arrays."""
        return self.handmade.state(), {"mean": self.mean, "scale": self.scale, "components": self.components}

    @classmethod
    def from_state(cls, state: State) -> ImageEncoder:
        """The encoder that `state` described."""
        plain, arrays = state
        handmade = HandmadeImages.from_state(plain)
        return cls(handmade, arrays["mean"], arrays["scale"], arrays["components"])
