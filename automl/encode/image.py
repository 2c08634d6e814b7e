"""Hand-made features of images: gradient histograms, colour and a thumbnail, each row from its own image only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.encode import colour, hog
from automl.encode.rowcache import cached
from automl.errors import RunError

if TYPE_CHECKING:
    from automl.data.dataset import Array, Images

VERSION = 1
"""Of the feature layout: a model is only right on the layout it was trained on."""
PIXELS_A_CHUNK = 32_768
"""Keeps the working arrays of a chunk in the processor's cache."""


def features(pixels: Array) -> Array:
    """(n, features) float32 in the order of `feature_names`, each row from its own image only.

    Args:
        pixels: (n, height, width, channels) uint8 with 1 or 3 channels.
    """
    count, height, width, channels = pixels.shape
    step = max(PIXELS_A_CHUNK // (height * width), 1)
    matrix = np.empty((count, len(feature_names(channels))), dtype=np.float32)
    for start in range(0, count, step):
        chunk = pixels[start : start + step]
        blocks = [hog.features(chunk), colour.features(chunk), colour.thumbnail(chunk)]
        matrix[start : start + len(chunk)] = np.hstack(blocks)
    return matrix


@lru_cache(maxsize=8)
def feature_names(channels: int) -> tuple[str, ...]:
    """Names 'group:detail' with the groups 'hog', 'colour' and 'pixels', so that importance adds up by group."""
    groups = {"hog": hog.names(), "colour": colour.names(channels), "pixels": colour.thumbnail_names(channels)}
    return tuple(f"{group}:{name}" for group, names in groups.items() for name in names)


@dataclass
class HandmadeImages:
    """Encoder from images to features. It learns nothing, so rows of any split may share its cache."""

    def fit_transform(self, images: Images) -> Array:
        """The same as `transform`: nothing is fitted."""
        return self.transform(images)

    def transform(self, images: Images) -> Array:
        """(n, features) float32; rows seen before in the same file come from memory."""
        channels = np.load(images.file, mmap_mode="r").shape[-1]
        width = len(feature_names(channels))
        return cached(images, "images", width, features)

    def state(self) -> dict[str, Any]:
        """What `from_state` needs, as JSON."""
        return {"kind": "handmade_images", "version": VERSION}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> HandmadeImages:
        """The encoder of that state.

        Raises:
            RunError: the state asks for a feature layout this version cannot compute.
        """
        if state.get("version") != VERSION:
            raise RunError(
                f"The image features of this run have version {state.get('version')}, this version computes {VERSION}.",
                hint="predict with the automl version that trained it",
            )
        return cls()
