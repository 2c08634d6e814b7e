"""RealMLP for tables: scaled inputs, wide layers in NTK parametrisation, Adam at a high rate on four cosine cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from automl.families.network.layers import NTKDense, Periodic, Scale

if TYPE_CHECKING:
    from automl.encode.network import NetworkTable
    from automl.families.base import Params
    from automl.types import Problem

SCHEDULE = "coslog4"
STEPS_A_CALL = 16
"""Enough to hide the cost of a call (under 0.2 ms a step), few enough to stop within a tenth of a second."""


def activation(problem: Problem) -> str:
    """SELU for classes, Mish for values, as the recipe has it."""
    return "mish" if problem.task == "regression" else "selu"


def network(encoder: NetworkTable, params: Params, function: str, bias: list[float]) -> keras.Model:
    """The untrained network.

    Args:
        encoder: of the table that the network reads.
        params: width, layers, dropout, pbld.
        function: name of the hidden layers' activation.
        bias: first values of the output layer's biases.
    """
    inputs = hidden = keras.Input((encoder.width,))
    if params["pbld"] and encoder.numbers:
        hidden = Periodic(encoder.numbers)(hidden)
    hidden = Scale()(hidden)
    for _ in range(int(params["layers"])):
        hidden = keras.layers.Activation(function)(NTKDense(int(params["width"]))(hidden))
        if params["dropout"]:
            hidden = keras.layers.Dropout(params["dropout"])(hidden)
    return keras.Model(inputs, NTKDense(len(bias), last=True, bias=bias)(hidden))


def optimizer(params: Params) -> keras.Optimizer:
    """Adam with a short memory; the learning rate is set at every call."""
    adam = keras.optimizers.Adam(beta_2=0.95, epsilon=1e-8, weight_decay=params["weight_decay"] or None)
    if params["weight_decay"]:
        adam.exclude_from_weight_decay(var_names=["bias", "offset"])
    return adam
