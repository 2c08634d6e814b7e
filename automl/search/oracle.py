"""Keras Tuner's Bayesian oracle as a function of the search so far: space and history in, the next trial out.

The oracle is rebuilt from the history whenever it does not know it yet, so that a worker that was killed, or a run that
is resumed, goes on where it stood; an oracle never sees results of another space or objective.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.families.base import Knob, Params

_SEARCHES: dict[str, Suggester] = {}


def suggest(
    search: str, space: Sequence[Knob], history: Sequence[tuple[Params, float | None]], seed: int
) -> Params | None:
    """The next configuration to try, or None when the space is exhausted.

    Args:
        search: fingerprint of data, space and objective.
        space: the hyperparameters.
        history: finished trials in order: parameters and loss (lower is better); None for a failed trial.
        seed: of the oracle.
    """
    from threadpoolctl import threadpool_limits

    suggester = _SEARCHES.get(search)
    if suggester is None or not suggester.knows(history):
        suggester = _SEARCHES[search] = Suggester(space, seed)
    with threadpool_limits(1, user_api="blas"):  # small matrices: more threads only wait for each other
        return suggester.next(history)


@dataclass
class Suggester:
    """One Keras Tuner oracle fed through its public calls."""

    space: Sequence[Knob]
    seed: int
    told: list[tuple[Params, float | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the oracle; its files go to a temporary folder."""
        folder = tempfile.mkdtemp(prefix="automl-oracle-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.queue: list[Params] = []
        self.oracle = _oracle(self.space, self.seed, self.queue)
        self.oracle._set_project_dir(folder, "search")  # noqa: SLF001 (what Keras Tuner's own tuner calls)
        self.waiting: tuple[Params, Any] | None = None

    def knows(self, history: Sequence[tuple[Params, float | None]]) -> bool:
        """True when the history continues what this oracle was told."""
        return list(history[: len(self.told)]) == self.told

    def next(self, history: Sequence[tuple[Params, float | None]]) -> Params | None:
        """Tell what is new in the history, then ask."""
        for params, loss in history[len(self.told) :]:
            self._tell(params, loss)
        trial = self.waiting[1] if self.waiting else self.oracle.create_trial("automl")
        if trial.status == "STOPPED":
            return None
        params = dict(trial.hyperparameters.values)
        self.waiting = (params, trial)
        return params

    def _tell(self, params: Params, loss: float | None) -> None:
        if self.waiting is not None and self.waiting[0] == params:
            trial = self.waiting[1]
        else:  # a queued default, or a trial from before this oracle: it is suggested to itself
            if self.waiting is not None:
                self._end(self.waiting[1], None)
            names = {knob.name for knob in self.space}
            self.queue.append({name: value for name, value in params.items() if name in names})
            trial = self.oracle.create_trial("automl")
        self.waiting = None
        self._end(trial, loss)
        self.told.append((params, loss))

    def _end(self, trial: Any, loss: float | None) -> None:
        trial.status = "COMPLETED" if loss is not None else "FAILED"
        if loss is not None:
            self.oracle.update_trial(trial.trial_id, {"loss": loss})
        self.oracle.end_trial(trial)


def _oracle(space: Sequence[Knob], seed: int, queue: list[Params]) -> Any:
    """A Bayesian oracle that takes what is queued before it suggests of its own."""
    import keras_tuner

    class QueuedOracle(keras_tuner.oracles.BayesianOptimizationOracle):  # type: ignore[misc]
        def populate_space(self, trial_id: str) -> dict[str, Any]:
            if queue:
                defaults = {hp.name: hp.default for hp in self.hyperparameters.space}
                return {"status": "RUNNING", "values": {**defaults, **queue.pop(0)}}
            suggestion: dict[str, Any] = super().populate_space(trial_id)
            if suggestion.get("values"):
                suggestion["values"] = {name: _rounded(value) for name, value in suggestion["values"].items()}
            return suggestion

    oracle = QueuedOracle(
        objective=keras_tuner.Objective("loss", "min"),
        max_trials=None,
        hyperparameters=hyperparameters(space),
        seed=seed + 1,  # Keras Tuner takes 0 for "no seed"
        max_consecutive_failed_trials=10**9,  # failures are recorded, the search goes on
    )
    oracle.verbose = 0
    return oracle


def _rounded(value: Any) -> Any:
    """Four digits of a number: the optimiser behind the suggestion repeats to nine or so, not to the last bit."""
    return float(f"{value:.4g}") if isinstance(value, float) else value


def hyperparameters(space: Sequence[Knob]) -> Any:
    """Keras Tuner's form of a search space."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    for knob in space:
        sampling = "log" if knob.log else "linear"
        if knob.choices:
            hp.Choice(knob.name, list(knob.choices))
        elif knob.integer:
            hp.Int(knob.name, int(knob.low), int(knob.high), sampling=sampling)
        else:
            hp.Float(knob.name, knob.low, knob.high, sampling=sampling)
    return hp
