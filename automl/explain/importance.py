"""Which inputs matter: the loss added when one of them is shuffled between rows (Breiman 2001; Fisher et al. 2019).

For images the inputs are the nine regions of a 3 x 3 grid, each replaced by the pixels of another image; for recordings
the same of their spectrogram (low, middle or high frequencies; beginning, middle or end), and for long series blocks of
neighbouring points. A table's columns are shuffled whole, those of texts and images too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import families
from automl.data.dataset import Images, take
from automl.evaluate import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.families.base import Model
    from automl.types import FamilyName, Problem

ROWS = 1_000
REPEATS = 5
REGIONS = ("top left", "top", "top right", "left", "centre", "right", "bottom left", "bottom", "bottom right")
SOUNDS = tuple(
    f"{pitch} frequencies, {moment}" for pitch in ("low", "middle", "high") for moment in ("beginning", "middle", "end")
)
BLOCKS = 12
"""Blocks of points that a series of more points is looked at in."""


@dataclass(frozen=True)
class Importance:
    """Loss added by shuffling, largest first.

    Attributes:
        columns: {column, value, low, high} each; a normal 95 % interval of the mean over the repeats.
        skipped: inputs not reached in time.
    """

    method: str
    rows: int
    repeats: int
    columns: list[dict[str, Any]]
    skipped: int


def importance(
    dataset: Dataset, rows: Array, folder: Path, family: FamilyName, metric: str, seconds: float | None
) -> Importance:
    """Permutation importance of the saved model on the rows given (a seeded sample of `ROWS` at most).

    Args:
        seconds: stop after the repeat that passes them; None = all repeats.
    """
    problem = dataset.problem
    generator = np.random.default_rng(problem.seed)
    rows = np.sort(generator.permutation(rows)[:ROWS])
    model = families.load(family).load(folder, problem)
    score = metrics.get(metric, problem.task)
    inputs, y = take(dataset.inputs, rows), dataset.y[rows]
    weight = None if dataset.weight is None else dataset.weight[rows]
    plain = score.loss(y, model.predict(inputs), weight)
    parts = _parts(problem)
    added: dict[str, list[float]] = {name: [] for name in parts}
    deadline = time.monotonic() + (float("inf") if seconds is None else seconds)
    for _ in range(REPEATS):
        for name, loss in _shuffled_losses(model, inputs, parts, y, weight, score, generator):
            added[name].append(loss - plain)
            if time.monotonic() > deadline:
                break
        if time.monotonic() > deadline:
            break
    done = {name: np.asarray(values) for name, values in added.items() if values}
    columns = [_summary(name, values) for name, values in done.items()]
    what = _WHAT.get(problem.modality, "column is shuffled between rows")
    method = f"{score.loss_name} added on {len(rows):,} rows when the {what}"
    columns.sort(key=lambda column: -column["value"])
    return Importance(method, len(rows), max(map(len, added.values()), default=0), columns, len(parts) - len(done))


_WHAT = {
    "image": "region is replaced by another image's",
    "audio": "part of the spectrogram is replaced by another recording's",
    "series": "points are replaced by those of another series",
}


def _parts(problem: Problem) -> dict[str, list[str]]:
    """Name of each input -> its columns; of images and recordings the regions, without columns."""
    if problem.modality in ("image", "audio"):
        return {name: [] for name in (REGIONS if problem.modality == "image" else SOUNDS)}
    names = [column.name for column in problem.columns]
    if problem.modality != "series" or len(names) <= BLOCKS:
        return {name: [name] for name in names}
    length = len(names) // problem.channels
    each = max(BLOCKS // problem.channels, 1)
    parts: dict[str, list[str]] = {}
    for start in range(0, len(names), length):
        for block in np.array_split(np.arange(start, start + length), min(each, length)):
            columns = [names[i] for i in block]
            parts[columns[0] if len(columns) == 1 else f"{columns[0]} to {columns[-1]}"] = columns
    return parts


def _summary(name: str, values: Array) -> dict[str, Any]:
    spread = 1.96 * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    mean = float(values.mean())
    return {"column": name, "value": mean, "low": mean - float(spread), "high": mean + float(spread)}


def _shuffled_losses(
    model: Model,
    inputs: Inputs,
    parts: dict[str, list[str]],
    y: Array,
    weight: Array | None,
    score: Any,
    generator: Any,
) -> Iterator[tuple[str, float]]:
    """(input, loss with it shuffled), one input after the other."""
    for i, (name, columns) in enumerate(parts.items()):
        order = generator.permutation(len(y))
        if isinstance(inputs, Images):
            yield name, score.loss(y, _with_region_of(model, inputs, order, i), weight)
        else:
            changed = inputs.copy(deep=False)
            for column in columns:
                changed[column] = inputs[column].array[order]
            yield name, score.loss(y, model.predict(changed), weight)


def _with_region_of(model: Model, images: Images, order: Array, region: int) -> Array:
    """Predictions with one region of the grid taken from other images; written to a scratch file beside the pixels."""
    pixels = images.pixels()
    height, width = pixels.shape[1:3]
    top, left = (region // 3) * height // 3, (region % 3) * width // 3
    bottom, right = (region // 3 + 1) * height // 3, (region % 3 + 1) * width // 3
    pixels[:, top:bottom, left:right] = pixels[order, top:bottom, left:right]
    scratch = images.file.with_name(f"region-{region}-{int(order[0])}.npy")
    np.save(scratch, pixels)
    try:
        return model.predict(Images(scratch, np.arange(len(pixels)), scratch=True))
    finally:
        scratch.unlink()
