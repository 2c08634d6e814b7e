"""Milliseconds per 1,000 rows and epoch of table networks: our loop, plain `Model.fit`, the matrix products alone.

    python benchmarks/network.py [--rows 8192] [--columns 20] [--batch 256] [--threads 2]

RealMLP as it is trained (dropout, weight decay, mixed activations), without and with each embedding of numbers, and
TabM-mini, each as a long training runs (compiled with XLA) and as a short one does. `Model.fit` trains the same
network written with Keras' own layers: dense, activation, dropout, and periodic embeddings as an einsum. All run in
turn in one process, several times, and the fastest of each is printed, so that a machine busy with other work slows
them alike. The bounds are the three matrix products of each layer (forward, and two backward) in one compiled loop:
of the columns as they are, and of the four numbers that periodic embeddings make of each. Last, the seconds of a fit
of 500 rows, and of 500 images, for one epoch: the first of a shape, which builds and compiles, and the next.
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array, Dataset

WIDTH, LAYERS, ROUNDS = 256, 3, 5
REALMLP = {
    "kind": "realmlp", "width": WIDTH, "layers": LAYERS, "dropout": 0.15, "weight_decay": 0.02, "embedding": "none",
    "size": 8, "level_size": 8,
}  # fmt: skip
LOOPS = {True: "our loop", False: "our loop, not compiled"}
"""As a long training runs, and as a short one does, which is not worth compiling."""
TABM = {"kind": "tabm", "width": 128, "layers": 2, "members": 8, "dropout": 0.1, "weight_decay": 3e-4, "size": 8}


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
    runs = {
        "matrix products": product_epoch(chosen.rows, chosen.columns, chosen.batch),
        "matrix products, embedding pbld": product_epoch(chosen.rows, 4 * chosen.columns, chosen.batch),
    }
    for activation in ("selu", "mish"):
        for embedding in ("none", "pbld", "pwl"):
            name = f"RealMLP 3x256 {activation}, embedding {embedding}"
            params = {**REALMLP, "embedding": embedding}
            for compiled, loop in LOOPS.items():
                runs[f"{name}, {loop}"] = our_epoch(X, y, chosen.batch, params, activation, compiled=compiled)
            if embedding != "pwl":
                runs[f"{name}, Model.fit"] = plain_epoch(X, y, chosen.batch, activation, periodic=embedding == "pbld")
    for embedding in ("none", "pwl"):
        params = {**TABM, "embedding": embedding}
        for compiled, loop in LOOPS.items():
            name = f"TabM-mini 8x 2x128, embedding {embedding}, {loop}"
            runs[name] = our_epoch(X, y, chosen.batch, params, "", compiled=compiled)
    for name, seconds in fastest(runs).items():
        print(f"{name:52} {seconds / chosen.rows * 1e6:6.1f} ms per 1,000 rows and epoch")
    with tempfile.TemporaryDirectory() as folder:
        images = {"width": 16, "blocks": 1}, image_rows(Path(folder))
        fits = {kind: ({"kind": kind}, table_rows(chosen.columns)) for kind in ("realmlp", "tabm")} | {"images": images}
        for name, (params, rows) in fits.items():
            first, after = fold_seconds(params, rows)
            print(f"one epoch of 500 rows, {name}: {first:.2f} s new, {after:.2f} s in a network compiled before")


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


def our_epoch(
    X: Array, y: Array, batch: int, params: dict[str, object], activation: str, *, compiled: bool
) -> Callable[[], object]:
    import numpy as np
    from keras import ops

    from automl.families.network import tabular
    from automl.families.network.trainer import Objective, Trainer
    from automl.families.network.training import Order, shape

    network = tabular.network(tabular.Layout(X.shape[1], 0, ()), params, 1, activation, len(X))
    adam = tabular.optimizer(params)
    trainer = Trainer(network, Objective("squares"), adam, params["weight_decay"], long=compiled)
    tabular.start(network, X, [0.0], seed=0)
    data = tuple(ops.convert_to_tensor(values) for values in (X, y, np.ones_like(y)))
    chunk, calls = shape(len(X), batch, tabular.STEPS_A_CALL)
    order = Order(len(X), 0)

    def epoch() -> None:
        for _ in range(calls):
            trainer.steps(data, order.take(chunk, batch), 0.01)

    return epoch


def plain_epoch(X: Array, y: Array, batch: int, activation: str, *, periodic: bool) -> Callable[[], object]:
    import keras
    from keras import ops

    from automl.families.network.trainer import compiled

    class Waves(keras.layers.Layer):
        def build(self, shape: tuple[int, ...]) -> None:
            self.frequency = self.add_weight(shape=(shape[-1], 16), name="frequency")
            self.phase = self.add_weight(shape=(shape[-1], 16), name="phase")
            self.mixture = self.add_weight(shape=(shape[-1], 16, 3), name="mixture")

        def call(self, inputs: object) -> object:
            waves = ops.cos(inputs[:, :, None] * self.frequency + self.phase)
            mixed = ops.einsum("bnk,nkm->bnm", waves, self.mixture)
            return ops.concatenate([inputs, ops.reshape(mixed, (-1, 3 * inputs.shape[1]))], axis=1)

    layers = [keras.Input((X.shape[1],)), *([Waves()] if periodic else [])]
    for _ in range(LAYERS):
        layers += [keras.layers.Dense(WIDTH, activation), keras.layers.Dropout(REALMLP["dropout"])]
    network = keras.Sequential([*layers, keras.layers.Dense(1)])
    adam = keras.optimizers.AdamW(0.001, weight_decay=REALMLP["weight_decay"], beta_2=0.95)
    network.compile(adam, "mse", jit_compile=compiled(training=True))
    return lambda: network.fit(X, y, batch_size=batch, verbose=0)


def product_epoch(rows: int, columns: int, batch: int) -> Callable[[], object]:
    """The products of each layer for as many steps as an epoch has, in one compiled call.

    Each step changes the weights a little, or a compiler would take a product out of the loop.
    """
    import keras
    from keras import ops

    sides = list(itertools.pairwise([columns, *[WIDTH] * LAYERS, 1]))
    inputs = [keras.random.normal((batch, a)) for a, _ in sides]
    slopes = [keras.random.normal((batch, b)) for _, b in sides]
    kernels = [keras.random.normal(pair) for pair in sides]

    def step(i: object, *kernels: object) -> tuple[object, ...]:
        changed = []
        for x, slope, kernel in zip(inputs, slopes, kernels, strict=True):
            through = ops.mean(ops.matmul(x, kernel)) + ops.mean(ops.matmul(slope, ops.transpose(kernel)))
            changed.append(kernel + 1e-9 * (through + ops.matmul(ops.transpose(x), slope)))
        return (i + 1, *changed)

    def epoch(*kernels: object) -> tuple[object, ...]:
        start = ops.convert_to_tensor(0, dtype="int32")
        return ops.while_loop(lambda i, *_: i < rows // batch, step, (start, *kernels))

    run = compiled_call(epoch)
    return lambda: ops.convert_to_numpy(run(*kernels)[1])


def compiled_call(function: Callable[..., object]) -> Callable[..., object]:
    """The function as the backend compiles it; PyTorch runs it as it is."""
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(function, jit_compile=True)
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    return function


def table_rows(columns: int) -> Dataset:
    """500 rows of a table."""
    import numpy as np
    import pandas as pd

    from automl.data.dataset import Dataset
    from automl.types import Column, Problem

    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(500, columns)), columns=[f"x{i}" for i in range(columns)])
    features = tuple(Column(name, "number", "feature", "", 0, 0) for name in frame)
    return Dataset(Problem("table", "regression", "rmse", columns=features), frame, random.normal(size=500))


def image_rows(folder: Path) -> Dataset:
    """500 grey images of 28 x 28."""
    import numpy as np

    from automl.data.dataset import Dataset, Images
    from automl.types import Problem

    random = np.random.default_rng(0)
    np.save(folder / "images.npy", random.integers(0, 256, (500, 28, 28, 1), dtype=np.uint8))
    problem = Problem("image", "binary", "log_loss", ("a", "b"), image_size=(28, 28, 1))
    return Dataset(problem, Images(folder / "images.npy", np.arange(500)), random.integers(0, 2, 500))


def fold_seconds(params: dict[str, object], rows: Dataset) -> tuple[float, float]:
    """Seconds of the first fit of a shape and of the one after it."""
    from automl.families.base import Limits
    from automl.families.network import FAMILY

    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        FAMILY.fit({**params, "epochs": 1}, rows, Limits())
        seconds.append(time.perf_counter() - started)
    return seconds[0], seconds[1]


if __name__ == "__main__":
    main()
