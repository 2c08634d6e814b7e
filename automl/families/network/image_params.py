"""Hyperparameters of networks for images; imports no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.base import Knob
from automl.families.network.settings import Settings, epochs_of

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.types import Problem

STEPS, EPOCHS, EPOCHS_COUNTED = 2_000, (60, 120), 30
"""Gradient steps with time for them, the fewest and most epochs they may take, and epochs by counts alone."""
MIXED_ROWS = 2_000
"""From as many images on they are mixed in pairs (mixup)."""
NAMES = {"residual": "ResNet", "separable": "separable ResNet", "mixer": "ConvMixer"}
"""Of the kinds of block."""
CUT_ROWS = 5_000
"""From as many images on rectangles of one put into another (CutMix) and random operations (RandAugment) are worth
trying: on 400 and 600 CutMix cost 3 to 17 points of accuracy, RandAugment up to 29 (benchmarks/RESULTS.md)."""
EXTRAS = {"colour": "colour", "randaugment": "RandAugment", "cutmix": "CutMix", "average": "averaged weights"}
"""Parameters that are named when they are not zero."""
LARGE_SIDE = 32
"""Sides from which half of the resolution is among the choices."""
WHOLE = 9
"""Stages that stand for all: no network has as many."""
FROZEN_RATE, LAST_RATE, WHOLE_RATE = 1e-3, 1e-3, 3e-3
"""Peak learning rates of a head alone, with the last stage, with the whole backbone (see `transfer.pace`)."""


def defaults(problem: Problem, rows: int) -> list[Params]:
    """A residual network whose size is left to the time there is ('auto'), a fixed smaller and a stronger one, others.

    Colour photographs are mirrored in training: a flower seen in a mirror is a flower. Grey images are not: most small
    grey sets are digits, letters or scans, where left and right mean something.
    """
    colour = len(problem.image_size) == 3 and problem.image_size[2] > 1
    base = {
        "width": "auto", "blocks": "auto", "lr": 0.01, "weight_decay": 0.05, "dropout": 0.2,
        "augment": 0.7, "flip": colour, "batch": 32, "kind": "scratch", "block": "residual", "kernel": 3,
        "resolution": 1.0, "colour": 0.0, "mixup": 0.2 if rows >= MIXED_ROWS else 0.0,
        "cutmix": 0.0, "average": 0.0, "randaugment": 0.0,
    }  # fmt: skip
    strong = {**base, "augment": 1.2, "colour": 0.2 if colour else 0.0, "lr": 3e-3}
    if rows >= CUT_ROWS:
        strong["cutmix"] = 1.0
    others = [{**base, "block": "separable"}, {**base, "block": "mixer", "kernel": 5, "lr": 3e-3}]
    scratch = [base, {**base, "width": 24, "blocks": 1}, strong, *others]
    return [*_transfer(problem, flip=colour), *scratch]


def _transfer(problem: Problem, *, flip: bool) -> list[Params]:
    """A new head on the frozen features of the backbone, then its last stage and all of it trained on as well.

    Frozen first: it takes seconds, and those that train on start from it and fall back on it.
    """
    if not problem.backbone:
        return []
    base = {
        "kind": "backbone", "backbone": problem.backbone, "unfreeze": 0, "lr": FROZEN_RATE, "weight_decay": 0.05,
        "dropout": 0.2, "augment": 0.5, "flip": flip, "batch": 32,
    }  # fmt: skip
    return [base, {**base, "unfreeze": 1, "lr": LAST_RATE}, {**base, "unfreeze": WHOLE, "lr": WHOLE_RATE}]


def space(problem: Problem, rows: int) -> list[Knob]:
    """The search space."""
    if problem.backbone:
        return [
            Knob("unfreeze", choices=(0, 1, 2, WHOLE)),
            Knob("lr", 3e-4, 0.01, log=True),
            Knob("dropout", choices=(0.0, 0.2, 0.5)),
            Knob("weight_decay", 0.005, 0.5, log=True),
            Knob("augment", choices=(0.0, 0.5, 1.0)),
        ]
    widths = (16, 32, 64) if rows > 2_000 else (16, 24, 32, 48)
    resolution = [Knob("resolution", choices=(0.5, 1.0))] if min(problem.image_size[:2]) >= LARGE_SIDE else []
    return [
        Knob("block", choices=("residual", "separable", "mixer")),
        Knob("width", choices=widths),
        Knob("blocks", 1, 2, integer=True),
        Knob("kernel", choices=(3, 5)),
        *resolution,
        Knob("lr", 1e-3, 0.03, log=True),
        Knob("weight_decay", 0.005, 0.2, log=True),
        Knob("dropout", choices=(0.0, 0.2, 0.4)),
        Knob("augment", choices=(0.0, 0.5, 1.0, 1.5)),
        Knob("flip", choices=(False, True)),
        Knob("colour", choices=(0.0, 0.2)),
        Knob("mixup", choices=(0.0, 0.2)),
        *([Knob("randaugment", choices=(0.0, 0.25, 0.5))] if rows >= CUT_ROWS else []),
        *([Knob("cutmix", choices=(0.0, 1.0))] if rows >= CUT_ROWS else []),
        Knob("average", choices=(0.0, 0.03)),
    ]


def _trained(stages: int) -> str:
    if stages == WHOLE:
        return "trained on"
    return f"last {stages} stage(s) trained on" if stages else "frozen"


def describe(params: Params) -> str:
    """'ResNet width 16, 1 block(s) a stage, lr 0.003, augmentation 0.7', or 'resnet50 frozen, new head'."""
    if params.get("kind") == "backbone":
        return f"{params['backbone']} {_trained(int(params['unfreeze']))}, new head"
    size = "" if params["width"] == "auto" else f" width {params['width']}, {params['blocks']} block(s) a stage"
    extras = {f"kernel {params.get('kernel')}": params.get("kernel", 3) != 3, "mixup": params.get("mixup")}
    extras |= {f"{params.get('resolution', 1.0):.0%} resolution": params.get("resolution", 1.0) != 1.0}
    extras |= {name: params.get(key) for key, name in EXTRAS.items()}
    said = "".join(f", {name}" for name, holds in extras.items() if holds)
    name = NAMES[params.get("block", "residual")]
    return f"{name}{size}, lr {params['lr']:.2g}, augmentation {params['augment']:g}{said}"


SETTINGS = Settings(("scratch", "backbone"), defaults, space, epochs_of(STEPS, *EPOCHS, EPOCHS_COUNTED), describe)
