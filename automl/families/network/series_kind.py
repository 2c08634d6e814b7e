"""Networks for series behind the interface of `kind`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.encode.series_array import SeriesArray
from automl.families.network import series
from automl.families.network.restart import restarted
from automl.families.network.sized_kind import SizedKind

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.encode.state import State
    from automl.families.base import Params
    from automl.families.network.kind import Job
    from automl.families.network.shared import Shared

SHAPING = ("layer", "width", "layers", "kernel", "dropout", "augment")
"""Parameters that a compiled network depends on."""
SIZES = ((32, 6), (24, 6), (16, 6), (16, 3), (8, 3))
"""(width, layers) from large to small."""


class SeriesKind(SizedKind):
    """See `automl.families.network.kind.Kind`."""

    batch = 64

    def encoder(self, train: Dataset, params: Params) -> SeriesArray:
        """Fitted on the rows given."""
        return SeriesArray.fit(train.inputs, train.problem.channels, scale=params["scale"])

    def restored(self, state: State) -> SeriesArray:
        """The encoder whose `state` was saved."""
        return SeriesArray.from_state(state)

    def sizes(self, params: Params) -> tuple[Params, ...]:  # noqa: ARG002 (one interface)
        """Widths and layers."""
        return tuple({"width": width, "layers": layers} for width, layers in SIZES)

    def operations(self, shape: tuple[int, ...], params: Params) -> float:
        """See `series.operations`."""
        return series.operations(shape, params)

    def network(self, job: Job) -> Shared:
        """A network used before where one of the same shape was, started anew."""
        shape, channels = job.x.shape[1:], job.problem.channels
        key = ("series", shape, channels, *(job.params[name] for name in SHAPING))
        return restarted(job, key, lambda: series.network(shape, channels, job.params, job.problem.outputs))
