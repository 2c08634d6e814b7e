"""One fit of a network, of whatever kind: encode, build, train, keep the best epoch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import devices
from automl.data.split import set_aside
from automl.encode.several import part
from automl.families.base import FitFailed
from automl.families.network import params as parameters
from automl.families.network.check import Check
from automl.families.network.kind import Job
from automl.families.network.kinds import kind_of
from automl.families.network.model import NetworkModel
from automl.families.network.precision import on_gpu
from automl.families.network.sizing import Pace, Sizing
from automl.families.network.targets import Targets, row_weights
from automl.families.network.training import FEW_EPOCHS, Deadline, Outcome, Plan, Run, shape

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset
    from automl.families.base import Limits, Params
    from automl.families.network.kind import Encoder
    from automl.types import Problem

VALIDATION_SHARE = 0.2
FINAL_SHARE = 0.1
"""Rows set aside in a final fit too: the schedule ends well before its end on some data, and only judged rows tell."""
FEWEST_ROWS = 20
"""With fewer rows than this none are set aside."""
MEMORY_SHARE = 0.6
"""Of the memory that is free and allowed, for encoded rows."""
COPIES = 3
"""Of the encoded rows: all of them, those learnt from, and those on the device."""
ENCODED_AFTER = 0.5
"""Of the seconds that encoding the rows took, kept for those predicted next, whose texts and images are new too."""


@dataclass(frozen=True)
class Rows:
    """Training rows: what a network reads, targets, weights, and which rows are learnt from or set aside.

    Images stay in their file; all else are arrays.

    `smaller` says what was left out for want of memory.
    """

    problem: Problem
    encoder: Encoder | None
    x: Any
    y: Array
    weight: Array
    fit: Array
    check: Array
    smaller: dict[str, int]


def fit(params: Params, train: Dataset, limits: Limits, started: float) -> NetworkModel:
    """Train on the rows given, for `limits.seconds` from `started` on (in `time.monotonic`).

    Raises:
        FitFailed: too few rows, or training diverged.
    """
    deadline = Deadline(None if limits.seconds is None else started + limits.seconds)
    if len(train) < 2:
        raise FitFailed("a network needs at least two rows")
    params = parameters.complete(params, train.problem, len(train), timed=deadline.at is not None)
    params = kind_of(train.problem.modality, params).sized(params)
    before = time.monotonic()
    rows = _encoded(train, params, limits)
    if train.problem.branched and deadline.at is not None:
        deadline.at -= ENCODED_AFTER * (time.monotonic() - before)
    targets = Targets.fit(train.problem, rows.y[rows.fit], params.get("target", "plain"))
    model, run, per_call = _prepared(rows, targets, params, deadline)
    outcome = run.train(per_call)
    model.own()
    if check := _check(rows, model):
        model.targets = check.calibrated()
    model.info = _info(outcome, model, run.plan, full_epochs=int(params["epochs"]))
    if rows.smaller:
        model.info["downsized"] = rows.smaller
    if params.get("width") == "auto":
        model.info |= _left_out(model)
    return model


def _encoded(train: Dataset, params: Params, limits: Limits) -> Rows:
    """The rows as arrays, some set aside to choose the epoch and the temperature: fewer in a final fit."""
    problem = train.problem
    encoder = kind_of(problem.modality, params).encoder(train, params)
    smaller: dict[str, int] = {}
    if encoder is not None:
        train, smaller = _fitting(train, encoder.width, limits.memory)
    x = train.inputs if encoder is None else encoder.transform(train.inputs)
    rows, check = np.arange(len(train)), np.arange(0)
    if len(train) >= FEWEST_ROWS:
        rows, check = set_aside(train, FINAL_SHARE if limits.full else VALIDATION_SHARE)
    return Rows(problem, encoder, x, train.y, row_weights(train), rows, check, smaller)


def _fitting(train: Dataset, width: int, limit: int | None) -> tuple[Dataset, dict[str, int]]:
    """The rows, or as many at random as fit into memory once encoded; and what was left out, {} for nothing."""
    most = max(int(MEMORY_SHARE * devices.room(limit) / (COPIES * 4 * max(width, 1))), FEWEST_ROWS)
    if len(train) <= most:
        return train, {}
    return train.at_random(most), {"rows": most, "of_rows": len(train)}


def _prepared(
    rows: Rows, targets: Targets, params: Params, deadline: Deadline
) -> tuple[NetworkModel, Run, float | None]:
    """A built network with its training run and, under a deadline, the measured seconds a call.

    Where the size is free ('auto'), it is guessed from operations, timed, and once made smaller if that pays.
    """
    if params.get("width") != "auto":
        return _assembled(rows, targets, params, deadline)
    batch = min(int(params["batch"]), len(rows.fit))
    kind = kind_of(rows.problem.modality, params)
    sizing = Sizing(kind, rows.x.shape[1:], params, batch, max(round(len(rows.fit) / batch), 1))
    size, began = sizing.largest(Pace(), deadline.left()), time.monotonic()
    model, run, per_call = _assembled(rows, targets, {**params, **size}, deadline)
    if per_call is None or per_call * run.plan.calls * FEW_EPOCHS <= deadline.left():
        return model, run, per_call
    smaller = sizing.better(size, per_call / run.plan.chunk, deadline.left(), time.monotonic() - began)
    if smaller is None or smaller == size:
        return model, run, per_call
    return _assembled(rows, targets, {**params, **smaller}, deadline)


def _assembled(
    rows: Rows, targets: Targets, params: Params, deadline: Deadline
) -> tuple[NetworkModel, Run, float | None]:
    """Network, optimiser and run; compiled and timed when there is a deadline."""
    problem, kind = rows.problem, kind_of(rows.problem.modality, params)
    x, y = part(rows.x, rows.fit), rows.y[rows.fit]
    batch = min(int(params["batch"]), len(x))
    chunk, calls = shape(len(x), batch, kind.steps(x.shape[1:], params))
    schedule, span = kind.schedule(params), float(params.get("average", 0.0))
    plan = Plan(batch, chunk, calls, int(params["epochs"]), params["lr"], schedule, problem.seed, span)
    bias = targets.start(problem, y)
    encoded, weight, left = targets.encode(y), rows.weight[rows.fit], deadline.left()
    shared = kind.network(Job(problem, x, rows.encoder, targets, params, bias, batch, chunk, encoded, weight, left))
    model = NetworkModel(problem, shared, targets, rows.encoder, params)
    data = (x, encoded, weight)
    run = Run(shared.trained(), data, _check(rows, model), plan, deadline, shared.room, fitted=shared.fitted)
    return model, run, run.measure() if deadline.at is not None else None


def _left_out(model: NetworkModel) -> dict[str, object]:
    """The size that time allowed beside the largest there is; {} where they are the same."""
    largest = kind_of(model.problem.modality, model.params).sizes(model.params)[0]
    taken = {name: model.params[name] for name in largest}
    return {} if taken == largest else {"size_taken": taken, "size_left_out": largest}


def _check(rows: Rows, model: NetworkModel) -> Check | None:
    """What chooses the epoch; None when no rows were set aside."""
    aside = rows.check
    return Check(model, part(rows.x, aside), rows.y[aside], rows.weight[aside]) if len(aside) else None


def _info(outcome: Outcome, model: NetworkModel, plan: Plan, full_epochs: int) -> dict[str, object]:
    """Facts for the report; epochs are counted from 1."""
    return {
        "epochs": outcome.epochs,
        "planned_epochs": outcome.planned,
        "full_epochs": full_epochs,
        "best_epoch": round(outcome.epochs) if outcome.best_epoch is None else outcome.best_epoch,
        "batch": plan.batch,
        "device": "gpu" if on_gpu() else "cpu",
        "seconds_per_epoch": round(outcome.seconds_per_epoch, 4),
        "parameters": int(model.network.count_params()),
        "under_trained": outcome.epochs < FEW_EPOCHS,
        "cut_by_time": outcome.cut,
        "curve": outcome.curve,
    }
