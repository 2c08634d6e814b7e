"""Gradient-boosted trees: XGBoost with early stopping of our own, a hard time limit and a limit on memory."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl import interrupts
from automl.encode import state
from automl.families.base import FitFailed
from automl.families.features import in_blocks
from automl.families.quantile import MEDIAN, quantile_of
from automl.families.transform import TargetTransform
from automl.families.trees import encoding, memory
from automl.families.trees.device import device_for
from automl.families.trees.params import OWN, most_rounds
from automl.families.trees.rows import Rows, prepare, smeared
from automl.families.trees.stopping import stopper

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.families.base import Limits, Params
    from automl.families.trees.memory import Size
    from automl.types import FamilyName, Problem

FILE = "trees.ubj"

BOOSTING_SHARE = 0.8
"""Of the time of a fit; many trees for many classes take long to predict with, too."""
ONE_THREAD_CELLS = 400_000
"""Cells up to which one thread is faster than two: 8,000 x 20 in 1.8 s against 2.3 s with six classes, 0.31 against
0.37 s with two; 30,000 x 20 in 1.9 against 1.6 s (60 rounds, two processors)."""


@dataclass
class BoostedModel:
    """A booster with its encoder and the transform of its target."""

    problem: Problem
    features: Any
    booster: Any
    params: Params
    transform: TargetTransform = field(default_factory=TargetTransform)
    info: dict[str, Any] = field(default_factory=dict)
    family: ClassVar[FamilyName] = "trees"

    @property
    def names(self) -> list[str]:
        """A readable name for each matrix column that the booster calls f0, f1, ...; empty for images."""
        return encoding.names(self.features)

    def predict(self, inputs: Inputs) -> Array:
        """(n, classes) probabilities or (n, 1) values, float32."""
        return in_blocks(inputs, self._predict, 4 * len(self.features.feature_types))

    def _predict(self, inputs: Inputs) -> Array:
        output: Array = self.booster.inplace_predict(self.features.transform(inputs)).astype(np.float32)
        if self.problem.task == "regression":
            return self.transform.inverse(output).astype(np.float32).reshape(-1, 1)
        if self.problem.task == "binary":
            return np.stack([1 - output, output], axis=1)
        return output.reshape(len(inputs), -1)

    def final_params(self) -> Params:
        """The parameters with the rounds that early stopping found, and the smearing of a transformed target."""
        found: Params = {"rounds": self.info["rounds"]}
        if self.transform.kind != "plain":
            found["smearing"] = self.transform.smearing
        return {**self.params, **found}

    def save(self, folder: Path) -> None:
        """Write the booster as UBJSON and the encoder."""
        self.booster.save_model(folder / FILE)
        plain, arrays = self.features.state()
        own = {"params": self.params, "info": self.info, "transform": self.transform.state()}
        state.save(folder, ({"features": plain, **own}, arrays))

    @classmethod
    def load(cls, folder: Path, problem: Problem) -> BoostedModel:
        """The model that `save` wrote; the transform may be absent."""
        import xgboost

        plain, arrays = state.load(folder)
        booster = xgboost.Booster()
        booster.load_model(folder / FILE)
        features = encoding.load(problem, (plain["features"], arrays))
        transform = TargetTransform.from_state(plain.get("transform"))
        return cls(problem, features, booster, plain["params"], transform, plain["info"])


def fit(params: Params, train: Dataset, limits: Limits) -> BoostedModel:
    """Boost until rows set aside stop improving, or for `params['rounds']` rounds with `limits.full`.

    Raises:
        FitFailed: no round fitted into the time.
    """
    started = time.monotonic()
    rows = prepare(params, train, aside=not limits.full)
    classes = train.problem.outputs if train.problem.task == "multiclass" else 1
    size = memory.fitting(len(train), rows.encoded.matrix.shape[1], classes, params, memory.available(limits.memory))
    data, watch = _data(rows, size)
    interrupts.check()  # XGBoost read the data through a callback that lets no exception through
    settings = _settings(params, rows, size, limits)
    deadline = None if limits.seconds is None else started + BOOSTING_SHARE * limits.seconds
    stop = stopper(params.get("eta", 0.3), deadline)
    import xgboost

    booster = xgboost.train(
        settings,
        data,
        num_boost_round=most_rounds(params),
        evals=[(watch, "check")] if watch is not None else [],
        callbacks=[stop],
        verbose_eval=False,
    )
    if booster.num_boosted_rounds() == 0:
        raise FitFailed("no boosting round fitted into the time")
    if stop.best is not None:
        booster = booster[: stop.best + 1]
    # A model must not need the GPU it was trained on; rows are predicted side by side whatever the fit did.
    booster.set_param({"device": "cpu", "nthread": limits.threads})
    transform = smeared(params, rows, booster.predict(watch) if watch is not None else np.zeros(0))
    info: dict[str, Any] = {"rounds": booster.num_boosted_rounds(), "cut_by_time": stop.late}
    info |= _facts(train.problem, settings, transform, size)
    return BoostedModel(train.problem, rows.encoded.features, booster, params, transform, info)


def _facts(problem: Problem, settings: dict[str, Any], transform: TargetTransform, size: Size) -> dict[str, Any]:
    """What is worth telling of this fit beside its rounds; nothing where nothing is unusual."""
    facts: dict[str, Any] = {}
    if transform.kind != "plain":
        facts["smearing"] = transform.smearing
    if "monotone_constraints" in settings:
        facts["monotone"] = dict(problem.monotone)
    if settings["device"] != "cpu":
        facts["device"] = settings["device"]
    if size.made_smaller:
        facts["downsized"] = size.made_smaller
    return facts


def _data(rows: Rows, size: Size) -> tuple[Any, Any]:
    """Binned rows to learn from, and rows to watch in the same bins, None when there are none."""
    data = _binned(rows, rows.fewer(size.rows).fit, size.bins, None)
    return data, _binned(rows, rows.check, size.bins, data) if len(rows.check) else None


def _binned(rows: Rows, chosen: Array, bins: int, reference: Any) -> Any:
    import xgboost

    return xgboost.QuantileDMatrix(
        rows.encoded.matrix[chosen],
        label=rows.values[chosen],
        weight=rows.weight(chosen),
        feature_types=rows.encoded.features.feature_types,
        enable_categorical=True,
        max_bin=bins,
        ref=reference,
    )


def _settings(params: Params, rows: Rows, size: Size, limits: Limits) -> dict[str, Any]:
    """XGBoost's parameters for this problem."""
    problem = rows.train.problem
    settings: dict[str, Any] = {
        "tree_method": "hist", "nthread": threads(rows.encoded.matrix.size, limits), "seed": problem.seed,
        "verbosity": 0, "device": device_for(rows.encoded.matrix.size, limits.gpus),
        **_objective(problem),
        **{name: value for name, value in params.items() if name not in OWN}, "max_bin": size.bins,
    }  # fmt: skip
    constraints = encoding.monotone(problem, rows.encoded.features)
    if constraints is not None:
        settings["monotone_constraints"] = constraints
    return settings


def threads(cells: int, limits: Limits) -> int:
    """Threads worth using: on few cells they wait for each other longer than they work."""
    return limits.threads if cells > ONE_THREAD_CELLS else 1


def _objective(problem: Problem) -> dict[str, Any]:
    """What is minimised: the task's likelihood, absolute errors or a quantile where the metric judges those."""
    by_task: dict[str, dict[str, Any]] = {
        "binary": {"objective": "binary:logistic", "eval_metric": "logloss"},
        "multiclass": {"objective": "multi:softprob", "eval_metric": "mlogloss", "num_class": problem.outputs},
        "regression": {"objective": "reg:squarederror", "eval_metric": "rmse"},
    }
    level = quantile_of(problem.metric)
    if level is None:
        return by_task[problem.task]
    if level == MEDIAN:
        return {"objective": "reg:absoluteerror", "eval_metric": "mae"}
    return {"objective": "reg:quantileerror", "quantile_alpha": level, "eval_metric": "quantile"}
