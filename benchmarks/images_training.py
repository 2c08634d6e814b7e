"""How much of an epoch of an image network is spent in the network: target 80 % and more on a processor.

    python benchmarks/images_training.py [--side 32] [--images 512] [--width 16] [--epochs 3] [--augmentations]
        [--peak FAMILY]

The network alone is timed as gradient steps on one batch that is already on the device; an epoch is timed as our
training loop runs it: orders of rows, batches gathered, augmentation (which the network does), learning rates, calls.
Beside it an epoch without the augmentation. Images are random bytes in a file, which our loop reads a call at a time;
also an epoch with all of them on the device. Where there is a GPU and nvidia-ml-py, the share of the time in which the
GPU is busy. KERAS_BACKEND=torch or jax measures another backend.

`--augmentations` prints milliseconds a gradient step with each augmentation instead, medians of turns taken one after
the other. Target: ours cost half of the network at most, Keras' RandAugment standing beside them.

`--peak network`, or linear or trees, prints the most memory that a fit of that family on `--images` generated images
takes beyond what it takes on 64 of them: `--peak network --images 40000 --side 64`. Target: less than the pixels.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

import keras
import numpy as np
from keras import ops

from automl import families
from automl.data.dataset import Dataset, Images
from automl.families.base import Limits
from automl.families.network import images
from automl.families.network.image_kind import ImageKind
from automl.families.network.trainer import Objective, Trainer
from automl.families.network.training import Deadline, Plan, Run, shape
from automl.families.weigh import peak_memory
from automl.types import Problem

BATCH, CLASSES = 32, 10
PARAMS = {"blocks": 1, "dropout": 0.2, "flip": True, "weight_decay": 0.05, "block": "residual", "batch": BATCH}


def trainer(side: int, width: int, augment: float) -> tuple[Trainer, dict[str, object]]:
    """A network for colour images of that side, with its optimiser."""
    params = {**PARAMS, "width": width, "augment": augment, "flip": augment > 0}
    sample = np.random.default_rng(0).integers(0, 256, (16, side, side, 3), dtype=np.uint8)
    network = images.network((side, side, 3), sample, params, [0.0] * CLASSES, 0)
    return Trainer(network, Objective("classes"), images.optimizer(params)), params


def epoch(side: int, count: int, width: int, augment: float, epochs: int, *, resident: bool = False) -> float:
    """Seconds an epoch of our loop."""
    model, params = trainer(side, width, augment)
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    y, weight = random.integers(0, CLASSES, count).astype(np.float32), np.ones(count, np.float32)
    chunk, calls = shape(count, BATCH, ImageKind().steps((side, side, 3), params))
    plan = Plan(BATCH, chunk, calls, epochs, 1e-3, ImageKind().schedule(params), 0)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "images.npy"
        np.save(file, pixels)
        x = pixels if resident else Images(file, np.arange(count))
        run = Run(model, (x, y, weight), None, plan, Deadline(None))
        run.measure()
        started = time.perf_counter()
        run.train(None)
    return (time.perf_counter() - started) / epochs / (chunk * calls * BATCH / count)


def alone(side: int, count: int, width: int, augment: float, epochs: int) -> float:
    """Seconds of as many gradient steps as an epoch has, all in one call and on the same batch."""
    model, _ = trainer(side, width, augment)
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (BATCH, side, side, 3), dtype=np.uint8)
    y, weight = random.integers(0, CLASSES, BATCH).astype(np.float32), np.ones(BATCH, np.float32)
    data = tuple(ops.convert_to_tensor(values) for values in (pixels, y, weight))
    order = np.tile(np.arange(BATCH, dtype=np.int32), (max(round(count / BATCH), 1), 1))
    model.steps(data, order, 1e-3)
    started = time.perf_counter()
    for _ in range(epochs):
        model.steps(data, order, 1e-3)
    return (time.perf_counter() - started) / epochs


AUGMENTATIONS: dict[str, dict[str, float]] = {
    "none": {"augment": 0.0},
    "shifts, zooms, colours": {"augment": 0.7, "flip": True, "colour": 0.2},
    "RandAugment": {"augment": 0.0, "randaugment": 0.5},
    "all of them": {"augment": 0.7, "flip": True, "colour": 0.2, "randaugment": 0.5},
    "Keras' RandAugment": {"augment": 0.0},
}


def augmented(side: int, width: int) -> dict[str, Trainer]:
    """A trainer for each of `AUGMENTATIONS`; Keras' own layer is put before the network."""
    params = {**PARAMS, "width": width, "flip": False, "kernel": 3}
    sample, trainers = np.random.default_rng(0).integers(0, 256, (16, side, side, 3), dtype=np.uint8), {}
    for name, changes in AUGMENTATIONS.items():
        network = images.network((side, side, 3), sample, {**params, **changes}, [0.0] * CLASSES, 0)
        if name.startswith("Keras"):
            inputs = keras.Input((side, side, 3), dtype="uint8")
            layer = keras.layers.RandAugment(value_range=(0, 255), num_ops=2, factor=0.5)
            network = keras.Model(inputs, network(ops.cast(layer(inputs), "uint8")))
        trainers[name] = Trainer(network, Objective("classes"), images.optimizer(params))
    return trainers


