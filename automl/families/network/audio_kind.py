"""Networks for audio clips, read as spectrograms, behind the interface of `kind`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.network import audio
from automl.families.network.restart import restarted
from automl.families.network.sized_kind import SizedKind

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.encode.state import State
    from automl.families.base import Params
    from automl.families.network.kind import Job
    from automl.families.network.shared import Shared

SHAPING = ("block", "width", "blocks", "kernel", "dropout", "augment")
"""Parameters that a compiled network depends on."""
SIZES = ((48, 2), (32, 2), (32, 1), (24, 1), (16, 1), (8, 1))
"""(width, blocks a stage) from large to small."""


class AudioKind(SizedKind):
    """See `automl.families.network.kind.Kind`."""

    batch = 64

    def encoder(self, train: Dataset, params: Params) -> None:  # noqa: ARG002 (one interface)
        """None: the network reads the bytes of the spectrogram."""
        return

    def restored(self, state: State) -> None:  # noqa: ARG002 (one interface)
        """None."""
        return

    def sizes(self, params: Params) -> tuple[Params, ...]:  # noqa: ARG002 (one interface)
        """Widths and blocks a stage."""
        return tuple({"width": width, "blocks": blocks} for width, blocks in SIZES)

    def operations(self, shape: tuple[int, ...], params: Params) -> float:
        """See `audio.operations`."""
        return audio.operations(shape, params)

    def network(self, job: Job) -> Shared:
        """A network used before where one of the same shape was, started anew."""
        size = job.x.shape[1:]
        key = ("audio", size, *(job.params[name] for name in SHAPING))
        return restarted(job, key, lambda: audio.network(size, job.params, job.problem.outputs))
