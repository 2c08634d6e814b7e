"""Keras Tuner's Bayesian oracle with a cheap optimisation step.

Keras Tuner refits its Gaussian process from 21 starts and minimises the acquisition from 50 by finite differences, one
point at a time: seconds a suggestion, where a small boosting trial takes less. Here the process is refitted from three
starts and the acquisition is computed for a thousand points at once. Everything else is Keras Tuner's: the trials, the
Gaussian process and its kernel, the lower confidence bound and its beta, the random start.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import keras_tuner
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.dataset import Array
    from automl.families.base import Knob, Params

FIRST_RANDOM = 3
"""Trials before the model takes over, on top of one a knob (Keras Tuner waits for three a knob, more than a short run
has); known-good defaults count."""
RESTARTS = 2
POINTS = 500
"""Random points at which the acquisition is computed, and as many near the best trials."""
NEAREST, WIDTH = 3, 0.1
"""Best trials to look around, and how far (standard deviation, each knob scaled to 0-1)."""
SEEDS_A_TRIAL = 100
"""Keras Tuner draws a new seed for each collision, at most 20: trials never share one."""


class CheapOracle(keras_tuner.oracles.BayesianOptimizationOracle):  # type: ignore[misc]
    """Takes what is queued before it suggests of its own; the same history gives the same suggestion.

    Attributes:
        queue: parameters that come from elsewhere; missing ones get their defaults.
    """

    def __init__(self, queue: list[Params], **options: Any) -> None:
        """See `make`."""
        super().__init__(**options)
        self.queue = queue
        self.gpr.n_restarts_optimizer = RESTARTS

    def populate_space(self, trial_id: str) -> dict[str, Any]:  # noqa: ARG002 (the interface)
        """Values of the next trial, and its status."""
        if self.queue:
            defaults = {hp.name: hp.default for hp in self.hyperparameters.space}
            return {"status": "RUNNING", "values": {**defaults, **self.queue.pop(0)}}
        completed = [trial for trial in self.trials.values() if trial.status == "COMPLETED"]
        if len(completed) >= self.num_initial_points and (values := self._promising()):
            return {"status": "RUNNING", "values": values}
        self._seed_state = self.seed + SEEDS_A_TRIAL * len(self.trials)
        suggestion: dict[str, Any] = self._random_populate_space()
        if suggestion.get("values"):
            suggestion["values"] = _rounded(suggestion["values"])
        return suggestion

    def _promising(self) -> Params | None:
        """The untried point with the lowest confidence bound; None when all were tried."""
        known, losses = self._known()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a length scale at its bound: then no knob matters, or every one does
            self.gpr.fit(known, losses)
        points = self._points(known, losses)
        mean, deviation = self.gpr.predict(points, return_std=True)
        tried = [trial.hyperparameters.values for trial in self.trials.values()]
        for number in np.argsort(mean - self.beta * deviation, kind="stable"):
            values: Params = _rounded(self._vector_to_values(points[number]))
            if values not in tried:
                return values
        return None

    def _known(self) -> tuple[Array, Array]:
        """(trials, knobs) positions in 0-1 and (trials,) losses.

        A failed trial counts as the worst, so that its surroundings are avoided; a running one as the mean (the
        "constant liar" of Ginsbourger et al. 2010), so that it is not suggested to two workers.
        """
        trials = list(self.trials.values())
        knobs = self._nonfixed_space()
        known = np.array([[knob.value_to_prob(t.hyperparameters.values[knob.name]) for knob in knobs] for t in trials])
        finished = np.array([t.score for t in trials if t.status == "COMPLETED"])
        stand_in = {"RUNNING": finished.mean(), "FAILED": finished.max(), "INVALID": finished.max()}
        losses = np.array([t.score if t.status == "COMPLETED" else stand_in[t.status] for t in trials])
        return np.clip(known, 0.0, 1.0), losses

    def _points(self, known: Array, losses: Array) -> Array:
        """(2 * POINTS, knobs) where to compute the acquisition: everywhere, and near the best."""
        rng = np.random.default_rng([self.seed, len(self.trials)])
        best = known[np.argsort(losses, kind="stable")[:NEAREST]]
        near = best[rng.integers(len(best), size=POINTS)] + rng.normal(0.0, WIDTH, (POINTS, known.shape[1]))
        return np.concatenate([rng.random((POINTS, known.shape[1])), np.clip(near, 0.0, 1.0)])


def make(space: Sequence[Knob], seed: int, queue: list[Params]) -> CheapOracle:
    """An oracle for a space, its objective a loss.

    Args:
        space: the hyperparameters.
        seed: of its random numbers.
        queue: what it takes before it suggests of its own; the caller goes on filling it.
    """
    oracle = CheapOracle(
        queue,
        objective=keras_tuner.Objective("loss", "min"),
        max_trials=None,
        num_initial_points=len(space) + FIRST_RANDOM,
        hyperparameters=hyperparameters(space),
        seed=seed + 1,  # Keras Tuner takes 0 for "no seed"
        max_consecutive_failed_trials=10**9,  # failures are recorded, the search goes on
    )
    oracle.verbose = 0
    return oracle


def _rounded(values: Params) -> Params:
    """Numbers with four digits: the optimiser behind a suggestion repeats to nine or so, not to the last bit."""
    return {name: float(f"{value:.4g}") if isinstance(value, float) else value for name, value in values.items()}


def hyperparameters(space: Sequence[Knob]) -> Any:
    """Keras Tuner's form of a search space."""
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
