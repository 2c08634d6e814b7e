"""Tables with a column of photos, as the example makes them, and typed rows of such a table."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.config import Plan
from automl.prepare import prepare, read

if TYPE_CHECKING:
    from automl.prepare import Prepared

EXAMPLE = Path(__file__).resolve().parents[1] / "recipes" / "examples" / "mixed_table.py"


def write(folder: Path, rows: int, seed: int = 0) -> Path:
    """The table of the example with its photos."""
    spec = importlib.util.spec_from_file_location("mixed_table", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path: Path = module.write(folder, rows, seed)
    return path


def prepared(source: Any, scratch: Path, **plan: Any) -> Prepared:
    """What models learn from."""
    scratch.mkdir(exist_ok=True)
    chosen = Plan(**plan)
    return prepare(read(source, chosen), chosen, scratch, 1)
