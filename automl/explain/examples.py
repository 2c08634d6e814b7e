"""Example images for the report: the most confident mistakes and some right answers, as small data URIs."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.dataset import Array, Images
    from automl.types import Problem

WRONG, RIGHT = 12, 6
LARGEST = 64
"""Pixels of the longer side of a thumbnail."""


def examples(
    problem: Problem, images: Images, y: Array, predictions: Array, paths: Sequence[str]
) -> list[dict[str, Any]]:
    """{path, thumbnail, target, prediction} of at most `WRONG` + `RIGHT` images, mistakes first.

    Args:
        problem: gives the labels.
        images: the judged images.
        y: (n,) class codes or values.
        predictions: (n, outputs) of the same images.
        paths: file of each image.
    """
    chosen = _classified(y, predictions) if problem.classes else _by_error(y, predictions)
    pixels = images.take(chosen).pixels()
    return [
        {
            "path": paths[row],
            "thumbnail": thumbnail(pixels[i]),
            "target": problem.classes[y[row]] if problem.classes else float(y[row]),
            "prediction": problem.classes[predictions[row].argmax()] if problem.classes else float(predictions[row, 0]),
        }
        for i, row in enumerate(chosen)
    ]


def _classified(y: Array, predictions: Array) -> Array:
    said, sure = predictions.argmax(axis=1), predictions.max(axis=1)
    order = np.argsort(-sure, kind="stable")
    wrong, right = order[said[order] != y[order]], order[said[order] == y[order]]
    # Evenly spread over the right answers: the surest and the least sure ones.
    spread = right[np.linspace(0, len(right) - 1, min(RIGHT, len(right))).astype(int)]
    chosen: Array = np.concatenate([wrong[:WRONG], spread])
    return chosen


def _by_error(y: Array, predictions: Array) -> Array:
    order: Array = np.argsort(-np.abs(predictions[:, 0] - y), kind="stable")
    return order[:WRONG]


def thumbnail(pixels: Array) -> str:
    """A PNG data URI of (height, width, channels) uint8 pixels, its longer side at most `LARGEST`."""
    from PIL import Image

    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    image.thumbnail((LARGEST, LARGEST))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
