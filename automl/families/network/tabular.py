"""Networks for tables: RealMLP (scaled inputs, wide layers, Adam on four cosine cycles) and TabM-mini (an ensemble)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from automl.families.network.activations import Mixed
from automl.families.network.dropout import Drop
from automl.families.network.embeddings import Levels, Periodic, Piecewise
from automl.families.network.layers import NTKDense, Scale
from automl.families.network.members import Heads, Linear, Members
from automl.families.network.precision import on_gpu

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.encode.network import NetworkTable
    from automl.families.base import Params
    from automl.types import Problem

STEPS_A_CALL = 16
"""Enough to hide the cost of a call (under 0.2 ms a step), few enough to stop within a tenth of a second."""
LONG_STEPS, LONG_SECONDS = 2_500, 6.0
"""From so many steps, and so much time for them, compilation pays on a processor: it takes a second and gives back
about a third of the time of a step, 1 ms of 3 (`benchmarks/network.py`)."""
SAMPLE = 1_000
"""Training rows that first weights are fitted to."""
BINS, ROWS_A_BIN = (4, 48), 40
"""Fewest and most bins of a piecewise-linear embedding, and the training rows each should hold."""
SCHEDULES = {"realmlp": "coslog4", "tabm": "constant"}

SMALL = {"members": 8, "layers": 2, "width": 128}
"""TabM-mini without a GPU: the recipe's size takes 1.5 s per 1,000 rows and epoch on two cores, this one 0.035."""
LARGE = {"members": 32, "layers": 3, "width": 512}


@dataclass(frozen=True)
class Layout:
    """Columns of an encoded table, in this order, as far as a network needs to know them.

    Attributes:
        numbers: quantities.
        others: indicators and one-hot columns.
        levels: codes of each category column, 0 (missing or unseen) included.
    """

    numbers: int
    others: int
    levels: tuple[int, ...]

    @classmethod
    def of(cls, encoder: NetworkTable) -> Layout:
        """The layout of what an encoder writes."""
        return cls(encoder.numbers, encoder.width - encoder.numbers - len(encoder.levels), encoder.levels)


def activation(problem: Problem) -> str:
    """SELU for classes, Mish for values, as the recipe has it."""
    return "mish" if problem.task == "regression" else "selu"


def sized(params: Params) -> Params:
    """The parameters with every 'auto' of an ensemble replaced by what this machine's device is good for."""
    if params["kind"] != "tabm":
        return params
    size = LARGE if on_gpu() else SMALL
    return {**params, **{name: value for name, value in size.items() if params.get(name, "auto") == "auto"}}


def network(layout: Layout, params: Params, outputs: int, function: str, rows: int) -> keras.Model:
    """The network before `start`.

    Args:
        params: kind, width, layers, dropout, embedding, size, members.
        outputs: classes, or 1.
        function: name of RealMLP's activation.
        rows: training rows, which decide how fine an embedding may be.
    """
    inputs = hidden = keras.Input((layout.numbers + layout.others + len(layout.levels),))
    if layout.levels:
        hidden = Levels(list(layout.levels), size=int(params["level_size"]))(hidden)
    vectors = 0
    if params["embedding"] == "pbld" and layout.numbers:
        hidden = Periodic(layout.numbers)(hidden)
    elif params["embedding"] == "pwl" and layout.numbers:
        vectors = layout.numbers
        hidden = Piecewise(vectors, bins=bins(rows), size=int(params["size"]))(hidden)
    if params["kind"] == "tabm":
        return keras.Model(inputs, _tabm(hidden, params, outputs, vectors))
    return keras.Model(inputs, _realmlp(hidden, params, outputs, function))


def _realmlp(hidden: Any, params: Params, outputs: int, function: str) -> Any:
    hidden = Scale()(hidden)
    for _ in range(int(params["layers"])):
        hidden = Mixed(function)(NTKDense(int(params["width"]))(hidden))
        if params["dropout"]:
            hidden = Drop(params["dropout"])(hidden)
    return NTKDense(outputs, last=True)(hidden)


def _tabm(hidden: Any, params: Params, outputs: int, vectors: int) -> Any:
    members = int(params["members"])
    hidden = Members(members, vectors=vectors, size=int(params["size"]))(hidden)
    for _ in range(int(params["layers"])):
        hidden = Linear(int(params["width"]))(hidden)
        if params["dropout"]:
            hidden = Drop(params["dropout"])(hidden)
    return Heads(members, outputs)(hidden)


def long(steps: float, seconds: float) -> bool:
    """Whether a training is worth compiling for on a processor.

    Args:
        steps: to its horizon.
        seconds: that there are for it.
    """
    return steps >= LONG_STEPS and seconds >= LONG_SECONDS


def bins(rows: int) -> int:
    """Bins of a piecewise-linear embedding, the same for nearly equal numbers of rows: a power of two, or 48."""
    fewest, most = BINS
    return min(max(1 << max(rows // ROWS_A_BIN, 1).bit_length() - 1, fewest), most)


def start(model: keras.Model, rows: Array, bias: list[float], seed: int) -> None:
    """Give every weight its first value, as if the network were new.

    Args:
        rows: (n, width) encoded training rows, from which a sample is taken.
        bias: first values of the output layer's biases.
        seed: of the weights and of what is random in training.
    """
    random = np.random.default_rng(seed)
    hidden = rows[random.choice(len(rows), SAMPLE, replace=False)] if len(rows) > SAMPLE else rows
    layers = model.layers[1:]
    for layer in layers:
        layer.start(random, hidden)
        if layer is not layers[-1]:
            hidden = ops.convert_to_numpy(layer(hidden))
    layers[-1].start_at(bias)


def optimizer(params: Params) -> keras.Optimizer:
    """Adam; the learning rate is set at every call, and weights decay there."""
    if params["kind"] == "tabm":
        return keras.optimizers.Adam(global_clipnorm=1.0)
    return keras.optimizers.Adam(beta_2=0.95, epsilon=1e-8)
