"""What a suggestion of the search costs, beside Keras Tuner's own Bayesian oracle on the same history.

Target: a suggestion costs less than a tenth of a second, little beside a fit of small boosted trees.
Prints one JSON line: median seconds of five suggestions after 30 trials of seven hyperparameters.
"""

import json
import statistics
import tempfile
import time
from typing import Any

import keras_tuner
import numpy as np

from automl.families.trees.params import space
from automl.search.bayesian import hyperparameters
from automl.search.oracle import Suggester
from automl.types import Problem

HISTORY, ASKED = 30, 5
KNOBS = space(Problem("table", "binary", "roc_auc", ("a", "b")))


def loss(values: dict[str, Any]) -> float:
    """A smooth function of the hyperparameters with its lowest point inside the space."""
    return float((np.log(values["eta"] / 0.05)) ** 2 + (values["subsample"] - 0.8) ** 2)


def ours() -> list[float]:
    """Seconds of each suggestion."""
    suggester, history, taken = Suggester(KNOBS, 0), [], []
    for _ in range(HISTORY + ASKED):
        started = time.perf_counter()
        values = suggester.next(history)
        taken.append(time.perf_counter() - started)
        assert values is not None
        history.append((values, loss(values)))
    return taken[HISTORY:]


def keras_tuners() -> list[float]:
    """Seconds of each suggestion of the oracle as it comes."""
    oracle = keras_tuner.oracles.BayesianOptimizationOracle(
        objective=keras_tuner.Objective("loss", "min"),
        max_trials=None,
        hyperparameters=hyperparameters(KNOBS),
        seed=1,
    )
    oracle.verbose = 0
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        oracle._set_project_dir(folder, "search")  # noqa: SLF001 (what Keras Tuner's own tuner calls)
        for _ in range(HISTORY + ASKED):
            started = time.perf_counter()
            trial = oracle.create_trial("benchmark")
            taken.append(time.perf_counter() - started)
            trial.status = "COMPLETED"
            oracle.update_trial(trial.trial_id, {"loss": loss(trial.hyperparameters.values)})
            oracle.end_trial(trial)
    return taken[HISTORY:]


if __name__ == "__main__":
    taken = {"ours_s": statistics.median(ours()), "keras_tuner_s": statistics.median(keras_tuners())}
    print(json.dumps({**taken, "knobs": len(KNOBS)}))
