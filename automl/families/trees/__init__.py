"""Trees: XGBoost and scikit-learn's forests on category codes or target statistics of our own."""

from automl.families.trees.family import FAMILY

__all__ = ["FAMILY"]
