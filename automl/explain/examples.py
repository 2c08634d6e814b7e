"""Examples for the report: the most confident mistakes and some right answers; images as small data URIs, texts cut."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array, Images
    from automl.types import Problem

WRONG, RIGHT = 12, 6
WRONG_TEXTS, RIGHT_TEXTS = 8, 4
LARGEST = 64
"""Pixels of the longer side of a thumbnail."""
LONGEST = 300
"""Characters of a text that are kept."""


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
    chosen = _chosen(problem, y, predictions, WRONG, RIGHT)
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


def texts(
    problem: Problem, cells: pd.Series[str], y: Array, predictions: Array, names: Sequence[Any]
) -> list[dict[str, Any]]:
    """{row, text, target, prediction, probability} of at most `WRONG_TEXTS` + `RIGHT_TEXTS` texts, mistakes first.

    Args:
        problem: gives the labels.
        cells: (n,) the judged texts.
        y: (n,) class codes or values.
        predictions: (n, outputs) of the same texts.
        names: row number or file of each.
    """
    chosen = _chosen(problem, y, predictions, WRONG_TEXTS, RIGHT_TEXTS)
    return [
        {
            "row": names[row],
            "text": _cut(str(cells.iloc[row])),
            "target": problem.classes[y[row]] if problem.classes else float(y[row]),
            "prediction": problem.classes[predictions[row].argmax()] if problem.classes else float(predictions[row, 0]),
            "probability": float(predictions[row].max()) if problem.classes else None,
        }
        for row in chosen
    ]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def _chosen(problem: Problem, y: Array, predictions: Array, wrong: int, right: int) -> Array:
    """Positions of the most confident mistakes and of some right answers; of numbers those farthest off."""
    if not problem.classes:
        order: Array = np.argsort(-np.abs(predictions[:, 0] - y), kind="stable")
        return order[:wrong]
    said, sure = predictions.argmax(axis=1), predictions.max(axis=1)
    order = np.argsort(-sure, kind="stable")
    missed, hit = order[said[order] != y[order]], order[said[order] == y[order]]
    # Evenly spread over the right answers: the surest and the least sure ones.
    spread = hit[np.linspace(0, len(hit) - 1, min(right, len(hit))).astype(int)]
    return np.concatenate([missed[:wrong], spread])


def thumbnail(pixels: Array) -> str:
    """A PNG data URI of (height, width, channels) uint8 pixels, its longer side at most `LARGEST`."""
    from PIL import Image

    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    image.thumbnail((LARGEST, LARGEST))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
