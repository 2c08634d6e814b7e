"""What every model family offers, so that decide, search and evaluate never know which one they hold.

A family is a module `automl.families.<name>` with a `FAMILY` object that fulfils `Family`. It owns its encoding: it is
given typed inputs (see data.contract) and fits its encoder on training rows only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.types import FamilyName, Problem

HARD_METRICS = frozenset({"accuracy", "balanced_accuracy", "f1", "f1_macro", "mcc"})
"""Metrics of the predicted class, not of its probability."""
Params = dict[str, Any]
"""Hyperparameters: names to JSON values. `{}` means the family's first default."""


@dataclass(frozen=True)
class Knob:
    """One hyperparameter of a search space.

    Attributes:
        name: key in `Params`.
        low, high: bounds of a number; unused with `choices`.
        log: sample on a log scale.
        integer: whole numbers only.
        choices: the values of a categorical hyperparameter.
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    integer: bool = False
    choices: tuple[Any, ...] = ()


def first_of_kind(params: Params, known: Sequence[Params]) -> Params:
    """The first known-good configuration of the same kind, {} for none; of the first one's kind where none is named."""
    kind = params.get("kind", known[0].get("kind"))
    return next((each for each in known if each.get("kind") == kind), {})


@dataclass(frozen=True)
class Limits:
    """How long one fit may take.

    Attributes:
        seconds: wall-clock seconds for this fit; None means that sizes come from counts alone, so that it repeats.
        threads: CPU threads.
        full: True for a final fit: lengths (rounds, epochs) come from the parameters, where a validated fit put them
            (see `Model.final_params`), and as few rows as possible are set aside: none, a tenth for networks.
        gpus: indices of the GPUs that trees may use, as the driver counts them; None for all there are. Networks use
            those that their worker sees.
        memory: bytes that the user allows (`--memory`); None for what the machine has free.
    """

    seconds: float | None = None
    threads: int = 2
    full: bool = False
    gpus: tuple[int, ...] | None = None
    memory: int | None = None


class Model(Protocol):
    """A fitted model with its encoder."""

    family: FamilyName
    info: dict[str, Any]
    """Facts for the report: rounds or epochs used, parameters, flags such as 'under_trained' with figures."""

    def predict(self, inputs: Inputs) -> Array:
        """(n, classes) probabilities that sum to one, or (n, 1) values; float32, finite."""
        ...

    def final_params(self) -> Params:
        """The parameters with which `fit(..., full=True)` repeats this fit without rows set aside."""
        ...

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder as JSON, arrays.npz, .ubj or .keras files; never a pickle."""
        ...


class Family(Protocol):
    """A model family."""

    name: FamilyName
    in_worker: bool
    """True when it must train in the worker process (it needs Keras)."""

    def defaults(self, problem: Problem, rows: int) -> list[Params]:
        """Known-good configurations, the best first: the probe takes the first, the search queues all."""
        ...

    def space(self, problem: Problem, rows: int) -> list[Knob]:
        """The search space."""
        ...

    def fit(self, params: Params, train: Dataset, limits: Limits) -> Model:
        """Fit on the rows given; deterministic for a seed (`train.problem.seed`) on CPU.

        Raises:
            FitFailed: it cannot be fitted (diverged, too little memory), with the reason.
        """
        ...

    def load(self, folder: Path, problem: Problem) -> Model:
        """The model that `save` wrote."""
        ...

    def describe(self, params: Params) -> str:
        """A short name of the configuration for the leaderboard."""
        ...


class FitFailed(Exception):  # noqa: N818 (an outcome that the search records, not an error of the user's)
    """A fit that gave no usable model; the message says why."""
