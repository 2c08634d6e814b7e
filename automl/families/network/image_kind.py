"""Networks for images behind the interface of `kind`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from automl.families.network import images
from automl.families.network.shared import Shared
from automl.families.network.trainer import Objective, Trainer

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.encode.state import State
    from automl.families.base import Params
    from automl.families.network.kind import Job

SAMPLE = 2_000
"""Images that channel statistics are taken from."""


class ImageKind:
    """See `automl.families.network.kind.Kind`."""

    batch = images.BATCH

    def encoder(self, train: Dataset, params: Params) -> None:  # noqa: ARG002 (one interface)
        """None: the network reads the pixels."""
        return

    def restored(self, state: State) -> None:  # noqa: ARG002 (one interface)
        """None."""
        return

    def sized(self, params: Params) -> Params:
        """Unchanged."""
        return params

    def sizes(self, params: Params) -> tuple[Params, ...]:  # noqa: ARG002 (one interface)
        """Widths and blocks a stage."""
        return tuple({"width": width, "blocks": blocks} for width, blocks in images.SIZES)

    def operations(self, shape: tuple[int, ...], params: Params) -> float:
        """See `images.operations`."""
        return images.operations(shape, params["width"], params["blocks"])

    def schedule(self, params: Params) -> str:  # noqa: ARG002 (one interface)
        """Name of the learning-rate schedule."""
        return images.SCHEDULE

    def steps(self, shape: tuple[int, ...], params: Params) -> int:
        """Most gradient steps a call."""
        return images.steps_a_call(shape, params)

    def network(self, job: Job) -> Shared:
        """A new network with its trainer."""
        problem, params = job.problem, job.params
        keras.backend.clear_session()
        keras.utils.set_random_seed(problem.seed)
        network = images.network(problem.image_size, job.x[:SAMPLE], params, job.bias, problem.seed)
        objective = Objective(job.targets.kind, job.targets.smoothing)
        return Shared(network, Trainer(network, objective, images.optimizer(params)), room=len(job.x))
