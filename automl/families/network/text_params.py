"""Hyperparameters of networks for text; imports no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.base import Knob
from automl.families.network.settings import Settings, epochs_of

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.types import Problem

STEPS, EPOCHS, EPOCHS_COUNTED = 2_500, (30, 60), 30
"""Gradient steps with time for them, the fewest and most epochs they may take, and epochs by counts alone."""
MANY_TEXTS = 20_000
"""From here on a Transformer trained from nothing is worth an early try."""
BATCH = 32
NAMES = {"bag": "Embedding bag", "sepconv": "Separable convolution", "transformer": "Transformer"}


def defaults(problem: Problem, rows: int) -> list[Params]:
    """A bag of words and word pairs first, which few texts suffice for; then what reads their order.

    Before them a new head on the frozen features of a backbone, where there is one.
    """
    batch = BATCH if rows < MANY_TEXTS else 4 * BATCH
    base: Params = {"kernel": 3, "token_dropout": 0.1, "weight_decay": 0.01, "batch": batch, "width": "auto"}
    bag = {**base, "kind": "bag", "layers": 1, "dropout": 0.3, "lr": 5e-3}
    convolution = {**base, "kind": "sepconv", "layers": 2, "dropout": 0.3, "lr": 2e-3}
    transformer = {**base, "kind": "transformer", "layers": 2, "dropout": 0.2, "lr": 1e-3}
    order = [bag, convolution, {**bag, "layers": 2, "dropout": 0.5, "lr": 3e-3}]
    order = [*order[:1], transformer, *order[1:]] if rows >= MANY_TEXTS else [*order, transformer]
    return [_transfer(problem), *order] if problem.backbone else order


def _transfer(problem: Problem) -> Params:
    return {
        "kind": "backbone", "backbone": problem.backbone, "unfreeze": 0, "lr": 1e-3, "weight_decay": 0.05,
        "dropout": 0.2, "batch": BATCH,
    }  # fmt: skip


def space(problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG001 (one interface)
    """The search space; `layers` of a bag are dense ones, `kernel` is the convolution's."""
    return [
        Knob("kind", choices=(*NAMES, "backbone") if problem.backbone else tuple(NAMES)),
        Knob("width", choices=(32, 64, 128)),
        Knob("layers", 1, 3, integer=True),
        Knob("kernel", choices=(3, 5, 7)),
        Knob("dropout", choices=(0.1, 0.3, 0.5)),
        Knob("token_dropout", choices=(0.0, 0.1, 0.3)),
        Knob("lr", 5e-4, 1e-2, log=True),
        Knob("weight_decay", choices=(0.0, 0.01, 0.1)),
    ]


def describe(params: Params) -> str:
    """'Embedding bag 1x64, lr 0.005, dropout 0.3'."""
    size = f"{params['layers']}x{params['width']}" if params["width"] != "auto" else f"of depth {params['layers']}"
    return f"{NAMES[params['kind']]} {size}, lr {params['lr']:.2g}, dropout {params['dropout']:g}"


SETTINGS = Settings(tuple(NAMES), defaults, space, epochs_of(STEPS, *EPOCHS, EPOCHS_COUNTED), describe)
