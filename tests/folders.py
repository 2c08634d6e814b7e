"""Run folders with a small model, made without a whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl import families, jsonio
from automl.config import Plan
from automl.evaluate.conformal import Band
from automl.evaluate.shape import Shape
from automl.families.base import Limits
from automl.prepare import prepare, read

if TYPE_CHECKING:
    from pathlib import Path


def run_folder(folder: Path, source: Any, family: Any = "linear", width: float | None = None, **plan: Any) -> Path:
    """A folder that `automl predict` takes: the model of one family, fitted on all rows of the source."""
    chosen = Plan(**plan)
    (folder / "model").mkdir(parents=True)
    (folder / "pixels").mkdir()
    data = prepare(read(source, chosen), chosen, folder / "pixels", 1).dataset
    families.load(family).fit({}, data, Limits(threads=1)).save(folder / "model")
    files = sorted(path.name for path in (folder / "model").iterdir())
    jsonio.write(folder / "model" / "contract.json", data.problem)
    shape = Shape(interval=None if width is None else Band((width,)))
    manifest = {"version": 1, "family": family, "files": files, **shape.state()}
    jsonio.write(folder / "model" / "manifest.json", manifest)
    return folder
