"""Hyperparameters of the network family by modality: known-good defaults and search spaces; imports no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.base import first_of_kind
from automl.families.network import (
    audio_params,
    branch_params,
    image_params,
    series_params,
    table_params,
    text_params,
)

if TYPE_CHECKING:
    from automl.families.base import Knob, Params
    from automl.families.network.settings import Settings
    from automl.types import Problem

TABLES, IMAGES = table_params.SETTINGS, image_params.SETTINGS
SETTINGS: dict[str, Settings] = {
    "table": TABLES,
    "image": IMAGES,
    "text": text_params.SETTINGS,
    "audio": audio_params.SETTINGS,
    "series": series_params.SETTINGS,
    "branches": branch_params.SETTINGS,
}


def defaults(problem: Problem, rows: int) -> list[Params]:
    """Known-good configurations, the best first."""
    return _settings(problem).defaults(problem, rows)


def space(problem: Problem, rows: int) -> list[Knob]:
    """The search space."""
    return _settings(problem).space(problem, rows)


def _settings(problem: Problem) -> Settings:
    return SETTINGS["branches" if problem.branched else problem.modality]


def complete(params: Params, problem: Problem, rows: int, *, timed: bool) -> Params:
    """The parameters given on top of the first default of their kind, with a horizon: longer under a clock."""
    known = defaults(problem, rows)
    first = first_of_kind(params, known) or known[0]
    owner = next((settings for settings in SETTINGS.values() if first["kind"] in settings.kinds), _settings(problem))
    longest, counted = owner.epochs(rows, first["batch"])
    return {**first, "epochs": longest if timed else counted, **params}


def describe(params: Params) -> str:
    """A short name of a configuration, whose 'kind' says whose it is; a table's where it has none."""
    if not params:
        return "network, tuned defaults"
    named = (settings for settings in SETTINGS.values() if params.get("kind") in settings.kinds)
    return next(named, TABLES).describe(params)
