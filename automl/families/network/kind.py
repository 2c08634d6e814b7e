"""What the training code asks of a modality: an encoder, the sizes a network comes in, and a built network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset
    from automl.encode.state import State
    from automl.families.base import Params
    from automl.families.network.shared import Shared
    from automl.families.network.targets import Targets
    from automl.types import Problem


class Encoder(Protocol):
    """Turns typed rows into the array that a network reads."""

    @property
    def width(self) -> int:
        """Numbers of four bytes that a row becomes."""
        ...

    def transform(self, frame: Any) -> Any:
        """(rows, ...) array, `Several`, or `Images` that are read while a network learns.

        Every row for itself, so that blocks give what the whole gives.
        """
        ...

    def state(self) -> State:
        """JSON part and arrays."""
        ...


@dataclass(frozen=True)
class Job:
    """A network to build.

    Attributes:
        x: encoded rows to learn from; `Several` for networks of several inputs, `Images` for those that read pixels.
        encoder: that made them; None where a network reads the bytes as they are.
        bias: first values of the output layer's biases.
        batch, chunk: rows a gradient step, and steps a call.
        y, weight: encoded targets and row weights, for networks that start from a simpler model's weights.
        seconds: for building and training; infinite where steps are counted.
    """

    problem: Problem
    x: Any
    encoder: Any
    targets: Targets
    params: Params
    bias: list[float]
    batch: int
    chunk: int
    y: Array
    weight: Array
    seconds: float


class Kind(Protocol):
    """One modality. Registered in `kinds`; its hyperparameters are registered in `params`."""

    @property
    def batch(self) -> int:
        """Rows predicted at a time."""
        ...

    def encoder(self, train: Dataset, params: Params) -> Encoder | None:
        """Fitted on the rows given; None for `Images`, whose bytes the network reads."""
        ...

    def restored(self, state: State) -> Encoder | None:
        """The encoder whose `state` was saved."""
        ...

    def sized(self, params: Params) -> Params:
        """The parameters with sizes that depend on the device alone filled in."""
        ...

    def sizes(self, params: Params) -> tuple[Params, ...]:
        """What may stand for a width of 'auto', from large to small."""
        ...

    def operations(self, shape: tuple[int, ...], params: Params) -> float:
        """Multiplications and additions of one row of this shape through the network."""
        ...

    def schedule(self, params: Params) -> str:
        """Name of the learning-rate schedule."""
        ...

    def steps(self, shape: tuple[int, ...], params: Params) -> int:
        """Most gradient steps a call."""
        ...

    def network(self, job: Job) -> Shared:
        """A network at its first weights, with its trainer."""
        ...
