"""The model families, each behind the interface of `base`: one file or folder a family."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl.families.base import Family
    from automl.types import FamilyName


def preload() -> threading.Thread:
    """Import what the families of this process need, in a thread of its own: while data is read, it costs nothing."""
    thread = threading.Thread(target=_preload, daemon=True)
    thread.start()
    return thread


def _preload() -> None:
    for name in ("sklearn.linear_model", "xgboost"):
        importlib.import_module(name)


def load(name: FamilyName) -> Family:
    """The family of that name; its libraries are imported only now."""
    family: Family = importlib.import_module(f"automl.families.{name}").FAMILY
    if name not in ("linear", "trees", "network"):
        return family
    from automl.families.relative import RelativeFamily

    return RelativeFamily(family)
