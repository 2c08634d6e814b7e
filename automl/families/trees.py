"""Gradient-boosted trees: XGBoost on category codes of our own, with early stopping and a hard time limit.

Default values: the tuned defaults for XGBoost of Holzmueller, Grinsztajn and Steinwart 2024 ("Better by default").
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl.data.split import set_aside
from automl.encode import state
from automl.families.base import FitFailed, Knob, quantile_of
from automl.families.features import fit_features, in_blocks, load_features

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.families.base import Limits, Params
    from automl.types import FamilyName, Problem

ROUNDS = 1_000
PATIENCE = 4.0
"""Rounds without gain after which boosting stops, times eta: 50 rounds at 0.08."""
BINS = 256
CLASSIFICATION = {
    "eta": 0.08, "max_depth": 6, "min_child_weight": 5e-6, "reg_lambda": 0.0, "subsample": 0.65,
    "colsample_bylevel": 0.9,
}  # fmt: skip
REGRESSION = {"eta": 0.05, "max_depth": 9, "min_child_weight": 2.0, "reg_lambda": 0.0, "subsample": 0.7}
SHALLOW = {
    "eta": 0.05, "max_depth": 3, "min_child_weight": 1.0, "reg_lambda": 1.0, "subsample": 0.8, "colsample_bylevel": 0.8,
}  # fmt: skip
REGULAR = {
    "eta": 0.04, "max_depth": 6, "min_child_weight": 3.0, "reg_lambda": 3.0, "subsample": 0.8, "colsample_bylevel": 0.6,
}  # fmt: skip
IMAGES = {
    "eta": 0.15, "max_depth": 4, "min_child_weight": 1.0, "reg_lambda": 1.0, "subsample": 0.7, "colsample_bytree": 0.2,
    "max_bin": 64,
}  # fmt: skip
"""For about a thousand hand-made features, many alike: a fifth of them a tree and coarse bins cost little and save
most of the time."""
OWN = ("rounds",)
"""Parameters that are ours, not XGBoost's."""


@dataclass
class TreesModel:
    """A booster with its encoder."""

    problem: Problem
    features: Any
    booster: Any
    params: Params
    info: dict[str, Any] = field(default_factory=dict)
    family: ClassVar[FamilyName] = "trees"

    def predict(self, inputs: Inputs) -> Array:
        """(n, classes) probabilities or (n, 1) values, float32."""
        return in_blocks(inputs, self._predict, 4 * len(self.features.feature_types))

    def _predict(self, inputs: Inputs) -> Array:
        output: Array = self.booster.predict(_matrix(self.features, inputs)).astype(np.float32)
        if self.problem.task == "regression":
            return output.reshape(-1, 1)
        if self.problem.task == "binary":
            return np.stack([1 - output, output], axis=1)
        return output.reshape(len(inputs), -1)

    def final_params(self) -> Params:
        """The parameters with the number of rounds that early stopping found."""
        return {**self.params, "rounds": self.info["rounds"]}

    def save(self, folder: Path) -> None:
        """Write the booster as UBJSON and the encoder."""
        self.booster.save_model(folder / "trees.ubj")
        plain, arrays = self.features.state()
        state.save(folder, ({"features": plain, "params": self.params, "info": self.info}, arrays))


