"""Several arrays of the same rows, for networks that read them side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array


@dataclass(frozen=True)
class Several:
    """Arrays of the same rows, sliced together like one.

    Attributes:
        arrays: name of an input -> (n, ...) values.
    """

    arrays: dict[str, Array]

    def __len__(self) -> int:
        """Rows."""
        return len(next(iter(self.arrays.values())))

    def __getitem__(self, rows: Any) -> Several:
        """Rows by position or slice."""
        return Several({name: values[rows] for name, values in self.arrays.items()})

    @property
    def shape(self) -> tuple[Any, ...]:
        """(n, shapes of a row by name)."""
        return len(self), {name: values.shape[1:] for name, values in self.arrays.items()}


def filled(values: Any, rows: int, *, last: bool = False) -> Any:
    """The values with rows of zeros after them (or copies of the last one), `rows` in all; one array or several.

    Unchanged when they are as many or more.
    """
    if isinstance(values, Several):
        return Several({name: filled(array, rows, last=last) for name, array in values.arrays.items()})
    if len(values) >= rows:
        return values
    missing = rows - len(values)
    fill = np.repeat(values[-1:], missing, axis=0) if last else np.zeros((missing, *values.shape[1:]), values.dtype)
    return np.concatenate([values, fill])


def unpacked(values: Any) -> Any:
    """What a network of one input is given, or a dictionary for one of several."""
    return values.arrays if isinstance(values, Several) else values
