"""The model families, each behind the interface of `base`: one file or folder a family."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl.families.base import Family
    from automl.types import FamilyName


def load(name: FamilyName) -> Family:
    """The family of that name; its libraries are imported only now."""
    family: Family = importlib.import_module(f"automl.families.{name}").FAMILY
    return family
