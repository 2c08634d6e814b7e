"""Hyperparameters of networks for series; imports no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.base import Knob
from automl.families.network.settings import Settings, epochs_of

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.types import Problem

STEPS, EPOCHS, EPOCHS_COUNTED = 2_500, (40, 200), 60
"""Gradient steps with time for them, the fewest and most epochs they may take, and epochs by counts alone."""
BATCHES = ((300, 16), (2_000, 32))
"""Rows up to which a batch size holds; 64 beyond."""
LARGEST_BATCH = 64
NAMES = {"inception": "Inception", "plain": "ResNet over time"}
"""Of the kinds of layer."""


def defaults(problem: Problem, rows: int) -> list[Params]:
    """An Inception-like network of free size, with level and spread as inputs first where values are predicted."""
    batch = next((batch for most, batch in BATCHES if rows <= most), LARGEST_BATCH)
    base: Params = {
        "kind": "inception", "layer": "inception", "width": "auto", "layers": "auto", "kernel": 40, "dropout": 0.2,
        "augment": 0.5, "scale": problem.task == "regression", "lr": 3e-3, "weight_decay": 0.01, "batch": batch,
    }  # fmt: skip
    return [
        base,
        {**base, "scale": not base["scale"]},
        {**base, "kernel": 16, "augment": 1.0},
        {**base, "augment": 0.0, "lr": 1e-3},
        {**base, "layer": "plain", "kernel": 8},
    ]


def space(problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG001 (one interface)
    """The search space."""
    return [
        Knob("layer", choices=tuple(NAMES)),
        Knob("width", choices=(8, 16, 24, 32)),
        Knob("layers", choices=(3, 6)),
        Knob("kernel", choices=(8, 16, 40)),
        Knob("dropout", choices=(0.0, 0.2, 0.4)),
        Knob("augment", choices=(0.0, 0.5, 1.0)),
        Knob("scale", choices=(False, True)),
        Knob("lr", 5e-4, 1e-2, log=True),
        Knob("weight_decay", choices=(0.0, 0.01, 0.1)),
    ]


def describe(params: Params) -> str:
    """'Inception 6x16, kernels to 40, lr 0.003, augmentation 0.5'."""
    size = "" if params["width"] == "auto" else f" {params['layers']}x{params['width']}"
    scale = ", level and spread" if params["scale"] else ""
    start = f"{NAMES[params.get('layer', 'inception')]}{size}, kernels to {params['kernel']}"
    return f"{start}, lr {params['lr']:.2g}, augmentation {params['augment']:g}{scale}"


SETTINGS = Settings(("inception",), defaults, space, epochs_of(STEPS, *EPOCHS, EPOCHS_COUNTED), describe)
