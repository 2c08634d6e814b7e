"""Many gradient steps in one compiled call, on any Keras backend.

`Model.fit` with small batches spends about half its time outside the network: feeding batches, returning logs. Here
a call takes data and the row numbers of several batches in them, gathers each and steps (see `feed`). Gradients, the
optimiser and compilation stay Keras' own (`Model.train_step`), which is what keeps this neutral: JAX passes its state
through, TensorFlow and PyTorch update variables in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from automl.encode.several import filled, unpacked
from automl.families.network.dropout import Drop
from automl.families.network.mixing import NOTHING, Mixing, mixture
from automl.families.network.precision import on_gpu

if TYPE_CHECKING:
    from automl.data.dataset import Array


@dataclass(frozen=True)
class Objective:
    """What a network's output is trained for.

    Attributes:
        kind: 'classes' (logits against class codes), 'squares' or 'quantile' (values against standardised targets).
        smoothing: label smoothing of 'classes'.
        level: of 'quantile'; 0.5 learns the median by absolute errors.
    """

    kind: str
    smoothing: float = 0.0
    level: float = 0.5

    def rows(self, y: Any, output: Any) -> Any:
        """(batch,) loss of each row."""
        if self.kind == "squares":
            return ops.square(output[:, 0] - y)
        if self.kind == "quantile":
            error = y - output[:, 0]
            return 2.0 * ops.maximum(self.level * error, (self.level - 1.0) * error)
        logs = ops.log_softmax(output, axis=-1)
        hit = ops.one_hot(ops.cast(y, "int32"), output.shape[-1])
        return -ops.sum(((1.0 - self.smoothing) * hit + self.smoothing / output.shape[-1]) * logs, axis=-1)

    def mixed(self, y: Any, output: Any) -> Any:
        """Mean loss of rows that are each a mixture of two: y is (batch, 4) target, other target, and their weights."""
        return ops.mean(y[:, 2] * self.rows(y[:, 0], output) + y[:, 3] * self.rows(y[:, 1], output))

    def mean(self, y: Any, output: Any, weight: Any) -> Any:
        """Weighted mean loss of a batch; members of an ensemble, (batch, members, outputs), each learn for themselves.

        The loss of their mean prediction would let one make up for the errors of another, and they would all be weak.
        """
        if len(output.shape) == 3:
            members = output.shape[1]
            output = ops.reshape(output, (-1, output.shape[-1]))
            y, weight = ops.repeat(y, members, axis=0), ops.repeat(weight, members, axis=0)
        return ops.mean(weight * self.rows(y, output))


DECAYING = frozenset({"kernel", "factors", "vectors"})
"""Weights that weight decay shrinks, by name."""


class Trainer(keras.Model):  # type: ignore[misc]
    """A network with its optimiser and objective; `steps` runs a call.

    Args:
        decay: decoupled weight decay (of networks for tables; that of images is their optimiser's).
        mixing: of each row with the one before it in its batch.
        pace: times every learning rate.
        long: so many steps are to come that they pay for compilation on a processor too.
    """

    def __init__(
        self,
        network: keras.Model,
        objective: Objective,
        optimizer: Any,
        decay: float = 0.0,
        *,
        mixing: Mixing = NOTHING,
        pace: float = 1.0,
        long: bool = False,
    ) -> None:
        super().__init__()
        self.pace = pace
        self.mixing = mixing
        self.network, self.objective, self.decay = network, objective, decay
        self.fading = [layer for layer in network.layers if isinstance(layer, Drop)]
        self.decaying = [v for v in network.trainable_variables if v.name in DECAYING] if decay else []
        whole = compiled(training=True, long=long)
        self.compile(optimizer=optimizer, jit_compile=whole)
        self.proven = not whole  # that the step runs as it was compiled
        self.build(network.input_shape)
        optimizer.build(self.trainable_variables)
        self.fresh = [np.array(ops.convert_to_numpy(v), copy=True) for v in optimizer.variables]

    def build(self, input_shape: Any) -> None:  # noqa: ARG002 (Keras' interface)
        """Nothing to create: the network brings its weights."""
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The network's output."""
        return self.network(inputs, training=training)

    def compute_loss(
        self,
        x: Any = None,  # noqa: ARG002
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,  # noqa: ARG002
    ) -> Any:
        """Mean over the batch of each row's weighted loss."""
        return self.objective.mixed(y, y_pred) if self.mixing else self.objective.mean(y, y_pred, sample_weight)

    def train_step(self, *arguments: Any) -> Any:
        """Steps over `order`, (steps, batch) row numbers; JAX hands its state over first and takes it back."""
        *state, data = arguments
        x, y, weight, order, *shares = keras.utils.unpack_x_y_sample_weight(data)[0]
        parent = super().train_step

        def step(i: Any, *state: Any) -> tuple[Any, ...]:
            rows = ops.take(order, i, axis=0)
            several = keras.tree.map_structure(lambda values: ops.take(values, rows, axis=0), x)
            batch = several, ops.take(y, rows, axis=0), ops.take(weight, rows, axis=0)
            if shares:
                batch = mixture(*batch, ops.take(shares[0], i, axis=0))
            result = parent(*state, batch)
            return (i + 1, result[1]) if state else (i + 1,)

        steps = order.shape[0]
        end = ops.while_loop(lambda i, *_: i < steps, step, (ops.convert_to_tensor(0, dtype="int32"), *state))
        return ({}, end[1]) if state else {}

    def steps(
        self,
        data: tuple[Any, Any, Any],
        order: Array,
        rate: float,
        fade: float = 1.0,
        random: np.random.Generator | None = None,
    ) -> None:
        """Take one gradient step for each row of `order` at learning rate `rate`, and wait for the last.

        Weights decay once a call by what they would in its steps: the same to the third digit, and it costs nothing.

        Args:
            data: inputs (a dictionary for a network of several), targets and row weights as backend tensors.
            order: (steps, batch) int32 row numbers; always of the same shape, or it compiles again.
            rate: learning rate of all of them.
            fade: factor of dropout and weight decay.
            random: of mixtures of rows; None for no mixtures.
        """
        self.optimizer.learning_rate = rate * self.pace
        for layer in self.fading:
            layer.fade(fade)
        shares = [self.mixing.draw(len(order), random)] if self.mixing and random else []
        self._taken((*data, order, *shares))
        left = (1.0 - self.decay * fade * rate) ** len(order)
        for variable in self.decaying:
            variable.assign(variable * left)
        ops.convert_to_numpy(self.optimizer.iterations)

    def _taken(self, data: tuple[Any, ...]) -> None:
        try:
            self.train_on_batch(data)
        except Exception:  # whatever XLA says of an operation it does not know, before any weight has changed
            if self.proven or keras.backend.backend() != "tensorflow":
                raise
            self.jit_compile = False
            self.make_train_function(force=True)
            self.train_on_batch(data)
        self.proven = True

    def renew(self) -> None:
        """Put the optimiser back to where it was before its first step."""
        for variable, value in zip(self.optimizer.variables, self.fresh, strict=True):
            variable.assign(value)

    def state(self) -> list[Array]:
        """A copy of every variable: weights, optimiser, random generators."""
        return [np.array(ops.convert_to_numpy(v), copy=True) for v in self._all()]

    def restore(self, state: list[Array]) -> None:
        """Put back what `state` returned."""
        for variable, value in zip(self._all(), state, strict=True):
            variable.assign(value)

    def _all(self) -> list[Any]:
        return [*self.network.variables, *self.optimizer.variables]


def compiled(*, training: bool, long: bool = False) -> bool:
    """Whether Keras should compile with XLA: JAX needs it; for TensorFlow on a processor it pays in a long training.

    Predictions are compiled for JAX alone: what they are must not depend on the machine more than it has to.
    """
    backend = keras.backend.backend()
    return backend == "jax" or (training and backend == "tensorflow" and (long or on_gpu()))


def outputs(network: keras.Model, inputs: Any, batch: int) -> Array:
    """(rows, outputs) float32 of the network, `batch` rows at a time; images are read as they are predicted.

    Every batch is filled up to one shape: other shapes compile again, and round differently in the last digit, so that
    a prediction would depend on what was predicted before.
    """
    network.jit_compile = compiled(training=False)
    parts = []
    for start in range(0, len(inputs), batch):
        rows = inputs[start : start + batch]
        full = unpacked(filled(rows, batch, last=True))
        parts.append(network.predict_on_batch(full)[: len(rows)])
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros((0, *network.output_shape[1:]), np.float32)
