"""Networks of Keras' own layers that folds share: each starts from the weights a new one would have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from automl.data.dataset import Images
from automl.families.network.mixing import NOTHING, mixing_of
from automl.families.network.shared import SHELF
from automl.families.network.trainer import Objective, Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from automl.families.base import Params
    from automl.families.network.kind import Job
    from automl.families.network.shared import Shared


def restarted(
    job: Job, key: Hashable, network: Callable[[], keras.Model], adam: Callable[[Params], keras.Optimizer] | None = None
) -> Shared:
    """A network used before where one of the same shape was, with first weights that the seed and the job determine.

    Args:
        key: what the network depends on beside outputs, objective and batches.
        network: makes a new one, whose last layer is the output layer.
        adam: makes its optimiser; None for `optimizer`.
    """
    problem, params = job.problem, job.params
    objective = Objective(job.targets.kind, job.targets.smoothing, job.targets.level)
    mixing = mixing_of(params) if objective.kind == "classes" else NOTHING
    built: list[keras.Model] = []

    def build() -> tuple[keras.Model, Trainer]:
        built.append(_seeded(problem.seed, network))
        return built[0], Trainer(built[0], objective, (adam or optimizer)(params), mixing=mixing)

    decay = params["weight_decay"]
    whole = (key, problem.outputs, objective, job.batch, job.chunk, decay, mixing)
    # Images are read for each call: what is compiled does not depend on how many there are.
    shared = SHELF.take(whole, 0 if isinstance(job.x, Images) else len(job.x), build)
    if not built:
        first = _seeded(problem.seed, network)
        for variable, value in zip(shared.network.variables, first.variables, strict=True):
            variable.assign(value)
    shared.network.layers[-1].bias.assign(np.asarray(job.bias, dtype=np.float32))
    return shared


def optimizer(params: Params) -> keras.Optimizer:
    """AdamW with clipped gradients; the learning rate is set at every call, biases and normalisation do not decay."""
    adam = keras.optimizers.AdamW(weight_decay=params["weight_decay"], global_clipnorm=1.0)
    adam.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return adam


def _seeded(seed: int, network: Callable[[], Any]) -> Any:
    keras.utils.set_random_seed(seed)
    return network()
