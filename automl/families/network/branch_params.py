"""Hyperparameters of networks for tables with texts and images, with and without a branch for each kind of column.

Imports no library.
"""

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
    "width", "depth", "level_size", "dropout", "text", "text_width", "token_dropout",
    "image_width", "blocks", "resolution", "block", "augment", "flip", "colour",
)  # fmt: skip
"""Parameters that a compiled network depends on."""
SIZES: tuple[Params, ...] = tuple(
    {"width": width, "text_width": text, "image_width": image, "resolution": resolution}
    for width, text, image, resolution in (
        (128, 64, 32, 1.0), (128, 64, 24, 1.0), (128, 64, 16, 1.0), (64, 32, 16, 0.5), (64, 32, 8, 0.5),
    )
)  # fmt: skip
"""From large to small; without images the first costs what the third does."""
TEXTS = ("bag", "sepconv", "transformer")
"""What may read texts."""


def defaults(problem: Problem, rows: int) -> list[Params]:
    """What tables without texts and images start with, then branches: dense layers, a bag of words, convolutions.

    Without branches a network sees topics of texts and components of images, as linear models and trees do. That comes
    first: with few rows it learns more from them (ROC AUC of two splits, two busy processors: 0.873 against 0.841 on
    titanic, 0.606 against 0.582 on bechdel_movies, 0.890 against 0.832 on 800 lamps of recipes/examples/mixed_table.py;
    level on 3,000 of them, 0.948 against 0.946). Given as well, topics and components helped on 800 lamps only.
    """
    base: Params = {
        "kind": "branches", "width": "auto", "depth": 1, "level_size": 8, "dropout": 0.2, "branch_lr": 3e-3,
        "weight_decay": 0.02, "batch": 32, "summaries": False, "text": "bag", "text_width": 64, "token_dropout": 0.1,
        "image_width": 16, "blocks": 1, "resolution": 1.0, "block": "residual", "augment": 0.5, "flip": False,
        "colour": 0.0,
    }  # fmt: skip
    branches = [base, {**base, "summaries": True}]
    if any(column.kind == "text" for column in problem.columns):
        branches.append({**base, "text": "sepconv", "branch_lr": 2e-3})
    first, *others = table_params.defaults(problem, rows)
    return [first, *branches, *others]


def space(problem: Problem, rows: int) -> list[Knob]:
    """The search space: that of tables, and what branches have beside it or name otherwise."""
    kinds = {column.kind for column in problem.columns}
    knobs = [
        Knob("kind", choices=("realmlp", "branches")),
        *table_params.space(problem, rows),
        Knob("branch_lr", 5e-4, 1e-2, log=True),
        Knob("depth", 1, 2, integer=True),
        Knob("summaries", choices=(False, True)),
    ]
    if "text" in kinds:
        knobs += [
            Knob("text", choices=TEXTS),
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
    """'Branches of width 128, texts by sepconv, lr 0.003, dropout 0.2'."""
    words = ["Branches" if params["width"] == "auto" else f"Branches of width {params['width']}"]
    words += [f"texts by {params['text']}"] if params["text"] != "bag" else []
    words += ["with topics and components"] if params["summaries"] else []
    return ", ".join([*words, f"lr {params['branch_lr']:.2g}", f"dropout {params['dropout']:g}"])


SETTINGS = Settings(("branches",), defaults, space, epochs_of(STEPS, *EPOCHS, EPOCHS_COUNTED), describe)
