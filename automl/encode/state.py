"""Encoder state on disk: `encoder.json` for what is plain, `arrays.npz` for what is numeric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl import jsonio
from automl.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array

State = tuple[dict[str, Any], dict[str, Any]]
"""(JSON part, arrays by name)."""


def save(folder: Path, state: State) -> None:
    """Write both parts into an existing folder."""
    plain, arrays = state
    jsonio.write(folder / "encoder.json", plain)
    np.savez(folder / "arrays.npz", **arrays)


def load(folder: Path) -> State:
    """Read both parts back.

    Raises:
        RunError: a part is missing.
    """
    for name in ("encoder.json", "arrays.npz"):
        if not (folder / name).is_file():
            raise RunError(f"The model is incomplete: {name} is missing.", where=str(folder), hint="fit again")
    with np.load(folder / "arrays.npz", allow_pickle=False) as file:
        return jsonio.read(folder / "encoder.json"), {name: file[name] for name in file.files}


def prefixed(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    """Arrays of a nested encoder under 'prefix/name'."""
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def unprefixed(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    """The reverse of `prefixed`."""
    start = f"{prefix}/"
    return {name[len(start) :]: array for name, array in arrays.items() if name.startswith(start)}
