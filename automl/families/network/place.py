"""A pretrained network found, made affordable, and laid beside a run's images, before anything is fitted."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import jsonio
from automl.families.network import backbone, pretrained
from automl.families.network.facts import FACTS, FILE, BackboneError, Facts
from automl.families.network.trainer import outputs

if TYPE_CHECKING:
    from pathlib import Path

    import keras

    from automl.data.dataset import Array

SHARES = (1.0, 0.75, 0.5, 0.35)
"""Of the size that a network wants, where it takes any."""
SMALLEST = 32
"""Lines below which no network of those known by name sees anything."""


def write(name: str, folder: Path, seconds: float = math.inf) -> dict[str, Any]:
    """Find a backbone and write `FILE` and `FACTS`; the facts, or {'error', 'hint'}.

    Args:
        name: as given to --backbone.
        folder: of the run's images.
        seconds: that the features of all images may take.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):  # Keras prints downloads
            core, facts = pretrained.find(name)
            facts = _affordable(core, facts, np.load(folder / "images.npy", mmap_mode="r"), seconds)
            core.save(folder / FILE)
    except BackboneError as error:
        return {"error": error.what, "hint": error.hint}
    plain = asdict(facts)
    jsonio.write(folder / FACTS, plain)
    return plain


def _affordable(core: keras.Model, facts: Facts, pixels: Array, seconds: float) -> Facts:
    """The facts with the largest size in which all images become features in time, and how fast that is."""
    wanted = tuple(facts.preprocessing.size) or tuple(pixels.shape[1:3])
    free = None in core.input_shape[1:3]
    speed = 0.0
    for share in SHARES if free else SHARES[:1]:
        size = tuple(max(round(side * share), min(side, SMALLEST)) for side in wanted)
        tried = replace(facts, preprocessing=replace(facts.preprocessing, size=size))
        speed = _images_a_second(core, tried, pixels)
        if len(pixels) / speed <= seconds:
            break
    left_out = wanted if size != wanted else ()
    return replace(tried, size_left_out=left_out, images_per_second=round(speed, 1))


def _images_a_second(core: keras.Model, facts: Facts, pixels: Array) -> float:
    network = backbone.extractor(core, facts, pixels.shape[1:])
    batch = np.asarray(pixels[: backbone.BATCH])
    outputs(network, batch, backbone.BATCH)  # compiles
    started = time.perf_counter()
    outputs(network, batch, backbone.BATCH)
    return backbone.BATCH / (time.perf_counter() - started)
