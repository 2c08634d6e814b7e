"""Milliseconds per 1,000 rows and epoch of RealMLP: our loop, plain `Model.fit`, and the matrix products alone.

    python benchmarks/network.py [--rows 8192] [--columns 20] [--batch 256] [--threads 2]

All three run in turn in one process, several times, and the fastest of each is printed, so that a machine busy with
other work slows them alike. The bound counts the three matrix products of each layer (forward, and two backward).
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array

WIDTH, LAYERS, ROUNDS = 256, 3, 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=8192)
    options.add_argument("--columns", type=int, default=20)
    options.add_argument("--batch", type=int, default=256)
    options.add_argument("--threads", type=int, default=2)
    chosen = options.parse_args()
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = str(chosen.threads)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import numpy as np

    random = np.random.default_rng(0)
    X = random.normal(size=(chosen.rows, chosen.columns)).astype(np.float32)
    y = random.normal(size=chosen.rows).astype(np.float32)
    print(f"{keras.backend.backend()}, {chosen.threads} threads, batch {chosen.batch}, {chosen.columns} columns")
    for activation in ("selu", "mish"):
        runs = {
            "our loop": our_epoch(X, y, chosen.batch, activation),
            "Model.fit": plain_epoch(X, y, chosen.batch, activation),
            "bound": product_epoch(chosen.rows, chosen.columns, chosen.batch),
        }
        for name, seconds in fastest(runs).items():
            print(f"{activation:5} {name:10} {seconds / chosen.rows * 1e6:6.1f} ms per 1,000 rows and epoch")


def fastest(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of the fastest of `ROUNDS` calls of each, taken in turn after one call to compile."""
    best = dict.fromkeys(runs, float("inf"))
    for run in runs.values():
        run()
    for _ in range(ROUNDS):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            best[name] = min(best[name], time.perf_counter() - started)
    return best


def hidden_layers(columns: int, activation: str):  # noqa: ANN201 (a Keras model; Keras is imported late)
    import keras

    from automl.families.network.layers import NTKDense, Scale

    inputs = hidden = keras.Input((columns,))
    hidden = Scale()(hidden)
    for _ in range(LAYERS):
        hidden = keras.layers.Activation(activation)(NTKDense(WIDTH)(hidden))
    return keras.Model(inputs, NTKDense(1, last=True)(hidden))


def our_epoch(X: Array, y: Array, batch: int, activation: str) -> Callable[[], object]:
    import numpy as np
    from keras import ops

    from automl.families.network import tabular
    from automl.families.network.trainer import Objective, Trainer
    from automl.families.network.training import Order, shape

    network = hidden_layers(X.shape[1], activation)
    trainer = Trainer(network, Objective("squares"), tabular.optimizer({"weight_decay": 0.0}))
    data = tuple(ops.convert_to_tensor(values) for values in (X, y, np.ones_like(y)))
    chunk, calls = shape(len(X), batch, tabular.STEPS_A_CALL)
    order = Order(len(X), 0)

    def epoch() -> None:
        for _ in range(calls):
            trainer.steps(data, order.take(chunk, batch), 0.01)

    return epoch


def plain_epoch(X: Array, y: Array, batch: int, activation: str) -> Callable[[], object]:
    import keras

    from automl.families.network.trainer import compiled

    network = hidden_layers(X.shape[1], activation)
    network.compile(keras.optimizers.Adam(0.01, beta_2=0.95), "mse", jit_compile=compiled())
    return lambda: network.fit(X, y, batch_size=batch, verbose=0)


def product_epoch(rows: int, columns: int, batch: int) -> Callable[[], object]:
    import keras
    from keras import ops

    sides = itertools.pairwise([columns, *[WIDTH] * LAYERS, 1])
    pairs = [(keras.random.normal((batch, a)), keras.random.normal((a, b))) for a, b in sides]

    def epoch() -> None:
        for _ in range(rows // batch):
            for left, right in pairs:
                for _ in range(3):
                    product = ops.matmul(left, right)
        ops.convert_to_numpy(product)

    return epoch


if __name__ == "__main__":
    main()
