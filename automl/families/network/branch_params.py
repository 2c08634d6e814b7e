"""Hyperparameters of networks with a branch for each kind of column; imports no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.base import Knob
from automl.families.network import table_params
from automl.families.network.settings import Settings, epochs_of

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.types import Problem

STEPS, EPOCHS, EPOCHS_COUNTED = 2_000, (30, 80), 30
"""Gradient steps with time for them, the fewest and most epochs they may take, and epochs by counts alone."""
SHAPING = (
    "width", "layers", "level_size", "dropout", "text", "text_width", "token_dropout",
    "image_width", "blocks", "resolution", "block", "augment", "flip", "colour",
)  # fmt: skip
"""Parameters that a compiled network depends on."""
SIZES: tuple[Params, ...] = tuple(
    {"width": width, "text_width": text, "image_width": image, "blocks": 1, "resolution": resolution}
    for width, text, image, resolution in (
        (128, 64, 32, 1.0), (128, 64, 24, 1.0), (128, 64, 16, 1.0), (64, 32, 16, 0.5), (64, 32, 8, 0.5),
    )
)  # fmt: skip
"""From large to small."""
SIZES_OF_TEXT: tuple[Params, ...] = tuple(
    {"width": width, "text_width": text, "image_width": 8, "blocks": 1, "resolution": 1.0}
    for width, text in ((128, 64), (64, 32))
)
"""The same where there is no image."""


def defaults(problem: Problem, rows: int) -> list[Params]:
    """A bag of words, a small residual network and dense layers, joined; then convolutions over words, and no branches.

    Without branches a network sees topics of texts and components of images, as linear models and trees do.
    """
    images = any(column.kind == "image" for column in problem.columns)
    base: Params = {
        "kind": "branches", "width": "auto", "layers": 1, "level_size": 8, "dropout": 0.2, "lr": 3e-3,
        "weight_decay": 0.02, "batch": 32, "summaries": True, "text": "bag", "token_dropout": 0.1, "images": images,
        "block": "residual", "augment": 0.5, "flip": False, "colour": 0.0,
    }  # fmt: skip
    own = [base, {**base, "summaries": False}]
    if any(column.kind == "text" for column in problem.columns):
        own.append({**base, "text": "sepconv", "lr": 2e-3})
    tables = table_params.defaults(problem, rows)
    return [own[0], tables[0], *own[1:], *tables[1:]]


def space(problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG001 (one interface)
    """The search space."""
    kinds = {column.kind for column in problem.columns}
    knobs = [
        Knob("width", choices=(64, 128, 256)),
        Knob("layers", 1, 2, integer=True),
        Knob("dropout", choices=(0.0, 0.2, 0.4)),
        Knob("lr", 5e-4, 1e-2, log=True),
        Knob("weight_decay", choices=(0.0, 0.02, 0.1)),
        Knob("summaries", choices=(False, True)),
    ]
    if "text" in kinds:
        knobs += [
            Knob("text", choices=("bag", "sepconv", "transformer")),
            Knob("text_width", choices=(32, 64, 128)),
            Knob("token_dropout", choices=(0.0, 0.1, 0.3)),
        ]
    if "image" in kinds:
        knobs += [
            Knob("image_width", choices=(8, 16, 24, 32)),
            Knob("augment", choices=(0.0, 0.5, 1.0)),
            Knob("flip", choices=(False, True)),
        ]
    return knobs


def describe(params: Params) -> str:
    """'Branches of width 128, texts as bag, images 16 wide, lr 0.003'."""
    words = ["Branches" if params["width"] == "auto" else f"Branches of width {params['width']}"]
    words += [f"texts by {params['text']}"] if params["text"] != "bag" else []
    words += [f"images {params['image_width']} wide"] if params["images"] and "image_width" in params else []
    words += [] if params["summaries"] else ["no summaries"]
    return ", ".join([*words, f"lr {params['lr']:.2g}", f"dropout {params['dropout']:g}"])


SETTINGS = Settings(("branches",), defaults, space, epochs_of(STEPS, *EPOCHS, EPOCHS_COUNTED), describe)
