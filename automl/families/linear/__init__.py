"""Linear models: logistic regression, ridge regression and elastic nets on encoded columns or hand-made features."""

from automl.families.linear.family import FAMILY

__all__ = ["FAMILY"]
