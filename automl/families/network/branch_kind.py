"""Networks for tables with texts and images behind the interface of `kind`: a branch for each kind of column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.encode.branches import TEXT, Branches
from automl.families.network import branches
from automl.families.network.branch_params import SHAPING, SIZES
from automl.families.network.restart import restarted
from automl.families.network.sized_kind import SizedKind
from automl.families.network.tabular import Layout

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.encode.state import State
    from automl.families.base import Params
    from automl.families.network.kind import Job
    from automl.families.network.shared import Shared


class BranchKind(SizedKind):
    """See `automl.families.network.kind.Kind`; the shape of a row is a dictionary of those of its inputs."""

    batch = 128

    def encoder(self, train: Dataset, params: Params) -> Branches:
        """Fitted on the rows given."""
        pairs, problem = params["text"] == "bag", train.problem
        return Branches.fit(
            train.inputs, problem.columns, problem.seed, pairs=pairs, summaries=bool(params["summaries"])
        )

    def restored(self, state: State) -> Branches:
        """The encoder whose `state` was saved."""
        return Branches.from_state(state)

    def sized(self, params: Params) -> Params:
        """With the learning rate under the name it has elsewhere; a table's own one is another."""
        return {**params, "lr": params["branch_lr"]}

    def sizes(self, params: Params) -> tuple[Params, ...]:  # noqa: ARG002 (one interface)
        """Widths of all branches together, and what images are seen as."""
        return SIZES

    def operations(self, shape: tuple[Any, ...], params: Params) -> float:
        """See `branches.operations`."""
        return branches.operations(shape[0], params)

    def network(self, job: Job) -> Shared:
        """A network used before where one of the same shape was, started anew."""
        encoder, params, problem = job.encoder, job.params, job.problem
        shapes = job.x.shape[1]
        length = shapes[TEXT][0] if TEXT in shapes else 0
        layout = None if encoder.table is None else Layout.of(encoder.table)
        codes = None if encoder.tokens is None else encoder.tokens.codes
        read = (layout, codes, tuple(sorted(shapes.items())))
        key = ("branches", read, *(params[name] for name in SHAPING))
        return restarted(job, key, lambda: branches.network(encoder, length, params, problem.outputs, problem.seed))
