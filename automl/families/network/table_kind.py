"""Networks for tables behind the interface of `kind`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.encode.network import NetworkTable
from automl.families.network import tabular
from automl.families.network.shared import SHELF
from automl.families.network.trainer import Objective, Trainer

if TYPE_CHECKING:
    import keras

    from automl.data.dataset import Dataset
    from automl.encode.state import State
    from automl.families.base import Params
    from automl.families.network.kind import Job
    from automl.families.network.shared import Shared

SHAPING = (
    "kind", "width", "layers", "members", "dropout", "weight_decay", "embedding", "size", "level_size",
)  # fmt: skip
"""Parameters that a compiled network depends on."""


class TableKind:
    """See `automl.families.network.kind.Kind`."""

    batch = 512

    def encoder(self, train: Dataset, params: Params) -> NetworkTable:
        """Fitted on the rows given."""
        problem = train.problem
        return NetworkTable.fit(train.inputs, problem.columns, problem.seed, numbers=params["numbers"])

    def restored(self, state: State) -> NetworkTable:
        """The encoder whose `state` was saved."""
        return NetworkTable.from_state(state)

    def sized(self, params: Params) -> Params:
        """See `tabular.sized`."""
        return tabular.sized(params)

    def sizes(self, params: Params) -> tuple[Params, ...]:  # noqa: ARG002 (one interface)
        """None: no size is left free."""
        return ()

    def operations(self, shape: tuple[int, ...], params: Params) -> float:
        """Those of the hidden layers."""
        width, layers = int(params["width"]), int(params["layers"])
        return 2.0 * (shape[0] * width + (layers - 1) * width**2)

    def schedule(self, params: Params) -> str:
        """Name of the learning-rate schedule."""
        return tabular.SCHEDULES[params["kind"]]

    def steps(self, shape: tuple[int, ...], params: Params) -> int:  # noqa: ARG002 (one interface)
        """Most gradient steps a call."""
        return tabular.STEPS_A_CALL

    def network(self, job: Job) -> Shared:
        """A network used before where one of the same shape was, started anew."""
        problem, params, count = job.problem, job.params, len(job.x)
        layout, function = tabular.Layout.of(job.encoder), tabular.activation(problem)
        objective = Objective(job.targets.kind, job.targets.smoothing, job.targets.level)
        long = tabular.long(params["epochs"] * count / job.batch, job.seconds)

        def build() -> tuple[keras.Model, Trainer]:
            network = tabular.network(layout, params, problem.outputs, function, count)
            adam = tabular.optimizer(params)
            return network, Trainer(network, objective, adam, params["weight_decay"], long=long)

        fine = tabular.bins(count) if params["embedding"] == "pwl" else 0
        shaping = tuple(params.get(name) for name in SHAPING)
        key = (layout, shaping, problem.outputs, function, objective, (job.batch, job.chunk), fine, long)
        shared = SHELF.take(key, count, build)
        tabular.start(shared.network, job.x, job.bias, problem.seed)
        return shared
