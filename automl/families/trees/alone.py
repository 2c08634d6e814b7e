"""XGBoost for processes that only predict: without its scikit-learn estimators, which we never use."""

from __future__ import annotations

import sys


def import_alone() -> None:
    """Import XGBoost as if scikit-learn were not installed, unless either is loaded already.

    Its estimators load scikit-learn and scipy: 0.8 of the 1.0 processor seconds that importing it takes
    (`benchmarks/trees.py`). They are then missing from `xgboost`, so this is not for processes that run others' code.
    """
    if "xgboost" in sys.modules or "sklearn" in sys.modules:
        return
    sys.modules["sklearn"] = None  # type: ignore[assignment] # an import of it raises ImportError
    try:
        import xgboost  # noqa: F401
    finally:
        del sys.modules["sklearn"]
