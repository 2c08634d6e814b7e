"""Hyperparameters of networks for audio; imports no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.base import Knob
from automl.families.network.settings import Settings, epochs_of

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.types import Problem

STEPS, EPOCHS, EPOCHS_COUNTED = 2_500, (40, 100), 30
"""Gradient steps with time for them, the fewest and most epochs they may take, and epochs by counts alone."""
MANY_CLIPS = 2_000
"""From here on strong augmentation comes first."""
NAMES = {"residual": "ResNet", "separable": "separable ResNet"}
"""Of the kinds of block."""


def defaults(problem: Problem, rows: int) -> list[Params]:  # noqa: ARG001 (one interface)
    """A residual network on the spectrogram whose size is left to the time there is, then other strengths.

    Few clips are neither mixed nor masked much at first: in the few steps that they give, that slows learning more than
    it helps (600 spoken digits, 15 epochs: accuracy 0.83 with little of it, 0.76 with all).
    """
    weak, strong = {"augment": 0.5, "mixup": 0.0}, {"augment": 1.0, "mixup": 0.2}
    base: Params = {
        "kind": "spectrogram", "block": "residual", "width": "auto", "blocks": "auto", "kernel": 3, "lr": 5e-3,
        "weight_decay": 0.05, "dropout": 0.2, "batch": 32, **(strong if rows >= MANY_CLIPS else weak),
    }  # fmt: skip
    other = {**base, **(weak if rows >= MANY_CLIPS else strong)}
    return [base, other, {**base, "width": 16, "blocks": 1}, {**base, "block": "separable"}]


def space(problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG001 (one interface)
    """The search space."""
    return [
        Knob("block", choices=tuple(NAMES)),
        Knob("width", choices=(8, 16, 24, 32)),
        Knob("blocks", 1, 2, integer=True),
        Knob("kernel", choices=(3, 5)),
        Knob("lr", 1e-3, 0.02, log=True),
        Knob("weight_decay", 0.005, 0.2, log=True),
        Knob("dropout", choices=(0.0, 0.2, 0.4)),
        Knob("augment", choices=(0.0, 0.5, 1.0, 1.5)),
        Knob("mixup", choices=(0.0, 0.2)),
    ]


def describe(params: Params) -> str:
    """'Spectrogram ResNet width 16, 1 block(s) a stage, lr 0.005, augmentation 1, mixup'."""
    size = "" if params["width"] == "auto" else f" width {params['width']}, {params['blocks']} block(s) a stage"
    mixed = ", mixup" if params["mixup"] else ""
    name = NAMES[params.get("block", "residual")]
    return f"Spectrogram {name}{size}, lr {params['lr']:.2g}, augmentation {params['augment']:g}{mixed}"


SETTINGS = Settings(("spectrogram",), defaults, space, epochs_of(STEPS, *EPOCHS, EPOCHS_COUNTED), describe)
