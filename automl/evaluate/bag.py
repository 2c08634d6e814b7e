"""The delivered form of an ensemble: the models of cross-validation at first, then fits on all rows as time allows."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from automl import families
from automl.clock import OutOfTime
from automl.evaluate.cost import member_seconds, refits_seconds
from automl.evaluate.journal import FORGOTTEN
from automl.families import ensemble as model_folder
from automl.families.base import FitFailed
from automl.families.ensemble import Member
from automl.families.task import FitTask, Fitted
from automl.workers.beside import Beside
from automl.workers.executor import WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from automl.data.dataset import Array
    from automl.evaluate.crossval import Candidate, CrossValidation

BAG = 5
"""Fits on all rows with different seeds that a member's bag may hold."""
LONGEST_SHARE = 0.85
"""Of the time left, for the one longer fit of a network: what it takes besides training must fit in as well."""
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


def forget(candidates: Sequence[Candidate], most: int) -> None:
    """Delete kept models that no ensemble can take: all but those of the best `most` candidates of each family.

    A mark stays, so that a resumed run knows the fits but not the models.
    """
    for family in {c.family for c in candidates}:
        mine = [c for c in candidates if c.family == family and c.models]
        shared = set.intersection(*(set(c.losses) for c in mine if c.ok)) if any(c.ok for c in mine) else set()
        ranked = sorted((c for c in mine if c.ok), key=lambda c: c.loss(sorted(shared)) if shared else 0.0)
        for candidate in [*(c for c in mine if not c.ok), *ranked[most:]]:
            for folder in candidate.models.values():
                shutil.rmtree(folder)
                folder.mkdir()
                (folder / FORGOTTEN).touch()
            candidate.models.clear()


def refit(
    cv: CrossValidation, ensemble: Candidate, rows: Array, folder: Path, reserve: float, *, together: bool = False
) -> Refitted:
    """Replace members' models by fits on all rows, the heaviest member first, then fill their bags with other seeds.

    Args:
        folder: the model folder that `assemble` wrote; valid after every step.
        reserve: seconds to keep.
        together: fit the worker's members beside those of this process.
    """
    order = [member for member, _ in sorted(ensemble.members, key=lambda member: -member[1])]
    here = [c for c in order if not families.load(c.family).in_worker]
    there = [c for c in order if families.load(c.family).in_worker]
    bags = Bags(rows, folder, reserve)
    if together and cv.worker is not None and here and there:
        with Beside(cv.worker, lambda worker: bags.fill(replace(cv, worker=worker), there), cv.clock, reserve):
            bags.fill(cv, here)
    else:
        bags.fill(cv, order)
    share = sum(weight for candidate, weight in ensemble.members if candidate.name in bags.fitted)
    return Refitted({name: len(folders) for name, folders in bags.fitted.items()}, share)


@dataclass
class Bags:
    """Models fitted on all rows so far, by the candidate they belong to."""

    rows: Array
    folder: Path
    reserve: float
    fitted: dict[str, list[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fill(self, cv: CrossValidation, candidates: list[Candidate]) -> None:
        """Fit every candidate once, then again with other seeds while time lasts."""
        for turn in range(1 if cv.clock.counts_trials else BAG):
            for place, candidate in enumerate(candidates):
                if turn and len(self.fitted.get(candidate.name, ())) < turn:
                    continue  # the first fit failed or did not fit into the time
                self._fit(cv, candidate, turn, [] if turn else candidates[place + 1 :])

    def _fit(self, cv: CrossValidation, candidate: Candidate, turn: int, later: list[Candidate]) -> None:
        """One fit, when there is time for it; a longer one of a network leaves the time of those that come later."""
        left, expected = cv.clock.left(self.reserve), member_seconds(candidate)
        if expected > left:
            return
        params = candidate.final_params()
        if candidate.shortened:  # time chose its horizon: the longer one it now has is better
            params.pop("epochs", None)
            others = refits_seconds(later, left - expected, together=False)
            left = max(LONGEST_SHARE * (left - others), expected)
        name = f"{candidate.name}-all{turn}"
        (self.folder / name).mkdir()
        limits = cv.limits(None if cv.clock.counts_trials else left, full=True)
        seed = cv.dataset.problem.seed + NEW_SEED * turn if turn else None
        task = FitTask(candidate.family, params, self.rows, self.rows[:1], limits, self.folder / name, seed)
        try:
            fitted = cv.run(task)
        except (FitFailed, OutOfTime, WorkerDied, WorkerError):
            fitted = None
        more = len(self.rows) / max(len(cv.splits[split].train) for split in candidate.losses)
        if fitted is None or not _whole(candidate, fitted, more):
            shutil.rmtree(self.folder / name)
            return
        with self.lock:
            self.fitted.setdefault(candidate.name, []).append(name)
            _replace(self.folder, candidate.name, tuple(self.fitted[candidate.name]))


def _whole(candidate: Candidate, fitted: Fitted, more: float) -> bool:
    """Whether a refit ended by itself, or took as many steps as the fits that were validated before its time was over.

    Args:
        more: times the rows of the fits that were validated; an epoch has that many times their steps.
    """
    if not fitted.could_take_longer:
        return True
    return "epochs" in fitted.info and bool(fitted.info["epochs"] * more >= candidate.info["epochs"])


def _replace(folder: Path, name: str, folders: tuple[str, ...]) -> None:
    """Put other models in place of a member's, and remove those it had from cross-validation."""
    members = model_folder.read(folder)
    old = next(member for member in members if member.name == name)
    changed = tuple(replace(m, folders=folders) if m.name == name else m for m in members)
    model_folder.write(folder, changed)
    for gone in set(old.folders) - set(folders):
        shutil.rmtree(folder / gone)