def steps(side: int, width: int, turns: int) -> dict[str, float]:
    """Median milliseconds a step of 32 images with each augmentation, eight steps a turn."""
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (BATCH, side, side, 3), dtype=np.uint8)
    y, weight = random.integers(0, CLASSES, BATCH).astype(np.float32), np.ones(BATCH, np.float32)
    data = tuple(ops.convert_to_tensor(values) for values in (pixels, y, weight))
    order, trainers = np.tile(np.arange(BATCH, dtype=np.int32), (8, 1)), augmented(side, width)
    seen: dict[str, list[float]] = {name: [] for name in trainers}
    for _ in range(turns + 1):
        for name, model in trainers.items():
            started = time.perf_counter()
            model.steps(data, order, 1e-3)
            seen[name].append(1e3 * (time.perf_counter() - started) / len(order))
    return {name: float(np.median(values[1:])) for name, values in seen.items()}  # the first one compiles


def peak(family: str, side: int, count: int) -> float:
    """MiB that this process has taken at most once a fit on generated images is done: one epoch, or 20 rounds."""
    shape, random = (count, side, side, 3), np.random.default_rng(0)
    y = np.arange(count) % CLASSES
    problem = Problem("image", "multiclass", "log_loss", tuple("abcdefghij"), image_size=shape[1:])
    params = {"network": {"width": 8, "blocks": 1, "epochs": 1}, "trees": {"rounds": 20}, "linear": {"C": 1e-5}}
    with tempfile.TemporaryDirectory() as name, (Path(name) / "images.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        for start in range(0, count, 500):
            block = random.integers(0, 256, (min(500, count - start), *shape[1:]), dtype=np.uint8)
            file.write(block.tobytes())
        file.flush()
        data = Dataset(problem, Images(Path(file.name), np.arange(count)), y)
        families.load(family).fit(params[family], data, Limits(threads=2, full=family == "trees"))
    return peak_memory() / 2**20


class Busy:
    """The share of a block's time in which the first GPU is busy, compilation included, as its driver tells."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.done = threading.Event()
        self.watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self.watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.watch.join()

    def _look(self) -> None:
        try:
            import pynvml

            pynvml.nvmlInit()
            gpu = pynvml.nvmlDeviceGetHandleByIndex(0)
        except Exception:  # noqa: BLE001 (no library, no driver, no GPU: each is said in its own way)
            return
        while not self.done.wait(0.05):
            self.seen.append(pynvml.nvmlDeviceGetUtilizationRates(gpu).gpu)

    def said(self) -> str:
        """The mean of what was seen."""
        if not self.seen:
            return "not measured: no GPU, or no nvidia-ml-py"
        return f"{np.mean(self.seen):8.0f} % (mean of {len(self.seen)} looks)"


def main() -> None:
    """Print both and their ratio."""
    parser = argparse.ArgumentParser()
    for name, default in (("side", 32), ("images", 512), ("width", 16), ("epochs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--augmentations", action="store_true")
    parser.add_argument("--peak", choices=("network", "linear", "trees"))
    asked = parser.parse_args()
    if asked.peak:
        few, many = (peak(asked.peak, asked.side, count) for count in (64, asked.images))
        print(
            f"pixels {asked.images * asked.side**2 * 3 / 2**20:,.0f} MiB, a fit of {asked.peak} {many - few:,.0f} MiB"
        )
        return
    if asked.augmentations:
        for name, milliseconds in steps(asked.side, asked.width, 10 * asked.epochs).items():
            print(f"{name:22} {milliseconds:8.1f} ms a step")
        return
    common = asked.side, asked.images, asked.width
    plain = alone(*common, 0.0, asked.epochs)
    augmented = alone(*common, 0.7, asked.epochs)
    with Busy() as busy:
        ours = epoch(*common, 0.7, asked.epochs)
    resident = epoch(*common, 0.7, asked.epochs, resident=True)
    print(f"backend                {keras.backend.backend()}")
    print(f"network alone          {plain:8.3f} s an epoch")
    print(f"  with augmentation    {augmented:8.3f} s")
    print(f"epoch of our loop      {ours:8.3f} s, {asked.images / ours:,.0f} images a second")
    print(f"  images on the device {resident:8.3f} s")
    print(f"GPU busy               {busy.said()}")
    print(
        f"share in the model     {min(augmented / ours, 1.0):8.1%} (without augmentation {min(plain / ours, 1.0):.1%})"
    )


if __name__ == "__main__":
    main()
