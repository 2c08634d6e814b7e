"""The end of every series, kept with a model so that what follows can be forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path

    from automl.forecast.grid import Grid
    from automl.types import Column, Forecast

Array = np.ndarray[Any, Any]
FILE = "history.npz"


@dataclass(frozen=True)
class History:
    """Rows as they were read, typed.

    Attributes:
        frame: typed columns: time, series and the further inputs of a forecast.
        y: (n,) targets, NaN where unknown.
        names: the series there are.
        codes: (n,) which of them each row belongs to.
    """

    frame: pd.DataFrame
    y: Array
    names: tuple[str, ...]
    codes: Array

    def tail(self, grid: Grid, reach: int) -> History:
        """The rows that inputs of the steps after the last known target look at, and no others."""
        kept = (grid.place <= grid.known) & (grid.place > grid.known - reach)
        return History(self.frame[kept].reset_index(drop=True), self.y[kept], self.names, self.codes[kept])

    def save(self, folder: Path) -> None:
        """Write history.npz into an existing folder: arrays without objects."""
        arrays: dict[str, Any] = {f"column{i}": _plain(self.frame[name]) for i, name in enumerate(self.frame.columns)}
        np.savez_compressed(
            folder / FILE, y=self.y, names=np.asarray(self.names, dtype=np.str_), codes=self.codes, **arrays
        )

    @classmethod
    def load(cls, folder: Path, forecast: Forecast) -> History:
        """What `save` wrote.

        Raises:
            RunError: the file is missing.
        """
        if not (folder / FILE).is_file():
            raise RunError(f"The model is incomplete: {FILE} is missing.", where=str(folder), hint="fit again")
        with np.load(folder / FILE, allow_pickle=False) as file:
            data = {column.name: file[f"column{i}"] for i, column in enumerate(read_columns(forecast))}
            texts = {name: pd.array(v.astype(object), dtype="str") for name, v in data.items() if v.dtype.kind == "U"}
            return cls(pd.DataFrame(data | texts), file["y"], tuple(file["names"].tolist()), file["codes"])


def read_columns(forecast: Forecast) -> tuple[Column, ...]:
    """The columns of the data that a forecast reads besides its target, in the order of a history's frame."""
    named = () if forecast.series is None else (forecast.series,)
    return (forecast.time, *named, *forecast.inputs)


def _plain(values: pd.Series) -> Array:
    if values.dtype.kind in "fi":
        numbers: Array = values.to_numpy()
        return numbers
    texts: Array = values.fillna("").to_numpy(object).astype(np.str_)
    return texts
