"""Linear models: logistic regression and ridge regression on encoded columns or hand-made features.

The strength of the penalty is part of fitting: unless given, it is chosen on a path, by rows set aside (classification)
or by generalised cross-validation (ridge; Golub, Heath and Wahba 1979).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl.data.split import set_aside
from automl.encode import state
from automl.families.base import Knob
from automl.families.features import Features, fit_features, in_blocks, load_features

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.families.base import Limits, Params
    from automl.types import FamilyName, Problem

C_PATH = (0.003, 0.03, 0.3, 3.0)
"""Inverse penalties tried when none is given, on standardised columns."""
ALPHA_PATH = tuple(float(a) for a in np.logspace(-2, 4, 13))
MAX_ITERATIONS = 200
SMALL_MATRIX = 5_000_000
"""Cells up to which one BLAS thread is as fast as several, and does not suffer from other work on the machine."""


@dataclass
class LinearModel:
    """Coefficients on encoded features.

    Attributes:
        coefficients: (d, outputs); for a binary task one column, the log odds of the second class.
        intercept: (outputs,).
    """

    problem: Problem
    features: Features
    coefficients: Array
    intercept: Array
    penalty: dict[str, float]
    info: dict[str, Any] = field(default_factory=dict)
    family: ClassVar[FamilyName] = "linear"

    def predict(self, inputs: Inputs) -> Array:
        """(n, classes) probabilities or (n, 1) values, float32."""
        return in_blocks(inputs, self._predict, 8 * len(self.coefficients))

    def _predict(self, inputs: Inputs) -> Array:
        scores = self.features.transform(inputs) @ self.coefficients + self.intercept
        if self.problem.task == "regression":
            return scores.astype(np.float32)
        if self.problem.task == "binary":
            scores = np.hstack([np.zeros_like(scores), scores])
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        probabilities: Array = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
        return probabilities

    def final_params(self) -> Params:
        """The penalty that was chosen."""
        return dict(self.penalty)

    def save(self, folder: Path) -> None:
        """Write encoder and coefficients."""
        plain, arrays = self.features.state()
        own = {"coefficients": self.coefficients, "intercept": self.intercept}
        state.save(folder, ({"features": plain, "penalty": self.penalty}, {**arrays, **own}))


class LinearFamily:
    """See module."""

    name: ClassVar[FamilyName] = "linear"
    in_worker: ClassVar[bool] = False

    def defaults(self, problem: Problem, rows: int) -> list[Params]:  # noqa: ARG002 (the interface)
        """The penalty from the path; the search adds fixed ones."""
        return [{}]

    def space(self, problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG002
        """The penalty."""
        if problem.task == "regression":
            return [Knob("alpha", 1e-3, 1e5, log=True)]
        return [Knob("C", 1e-4, 1e2, log=True)]

    def fit(self, params: Params, train: Dataset, limits: Limits) -> LinearModel:
        """Encode, choose the penalty unless given, solve."""
        from threadpoolctl import threadpool_limits

        features = fit_features(train, "linear")
        matrix = features.transform(train.inputs)
        with threadpool_limits(1 if matrix.size <= SMALL_MATRIX else limits.threads, user_api="blas"):
            return self._solve(params, train, features, matrix)

    def _solve(self, params: Params, train: Dataset, features: Features, matrix: Array) -> LinearModel:
        if train.problem.task == "regression":
            alpha, coefficients, intercept = _ridge(matrix, train, params.get("alpha"))
            penalty = {"alpha": alpha}
        else:
            c = params.get("C") or _choose_c(matrix, train)
            model = _logistic(matrix, train.y, train.weight, c)
            coefficients, intercept = _per_class(model, train.problem)
            penalty = {"C": c}
        info = {"parameters": int(coefficients.size + intercept.size), **penalty}
        return LinearModel(train.problem, features, coefficients, intercept, penalty, info)

    def load(self, folder: Path, problem: Problem) -> LinearModel:
        """The model that `save` wrote."""
        plain, arrays = state.load(folder)
        features = load_features(problem.modality, "linear", (plain["features"], arrays))
        return LinearModel(problem, features, arrays["coefficients"], arrays["intercept"], plain["penalty"])

    def describe(self, params: Params) -> str:
        """A name for the leaderboard."""
        given = ", ".join(f"{name} {value:.3g}" for name, value in params.items())
        return f"linear, {given}" if given else "linear, penalty from a path"


def _ridge(matrix: Array, train: Dataset, alpha: float | None) -> tuple[float, Array, Array]:
    from sklearn.linear_model import Ridge, RidgeCV

    if alpha is not None:
        model = Ridge(alpha=alpha).fit(matrix, train.y, sample_weight=train.weight)
    else:
        model = RidgeCV(alphas=ALPHA_PATH).fit(matrix, train.y, sample_weight=train.weight)
        alpha = float(model.alpha_)
    return alpha, np.asarray(model.coef_).reshape(-1, 1), np.asarray([float(model.intercept_)])


def _logistic(matrix: Array, y: Array, weight: Array | None, c: float, start: Any = None) -> Any:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = start or LogisticRegression(max_iter=MAX_ITERATIONS, warm_start=True)
    model.C = c
    with warnings.catch_warnings():
        # A path that stops at the iteration cap is still a fine candidate: it is judged on rows set aside.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(matrix, y, sample_weight=weight)


def _choose_c(matrix: Array, train: Dataset) -> float:
    """The best of `C_PATH` by log loss on rows set aside, warm-started from strong to weak penalties."""
    fit, check = set_aside(train, 0.2)
    if len(check) < 10 or len(np.unique(train.y[fit])) < train.problem.outputs:
        return 0.3
    weight = None if train.weight is None else train.weight[fit]
    model, losses = None, []
    for c in C_PATH:
        model = _logistic(matrix[fit], train.y[fit], weight, c, model)
        probabilities = model.predict_proba(matrix[check])[np.arange(len(check)), train.y[check]]
        losses.append(float(-np.log(np.maximum(probabilities, 1e-15)).mean()))
    return C_PATH[int(np.argmin(losses))]


def _per_class(model: Any, problem: Problem) -> tuple[Array, Array]:
    """Coefficients with a column a class of the problem (one in all for binary); absent classes at log odds of -20."""
    present = np.asarray(model.classes_)
    if problem.task == "binary":
        return model.coef_.T.astype(np.float64), model.intercept_.astype(np.float64)
    coefficients = np.zeros((model.coef_.shape[1], problem.outputs))
    intercept = np.full(problem.outputs, -20.0)
    if len(present) == 2:  # scikit-learn folds two present classes into one column
        coefficients[:, present[1]], intercept[present] = model.coef_[0], [0.0, float(model.intercept_[0])]
    else:
        coefficients[:, present], intercept[present] = model.coef_.T, model.intercept_
    return coefficients, intercept


FAMILY = LinearFamily()
