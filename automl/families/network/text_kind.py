"""Networks for text behind the interface of `kind`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl import jsonio
from automl.encode.tokens import Tokens
from automl.families.base import FitFailed
from automl.families.network import text, text_backbone, transfer
from automl.families.network.facts import FACTS
from automl.families.network.restart import restarted
from automl.families.network.sized_kind import SizedKind

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.encode.state import State
    from automl.families.base import Params
    from automl.families.network.kind import Encoder, Job
    from automl.families.network.shared import Shared

SHAPING = ("kind", "width", "layers", "kernel", "dropout", "token_dropout")
"""Parameters that a compiled network depends on."""
WIDTHS = {"bag": (64, 32), "sepconv": (128, 64, 32), "transformer": (128, 64, 32)}
"""From large to small; a bag's step costs what its embedding holds, for little gain beyond 64."""


class TextKind(SizedKind):
    """See `automl.families.network.kind.Kind`."""

    batch = 128

    def encoder(self, train: Dataset, params: Params) -> Encoder:
        """Fitted on the rows given; only a bag, which knows no order, needs pairs of words.

        Raises:
            FitFailed: the backbone of the run is not there.
        """
        columns = [column.name for column in train.problem.columns]
        if params["kind"] == "backbone":
            if train.beside is None:
                raise FitFailed("the backbone of this run is gone")
            length = int(jsonio.read(train.beside / FACTS)["length"])
            return text_backbone.TextFeatures(train.beside / text_backbone.PRESET, columns, length, train.beside)
        return Tokens.fit(train.inputs, columns, pairs=params["kind"] == "bag")

    def restored(self, state: State) -> Encoder:
        """The encoder whose `state` was saved."""
        return text_backbone.restored(state) if "preset" in state[0] else Tokens.from_state(state)

    def sizes(self, params: Params) -> tuple[Params, ...]:
        """Widths."""
        return tuple({"width": width} for width in WIDTHS[params["kind"]])

    def steps(self, shape: tuple[int, ...], params: Params) -> int:
        """Most gradient steps a call."""
        return transfer.HEAD_STEPS if params["kind"] == "backbone" else super().steps(shape, params)

    def operations(self, shape: tuple[int, ...], params: Params) -> float:
        """See `text.operations`."""
        return text.operations(shape[0], params)

    def network(self, job: Job) -> Shared:
        """A network used before where one of the same shape was, started anew; on a backbone a new head."""
        if job.params["kind"] == "backbone":
            return transfer.on_features(job)
        codes, length = job.encoder.codes, job.x.shape[1]
        key = ("text", codes, length, *(job.params[name] for name in SHAPING))
        return restarted(job, key, lambda: text.network(codes, length, job.params, job.problem.outputs))
