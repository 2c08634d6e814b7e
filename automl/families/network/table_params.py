"""Hyperparameters of networks for tables; imports no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families import transform
from automl.families.base import Knob
from automl.families.network.settings import Settings

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.types import Problem

EPOCHS, EPOCHS_COUNTED = 256, 64
"""Epochs with time for them, and where sizes come from counts alone."""
BATCHES = ((1_024, 64), (8_192, 128), (30_000, 256), (100_000, 512))
"""Rows up to which a batch size holds (pytabkit's rule); 1,024 beyond."""
LARGEST_BATCH = 1_024
SMALL_ROWS = 2_000
MANY_LEVELS = 8
"""Levels beyond which a category is embedded (see encode.network)."""


def table_batch(rows: int) -> int:
    """Rows a gradient step on a table."""
    return next((batch for most, batch in BATCHES if rows <= most), LARGEST_BATCH)


def defaults(problem: Problem, rows: int) -> list[Params]:
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
    bent = [{**regular, "target": kind} for kind in transform.queued(problem)]
    return [plain[0], *bent[:1], plain[1], *bent[1:], *plain[2:]]


def _table_rate(problem: Problem, rows: int) -> float:
    """Peak learning rate: the recipe's, a quarter of it for classes of few rows.

    On credit_g (1,000 rows) that gave ROC AUC 0.799 against 0.778 (128 epochs, mean of five splits).
    """
    if problem.task == "regression":
        return 0.07
    return 0.04 if rows >= SMALL_ROWS else 0.01


def space(problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG001 (one interface)
    """The search space."""
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
    return knobs + transform.knobs(problem)


def describe(params: Params) -> str:
    """'RealMLP 3x256, lr 0.04'."""
    return ", ".join([_named(params), *_extras(params)])


def _named(params: Params) -> str:
    """'RealMLP 3x256, lr 0.04' or 'TabM-mini 8x 2x128, lr 0.002'."""
    size = "" if params["width"] == "auto" else f" {params['layers']}x{params['width']}"
    if params.get("kind") == "tabm":
        members = "" if params["members"] == "auto" else f" of {params['members']}"
        return f"TabM-mini{members}{size}, lr {params['lr']:.2g}"
    return f"RealMLP{size}, lr {params['lr']:.2g}"


def _extras(params: Params) -> list[str]:
    """What is not as plain as can be."""
    embedding = params.get("embedding", "none")
    named = {
        f"dropout {params.get('dropout', 0.0):g}": params.get("dropout"),
        "weight decay": params.get("weight_decay"),
        "periodic embeddings": embedding == "pbld",
        "piecewise-linear embeddings": embedding == "pwl",
        "quantile scores": params.get("numbers") == "quantile",
        f"level vectors of {params.get('level_size')}": params.get("level_size", 8) != 8,
    }
    bent = transform.WORDS.get(params.get("target", "plain"))
    return [*(name for name, holds in named.items() if holds), *([bent] if bent else [])]


SETTINGS = Settings(("realmlp", "tabm"), defaults, space, lambda _rows, _batch: (EPOCHS, EPOCHS_COUNTED), describe)
