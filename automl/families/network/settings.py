"""What `params` asks of a modality: its hyperparameters and how to name them; imports no library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.families.base import Knob, Params
    from automl.types import Problem


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of one modality's networks.

    Attributes:
        kinds: values of the parameter 'kind' that are this modality's, by which a configuration is named.
        defaults: known-good configurations for a problem and a number of rows, the best first.
        space: the search space for them.
        epochs: (with time for them, where sizes come from counts alone) for rows and rows a gradient step.
        describe: a short name of a full configuration.
    """

    kinds: tuple[str, ...]
    defaults: Callable[[Problem, int], list[Params]]
    space: Callable[[Problem, int], list[Knob]]
    epochs: Callable[[int, int], tuple[int, int]]
    describe: Callable[[Params], str]


def epochs_of(steps: int, fewest: int, most: int, counted: int) -> Callable[[int, int], tuple[int, int]]:
    """Epochs that come to a number of gradient steps: small sets need more passes.

    Args:
        fewest, most: epochs, whatever the rows.
        counted: where sizes come from counts alone.
    """
    return lambda rows, batch: (min(max(steps * batch // rows, fewest), most), counted)
