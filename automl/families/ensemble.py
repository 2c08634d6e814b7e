"""A weighted mean of models of any family, each the mean of a bag: what a run delivers when it beats a single model.

It is never fitted here: its members are (see evaluate.ensemble and evaluate.bag). It is a folder with one subfolder a
model and `ensemble.json`, and it predicts like every other model.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl import families, jsonio
from automl.errors import RunError
from automl.families.base import FitFailed
from automl.types import FamilyName  # noqa: TC001 (jsonio reads the annotations)

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.families.base import Knob, Limits, Model, Params
    from automl.types import Problem

FILE = "ensemble.json"


@dataclass(frozen=True)
class Member:
    """A candidate in an ensemble.

    Attributes:
        weight: its share; all shares sum to one.
        folders: subfolders of its models; their predictions are averaged.
    """

    name: str
    family: FamilyName
    configuration: str
    weight: float
    folders: tuple[str, ...]


@dataclass
class EnsembleModel:
    """Loaded members."""

    members: tuple[Member, ...]
    bags: tuple[tuple[Model, ...], ...]
    info: dict[str, Any] = field(default_factory=dict)
    family: ClassVar[FamilyName] = "ensemble"

    def predict(self, inputs: Inputs) -> Array:
        """(n, classes) probabilities or (n, 1) values, float32."""
        parts = [
            member.weight * np.mean([model.predict(inputs) for model in bag], axis=0, dtype=np.float64)
            for member, bag in zip(self.members, self.bags, strict=True)
        ]
        total: Array = np.sum(parts, axis=0).astype(np.float32)
        return total

    def final_params(self) -> Params:
        """Nothing: an ensemble is not fitted again as one."""
        return {}

    def save(self, folder: Path) -> None:
        """Write the list of members, and every model into its subfolder."""
        write(folder, self.members)
        for member, bag in zip(self.members, self.bags, strict=True):
            for name, model in zip(member.folders, bag, strict=True):
                (folder / name).mkdir(exist_ok=True)
                model.save(folder / name)


class EnsembleFamily:
    """See module."""

    name: ClassVar[FamilyName] = "ensemble"
    in_worker: ClassVar[bool] = True

    def defaults(self, problem: Problem, rows: int) -> list[Params]:  # noqa: ARG002 (the interface)
        """None: its members have theirs."""
        return []

    def space(self, problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG002
        """None: its weights are chosen, not searched."""
        return []

    def fit(self, params: Params, train: Dataset, limits: Limits) -> Model:  # noqa: ARG002
        """Refused: members are fitted one by one.

        Raises:
            FitFailed: always.
        """
        raise FitFailed("an ensemble is assembled from fitted members")

    def load(self, folder: Path, problem: Problem) -> EnsembleModel:
        """The model in a folder.

        Raises:
            RunError: a member's folder is not there, or leads out of the model's folder.
        """
        members = read(folder)
        return EnsembleModel(
            members,
            tuple(tuple(families.load(m.family).load(folder / f, problem) for f in m.folders) for m in members),
        )

    def describe(self, params: Params) -> str:  # noqa: ARG002
        """A name for the leaderboard."""
        return "weighted ensemble"


def write(folder: Path, members: tuple[Member, ...]) -> None:
    """Write the list of members."""
    jsonio.write(folder / FILE, {"members": [asdict(member) for member in members]})


def read(folder: Path) -> tuple[Member, ...]:
    """The list of members.

    Raises:
        RunError: a member's folder is not there, or leads out of the model's folder.
    """
    members = tuple(jsonio.build(Member, entry) for entry in jsonio.read(folder / FILE)["members"])
    root = folder.resolve()
    for member in members:
        for name in member.folders:
            if (root / name).resolve().parent != root or not (root / name).is_dir():
                raise RunError(f"The ensemble's model {name!r} is missing.", where=str(folder), hint="fit again")
    return members


FAMILY = EnsembleFamily()
