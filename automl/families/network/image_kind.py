"""Networks for images behind the interface of `kind`: from scratch, or on a pretrained backbone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import keras

from automl.families.network import backbone, convolutions, images, transfer
from automl.families.network.restart import restarted
from automl.families.network.shared import Shared
from automl.families.network.sized_kind import SizedKind
from automl.families.network.trainer import Objective, Trainer

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset
    from automl.encode.state import State
    from automl.families.base import Params
    from automl.families.network.kind import Encoder, Job

SHAPING = (
    "block", "width", "blocks", "kernel", "resolution", "dropout", "augment", "flip", "colour", "randaugment",
)  # fmt: skip
"""Parameters that a compiled network depends on."""
SAMPLE = 2**22
"""Numbers that channel statistics are taken from, at most about twice as many."""


def on_backbone(params: Params) -> bool:
    """Whether a configuration is transfer learning."""
    return params.get("kind") == "backbone"


class ImageKind(SizedKind):
    """See `automl.families.network.kind.Kind`."""

    batch = images.BATCH

    def encoder(self, train: Dataset, params: Params) -> Encoder | None:
        """Features of a frozen backbone; None for networks that read the pixels."""
        if not on_backbone(params):
            return None
        return backbone.Pixels(train) if params["unfreeze"] else backbone.features_of(train)

    def restored(self, state: State) -> Encoder | None:
        """That of a frozen backbone."""
        return backbone.restored(state) if "backbone" in state[0] else None

    def sizes(self, params: Params) -> tuple[Params, ...]:  # noqa: ARG002 (one interface)
        """Widths, blocks a stage and shares of the resolution."""
        return tuple({"width": width, "blocks": blocks, "resolution": share} for width, blocks, share in images.SIZES)

    def operations(self, shape: tuple[int, ...], params: Params) -> float:
        """See `convolutions.operations`."""
        return convolutions.operations(images.seen(shape, params), params)

    def steps(self, shape: tuple[int, ...], params: Params) -> int:
        """Most gradient steps a call."""
        if on_backbone(params):
            return 1 if params["unfreeze"] else transfer.HEAD_STEPS
        return super().steps(shape, params)

    def network(self, job: Job) -> Shared:
        """A network used before where one of the same shape was, started anew; on a backbone a new one."""
        problem, params = job.problem, job.params
        if on_backbone(params):
            return _trained_on(job) if params["unfreeze"] else transfer.on_features(job)
        key = ("image", problem.image_size, *(params.get(name) for name in SHAPING))
        return restarted(
            job,
            key,
            lambda: images.network(problem.image_size, _sample(job), params, job.bias, problem.seed),
            images.optimizer,
        )


def _trained_on(job: Job) -> Shared:
    """A pretrained backbone with the head that was fitted on its features, to train on."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(job.problem.seed)
    network = transfer.unfrozen(job.encoder.folder, job)
    objective = Objective(job.targets.kind, level=job.targets.level)
    trainer = Trainer(network, objective, images.optimizer(job.params), pace=transfer.pace(network))
    return Shared(network, trainer, room=len(job.x), fitted=True)


def _sample(job: Job) -> Array:
    """Images from all over the rows, so few that statistics of them take no memory to speak of."""
    pixels: Array = job.x[:: max(len(job.x) * math.prod(job.x.shape[1:]) // SAMPLE, 1)]
    return pixels
