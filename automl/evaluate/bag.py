"""The delivered form of an ensemble: the models of cross-validation at first, then fits on all rows as time allows."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from automl.clock import OutOfTime
from automl.evaluate.cost import refit_seconds
from automl.families import ensemble as model_folder
from automl.families.base import FitFailed, Limits
from automl.families.ensemble import Member
from automl.families.task import FitTask, Fitted
from automl.workers.executor import WorkerDied, WorkerError

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array
    from automl.evaluate.crossval import Candidate, CrossValidation

BAG = 5
"""Fits on all rows with different seeds that a member's bag may hold."""
NEW_SEED = 7_919
"""Between the seeds of a bag: far from those of neighbouring runs."""


@dataclass(frozen=True)
class Refitted:
    """Which members were fitted on all rows.

    Attributes:
        members: candidate name -> how many fits on all rows its bag holds.
        weight: the share of the ensemble that they make up.
    """

    members: dict[str, int]
    weight: float


def assemble(cv: CrossValidation, ensemble: Candidate, folder: Path) -> Fitted:
    """Copy the kept models of every member into the model folder; the predictions are those of the test rows.

    Raises:
        FitFailed: a member's models were not kept.
    """
    started = time.monotonic()
    total = np.zeros((len(cv.test), cv.dataset.problem.outputs))
    for candidate, weight in ensemble.members:
        if not candidate.models:
            raise FitFailed(f"the models of {candidate.name} were not kept")
        total += weight * mean_sealed(candidate)
    copy_models(ensemble, folder, {c.name: sorted(c.models) for c, _ in ensemble.members})
    return Fitted(total.astype(np.float32), {}, {}, 0.0, time.monotonic() - started)


def mean_sealed(candidate: Candidate) -> Array:
    """(test rows, outputs) float32 mean prediction of a candidate's kept models."""
    mean: Array = np.stack(list(candidate.sealed.values())).mean(axis=0, dtype=np.float64)
    return mean.astype(np.float32)


def copy_models(ensemble: Candidate, folder: Path, splits: dict[str, list[int]]) -> None:
    """Write an ensemble into a folder: the kept models of the splits given for each member."""
    members = []
    for candidate, weight in ensemble.members:
        names = tuple(f"{candidate.name}-split{split}" for split in splits[candidate.name])
        for name, split in zip(names, splits[candidate.name], strict=True):
            shutil.copytree(candidate.models[split], folder / name, dirs_exist_ok=True)
        members.append(Member(candidate.name, candidate.family, candidate.configuration, weight, names))
    model_folder.write(folder, tuple(members))


def refit(cv: CrossValidation, ensemble: Candidate, rows: Array, folder: Path, reserve: float) -> Refitted:
    """Replace members' models by fits on all rows, the heaviest member first, then fill their bags with other seeds.

    Args:
        folder: the model folder that `assemble` wrote; valid after every step.
        reserve: seconds to keep.
    """
    fitted: dict[str, list[str]] = {}
    order = sorted(ensemble.members, key=lambda member: -member[1])
    for turn in range(1 if cv.clock.counts_trials else BAG):
        for candidate, _ in order:
            if turn and len(fitted.get(candidate.name, ())) < turn:
                continue  # the first fit failed or did not fit into the time
            if refit_seconds(candidate) > cv.clock.left(reserve):
                continue
            name = f"{candidate.name}-all{turn}"
            if _fit_member(cv, candidate, rows, folder / name, turn, reserve):
                fitted.setdefault(candidate.name, []).append(name)
                _replace(folder, candidate.name, tuple(fitted[candidate.name]))
    share = sum(weight for candidate, weight in ensemble.members if candidate.name in fitted)
    return Refitted({name: len(folders) for name, folders in fitted.items()}, share)


def _fit_member(
    cv: CrossValidation, candidate: Candidate, rows: Array, folder: Path, turn: int, reserve: float
) -> bool:
    """Fit on all rows into a folder; False, and no folder, when it failed or time cut it short."""
    folder.mkdir()
    seconds = None if cv.clock.counts_trials else max(cv.clock.left(reserve), 0.1)
    seed = cv.dataset.problem.seed + NEW_SEED * turn if turn else None
    limits = Limits(seconds, cv.threads, full=True)
    task = FitTask(candidate.family, candidate.final_params(), rows, rows[:1], limits, folder, seed)
    try:
        fitted = cv.run(task)
    except (FitFailed, OutOfTime, WorkerDied, WorkerError):
        fitted = None
    if fitted is None or fitted.could_take_longer:
        shutil.rmtree(folder)
        return False
    return True


def _replace(folder: Path, name: str, folders: tuple[str, ...]) -> None:
    """Put other models in place of a member's, and remove those it had from cross-validation."""
    members = model_folder.read(folder)
    old = next(member for member in members if member.name == name)
    changed = tuple(replace(m, folders=folders) if m.name == name else m for m in members)
    model_folder.write(folder, changed)
    for gone in set(old.folders) - set(folders):
        shutil.rmtree(folder / gone)