class TreesFamily:
    """See module."""

    name: ClassVar[FamilyName] = "trees"
    in_worker: ClassVar[bool] = False

    def defaults(self, problem: Problem, rows: int) -> list[Params]:  # noqa: ARG002 (the interface)
        """Tuned defaults, then a shallow and a more regularised configuration."""
        if problem.modality == "image":
            return [dict(IMAGES), {**IMAGES, "max_depth": 3, "eta": 0.06}]
        tuned = REGRESSION if problem.task == "regression" else CLASSIFICATION
        return [dict(tuned), dict(SHALLOW), dict(REGULAR)]

    def space(self, problem: Problem, rows: int) -> list[Knob]:  # noqa: ARG002
        """After the search space of TabArena (Erickson et al. 2025)."""
        wide = problem.modality == "image"
        return [
            Knob("eta", 0.01, 0.2, log=True),
            Knob("max_depth", 2, 10, integer=True),
            Knob("min_child_weight", 1e-3, 20.0, log=True),
            Knob("subsample", 0.5, 1.0),
            Knob("colsample_bytree", 0.05, 0.5, log=True) if wide else Knob("colsample_bylevel", 0.4, 1.0),
            Knob("reg_lambda", 1e-3, 20.0, log=True),
            Knob("reg_alpha", 1e-3, 5.0, log=True),
        ]

    def fit(self, params: Params, train: Dataset, limits: Limits) -> TreesModel:
        """Boost until rows set aside stop improving, or for `params['rounds']` rounds with `limits.full`."""
        import xgboost

        started = time.monotonic()
        params = params or self.defaults(train.problem, len(train))[0]
        features = fit_features(train, "trees")
        fit_rows, check_rows = (np.arange(len(train)), np.arange(0)) if limits.full else set_aside(train, 0.2)
        matrix = features.transform(train.inputs)
        bins = int(params.get("max_bin", BINS))
        data = _labelled(xgboost, matrix, features, train, fit_rows, bins, None)
        callbacks, watch = [], []
        if len(check_rows):
            watch = [(_labelled(xgboost, matrix, features, train, check_rows, bins, data), "check")]
            callbacks.append(xgboost.callback.EarlyStopping(rounds=_patience(params), save_best=True))
        if limits.seconds is not None:  # after early stopping, which must see every round, the first one too
            callbacks.append(_Deadline.callback(started + limits.seconds))
        booster = xgboost.train(
            _settings(params, train.problem, limits),
            data,
            num_boost_round=int(params.get("rounds") or ROUNDS),
            evals=watch,
            callbacks=callbacks,
            verbose_eval=False,
        )
        rounds = booster.num_boosted_rounds()
        if rounds == 0:
            raise FitFailed("no boosting round fitted into the time")
        cut = limits.seconds is not None and time.monotonic() - started >= limits.seconds
        return TreesModel(train.problem, features, booster, params, {"rounds": rounds, "cut_by_time": cut})

    def load(self, folder: Path, problem: Problem) -> TreesModel:
        """The model that `save` wrote."""
        import xgboost

        plain, arrays = state.load(folder)
        booster = xgboost.Booster()
        booster.load_model(folder / "trees.ubj")
        features = load_features(problem.modality, "trees", (plain["features"], arrays))
        return TreesModel(problem, features, booster, plain["params"], plain["info"])

    def describe(self, params: Params) -> str:
        """A name for the leaderboard."""
        if not params or {k: v for k, v in params.items() if k not in OWN} in (CLASSIFICATION, REGRESSION, IMAGES):
            return "XGBoost, tuned defaults"
        return f"XGBoost, depth {params['max_depth']}, eta {params['eta']:.3g}"


def _settings(params: Params, problem: Problem, limits: Limits) -> dict[str, Any]:
    """XGBoost's parameters for this problem."""
    by_task: dict[str, dict[str, Any]] = {
        "binary": {"objective": "binary:logistic", "eval_metric": "logloss"},
        "multiclass": {"objective": "multi:softprob", "eval_metric": "mlogloss", "num_class": problem.outputs},
        "regression": {"objective": "reg:squarederror", "eval_metric": "rmse"},
    }
    objective = by_task[problem.task]
    level = quantile_of(problem.metric)
    if problem.metric == "mae":
        objective = {"objective": "reg:absoluteerror", "eval_metric": "mae"}
    elif problem.metric.startswith("pinball"):
        objective = {"objective": "reg:quantileerror", "quantile_alpha": level, "eval_metric": "quantile"}
    own = {name: value for name, value in params.items() if name not in OWN}
    return {
        "tree_method": "hist", "nthread": limits.threads, "seed": problem.seed, "verbosity": 0, **objective, **own,
    }  # fmt: skip


def _patience(params: Params) -> int:
    return int(np.clip(round(PATIENCE / params["eta"]), 20, 100))


def _labelled(
    xgboost: Any, matrix: Array, features: Any, train: Dataset, rows: Array, bins: int, reference: Any
) -> Any:
    """Binned training data; `reference` shares its bins with data to watch."""
    return xgboost.QuantileDMatrix(
        matrix[rows],
        label=train.y[rows],
        weight=None if train.weight is None else train.weight[rows],
        feature_types=features.feature_types,
        enable_categorical=True,
        max_bin=bins,
        ref=reference,
    )


def _matrix(features: Any, inputs: Inputs) -> Any:
    import xgboost

    return xgboost.DMatrix(features.transform(inputs), feature_types=features.feature_types, enable_categorical=True)


class _Deadline:
    """Stops boosting when the time is over; what is boosted so far stays."""

    @staticmethod
    def callback(at: float) -> Any:
        """An XGBoost callback that stops at `at` (time.monotonic)."""
        import xgboost

        class Deadline(xgboost.callback.TrainingCallback):  # type: ignore[misc]
            def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
                return time.monotonic() >= at

        return Deadline()


FAMILY = TreesFamily()
