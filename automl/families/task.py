"""One fit as a task that any process can run: fit on some rows, predict others, perhaps save."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import families, jsonio
from automl.clock import OutOfTime
from automl.data.dataset import take
from automl.errors import AutoMLError
from automl.families.base import FitFailed, Limits, Params
from automl.families.weigh import MOST_SECONDS, ModelCost, weigh

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Inputs
    from automl.families.base import Model
    from automl.types import FamilyName, Problem


@dataclass(frozen=True)
class FitTask:
    """What to fit.

    Attributes:
        train, predict: positions of rows to learn from and to predict.
        save: existing folder to write the model to, or None.
        seed: in place of the run's, for another member of a bag.
        weigh: also measure what the model costs to use; adds up to a second (see `families.weigh`).
    """

    family: FamilyName
    params: Params
    train: Array
    predict: Array
    limits: Limits
    save: Path | None = None
    seed: int | None = None
    weigh: bool = False


@dataclass(frozen=True)
class Fitted:
    """What came of it.

    Attributes:
        predictions: (rows to predict, outputs) float32.
        final_params: parameters that repeat the fit on all rows (see `Model.final_params`).
        fit_seconds, predict_seconds: wall-clock time of each step.
        cost: what the model costs to use; None when that was not asked for, or could not be measured.
    """

    predictions: Array
    final_params: Params
    info: dict[str, Any]
    fit_seconds: float
    predict_seconds: float
    cost: ModelCost | None = None

    @property
    def could_take_longer(self) -> bool:
        """True when time, not validation, ended the fit."""
        return bool(self.info.get("cut_by_time"))


def fit(dataset: Dataset, task: FitTask) -> Fitted:
    """Run the task.

    Raises:
        FitFailed: no usable model, or predictions that are not finite; whatever else a library raises becomes one.
    """
    try:
        return _fit(dataset, task)
    except (FitFailed, OutOfTime, AutoMLError):
        raise
    except MemoryError as error:
        raise FitFailed("out of memory") from error
    except Exception as error:  # a library's complaint about one configuration is that trial's failure, not the run's
        raise FitFailed(f"{type(error).__name__}: {error}") from error


def _fit(dataset: Dataset, task: FitTask) -> Fitted:
    family = families.load(task.family)
    train = dataset.take(task.train)
    if task.seed is not None:
        train = replace(train, problem=replace(train.problem, seed=task.seed))
    started = time.monotonic()
    model = family.fit(task.params, train, task.limits)
    fitted = time.monotonic()
    inputs = take(dataset.inputs, task.predict)
    predictions = model.predict(inputs)
    predicted = time.monotonic()
    if not np.isfinite(predictions).all():
        raise FitFailed("the model predicts values that are not finite")
    if task.save is not None:
        model.save(task.save)
    cost = _weighed(model, train.problem, inputs, task, predicted - started) if task.weigh else None
    return Fitted(predictions, model.final_params(), dict(model.info), fitted - started, predicted - fitted, cost)


def _weighed(model: Model, problem: Problem, inputs: Inputs, task: FitTask, used: float) -> ModelCost | None:
    """What the model costs to use, in the time that the fit left over; None when it cannot be told.

    The contract, which every prediction needs, is counted among its bytes.
    """
    left = MOST_SECONDS if task.limits.seconds is None else task.limits.seconds - used
    try:
        cost = weigh(model, inputs, task.save, left)
        return replace(cost, bytes=cost.bytes + len(jsonio.dumps(problem).encode()))
    except Exception:  # noqa: BLE001 (no measurement, be it out of time or a library's complaint, may cost a good fit)
        return None
