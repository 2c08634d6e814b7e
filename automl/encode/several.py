"""What a network reads of its rows: one array, images still in their file, or several of these side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.dataset import Images

if TYPE_CHECKING:
    from automl.data.dataset import Array


@dataclass(frozen=True)
class Several:
    """Arrays of the same rows, sliced together like one.

    Attributes:
        arrays: name of an input -> (n, ...) values, or images still in their file.
    """

    arrays: dict[str, Array | Images]

    def __len__(self) -> int:
        """Rows."""
        return len(next(iter(self.arrays.values())))

    def take(self, rows: Array) -> Several:
        """Rows by position; images stay in their file."""
        return Several({name: part(values, rows) for name, values in self.arrays.items()})

    def __getitem__(self, rows: Any) -> Several:
        """Rows by position or slice, images read into memory."""
        return Several({name: values[rows] for name, values in self.arrays.items()})

    @property
    def shape(self) -> tuple[Any, ...]:
        """(n, shapes of a row by name)."""
        return len(self), {name: values.shape[1:] for name, values in self.arrays.items()}


def part(values: Any, rows: Array) -> Any:
    """Rows by position of one array, of images or of several; images stay in their file."""
    return values[rows] if isinstance(values, np.ndarray) else values.take(rows)


def stored(values: Any) -> bool:
    """Whether these are images still in their file, or have such among them."""
    parts = values.arrays.values() if isinstance(values, Several) else (values,)
    return any(isinstance(each, Images) for each in parts)


def filled(values: Any, rows: int, *, last: bool = False) -> Any:
    """The values with rows of zeros after them (or copies of the last one), `rows` in all.

    Unchanged when they are as many or more.

    Args:
        values: one array or several, in memory.
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
