"""automl: does your data need deep learning, boosted trees or a linear model? Measured on your data, then built.

    import automl
    run = automl.fit("data.csv", target="churn", budget="60s", seed=0)
    run.decision.family, run.decision.reasons, run.leaderboard, run.predict(df), run.report_path

Importing this package imports neither TensorFlow nor XGBoost, scikit-learn or pandas: names are loaded when used.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from automl._version import __version__

if TYPE_CHECKING:
    from automl.api import Run, decide, fit, load, profile
    from automl.errors import AutoMLError
    from automl.estimators import AutoClassifier, AutoRegressor

__all__ = [
    "AutoClassifier",
    "AutoMLError",
    "AutoRegressor",
    "Run",
    "__version__",
    "decide",
    "fit",
    "load",
    "profile",
]

_HOME = {
    "Run": "automl.api",
    "decide": "automl.api",
    "fit": "automl.api",
    "load": "automl.api",
    "profile": "automl.api",
    "AutoMLError": "automl.errors",
    "AutoClassifier": "automl.estimators",
    "AutoRegressor": "automl.estimators",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'automl' has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps `automl.profile` and `automl.decide` functions when the folders of the same names are imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
