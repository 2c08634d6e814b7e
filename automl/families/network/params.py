"""Hyperparameters of the network family: known-good defaults and search spaces; imports no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.base import Knob

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.types import Problem

TABLE_EPOCHS, TABLE_EPOCHS_COUNTED = 256, 64
"""Epochs on a table with time for them, and where sizes come from counts alone."""
IMAGE_EPOCHS_COUNTED = 30
IMAGE_STEPS, IMAGE_EPOCHS = 2_000, (60, 120)
"""Gradient steps on images with time for them, and the fewest and most epochs: small sets need more passes."""
BATCHES = ((1_024, 64), (8_192, 128), (30_000, 256), (100_000, 512))
"""Rows up to which a batch size holds on tables (pytabkit's rule); 1,024 beyond."""
LARGEST_BATCH = 1_024
SMALL_ROWS = 2_000
MANY_LEVELS = 8
"""Levels beyond which a category is embedded (see encode.network)."""


def defaults(problem: Problem, rows: int) -> list[Params]:
    """Known-good configurations, the best first."""
    return _image_defaults(problem) if problem.modality == "image" else _table_defaults(problem, rows)


def space(problem: Problem, rows: int) -> list[Knob]:
    """The search space."""
    return _image_space(rows) if problem.modality == "image" else _table_space(problem)


def complete(params: Params, problem: Problem, rows: int, *, timed: bool) -> Params:
    """The parameters given on top of the first default of their kind, with a horizon: longer where a clock may end it.

    What version 0.1.0 called `pbld` is an embedding.
    """
    params = dict(params)
    if "pbld" in params:
        params.setdefault("embedding", "pbld" if params.pop("pbld") else "none")
        params.pop("pbld", None)
    known = defaults(problem, rows)
    first = next((d for d in known if d.get("kind") == params.get("kind", d.get("kind"))), known[0])
    longest, counted = TABLE_EPOCHS, TABLE_EPOCHS_COUNTED
    if problem.modality == "image":
        fewest, most = IMAGE_EPOCHS
        longest, counted = min(max(IMAGE_STEPS * first["batch"] // rows, fewest), most), IMAGE_EPOCHS_COUNTED
    return {**first, "epochs": longest if timed else counted, **params}


def table_batch(rows: int) -> int:
    """Rows a gradient step on a table."""
    return next((batch for most, batch in BATCHES if rows <= most), LARGEST_BATCH)


def _table_defaults(problem: Problem, rows: int) -> list[Params]:
    """RealMLP-TD-S with the dropout and weight decay of the full recipe first, then what costs more a step.

    Without them the best epoch comes early and the rest is overfitting: log loss 0.325 against 0.342 on attrition,
    0.772 against 0.789 on eucalyptus, 0.216 against 0.215 on satimage (64 epochs, mean of three splits).
    """
    shape = {"embedding": "none", "size": 8, "level_size": 8, "batch": table_batch(rows)}
    rate = _table_rate(problem, rows)
    regular: Params = {
        "kind": "realmlp", "width": 256, "layers": 3, "lr": rate, "dropout": 0.15,
        "weight_decay": 0.02, "numbers": "robust", **shape,
    }  # fmt: skip
    tabm: Params = {
        "kind": "tabm", "width": "auto", "layers": "auto", "members": "auto", "lr": 2e-3, "dropout": 0.1,
        "weight_decay": 3e-4, "numbers": "quantile", **shape, "embedding": "pwl",
    }  # fmt: skip
    several = [
        regular,
        tabm,
        {**regular, "embedding": "pbld"},
        {**regular, "lr": rate / 2},
    ]
    if problem.task != "regression":
        return several
    plain = [{**params, "target": "plain"} for params in several]
    return [plain[0], {**regular, "target": "log"}, *plain[1:]] if problem.skewed_target else plain


def _table_rate(problem: Problem, rows: int) -> float:
    """Peak learning rate: the recipe's, a quarter of it for classes of few rows.

    On credit_g (1,000 rows) that gave ROC AUC 0.799 against 0.778 (128 epochs, mean of five splits).
    """
    if problem.task == "regression":
        return 0.07
    return 0.04 if rows >= SMALL_ROWS else 0.01


def _table_space(problem: Problem) -> list[Knob]:
    low, high = (0.02, 0.3) if problem.task == "regression" else (0.01, 0.1)
    knobs = [
        Knob("lr", low, high, log=True),
        Knob("width", choices=(128, 256, 512)),
        Knob("layers", 2, 4, integer=True),
        Knob("dropout", choices=(0.0, 0.15, 0.3)),
        Knob("weight_decay", choices=(0.0, 0.02)),
        Knob("embedding", choices=("none", "pbld", "pwl")),
        Knob("numbers", choices=("robust", "quantile")),
    ]
    if any(column.kind == "category" and len(column.levels) > MANY_LEVELS for column in problem.columns):
        knobs.append(Knob("level_size", choices=(4, 8, 16)))
    if problem.skewed_target:
        knobs.append(Knob("target", choices=("plain", "log")))
    return knobs


def _image_defaults(problem: Problem) -> list[Params]:
    """A residual network whose size is left to the time there is ('auto'), then fixed smaller and stronger ones.

    Colour photographs are mirrored in training: a flower seen in a mirror is a flower. Grey images are not: most small
    grey sets are digits, letters or scans, where left and right mean something.
    """
    colour = len(problem.image_size) == 3 and problem.image_size[2] > 1
    base = {
        "width": "auto", "blocks": "auto", "lr": 0.01, "weight_decay": 0.05, "dropout": 0.2,
        "augment": 0.7, "flip": colour, "batch": 32,
    }  # fmt: skip
    return [base, {**base, "width": 24, "blocks": 1}, {**base, "augment": 1.2, "lr": 3e-3}]


def _image_space(rows: int) -> list[Knob]:
    widths = (16, 32, 64) if rows > 2_000 else (16, 24, 32, 48)
    return [
        Knob("width", choices=widths),
        Knob("blocks", 1, 2, integer=True),
        Knob("lr", 1e-3, 0.03, log=True),
        Knob("weight_decay", 0.005, 0.2, log=True),
        Knob("dropout", choices=(0.0, 0.2, 0.4)),
        Knob("augment", choices=(0.0, 0.5, 1.0, 1.5)),
        Knob("flip", choices=(False, True)),
    ]
