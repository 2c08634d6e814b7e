"""What single settings of image networks bring, beside the same network without them.

    python benchmarks/image_settings.py [FOLDER] [--side 32] [--repeats 3] [--epochs 40] [--only RandAugment]

FOLDER holds a folder of images a class; without it, scikit-learn's digits. A small residual network (width 16, one
block a stage) is trained on two thirds of the images with each setting, same seed. Printed: accuracy and log loss on
the rest, mean over repeats, and seconds a fit. Target: what is on by default is no worse than without it. `--only`
leaves out settings whose names lack the word, the first excepted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from automl.data.dataset import Dataset, Images
from automl.families.base import Limits
from automl.families.network import FAMILY, image_params
from automl.types import Problem

SETTINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "mixup 0.2": {"mixup": 0.2},
    "CutMix 1": {"cutmix": 1.0},
    "both": {"mixup": 0.2, "cutmix": 1.0},
    "averaged over 3 %": {"average": 0.03},
    "averaged over 10 %": {"average": 0.1},
    "RandAugment 0.25": {"randaugment": 0.25},
    "RandAugment 0.5": {"randaugment": 0.5},
    "RandAugment 0.5 alone": {"randaugment": 0.5, "augment": 0.0},
}


def images(folder: str | None, side: int) -> tuple[Any, Any]:
    """(n, height, width, channels) uint8 and class codes."""
    if folder is None:
        digits = load_digits()
        return (digits.images * 15.9375).round().astype(np.uint8)[..., None], digits.target.astype(np.int64)
    classes = sorted(path for path in Path(folder).iterdir() if path.is_dir())
    files = [(file, code) for code, path in enumerate(classes) for file in sorted(path.iterdir())]
    pixels = [np.asarray(Image.open(file).convert("RGB").resize((side, side))) for file, _ in files]
    return np.stack(pixels), np.array([code for _, code in files])


def measured(pixels: Any, y: Any, folder: Path, settings: dict[str, Any], seed: int, epochs: int) -> list[float]:
    """[accuracy, log loss, seconds] on a third."""
    np.save(folder / "images.npy", pixels)
    names = tuple(str(code) for code in np.unique(y))
    problem = Problem("image", "multiclass", "log_loss", names, seed=seed, image_size=pixels.shape[1:])
    data = Dataset(problem, Images(folder / "images.npy", np.arange(len(y))), y)
    order = np.random.default_rng(seed).permutation(len(y))
    train, rest = order[: 2 * len(y) // 3], order[2 * len(y) // 3 :]
    first = image_params.defaults(problem, len(train))[0]
    params = {**first, "width": 16, "blocks": 1, "epochs": epochs, **settings}
    started = time.perf_counter()
    model = FAMILY.fit(params, data.take(train), Limits(threads=2))
    seconds = time.perf_counter() - started
    predicted = model.predict(data.take(rest).inputs)
    own = np.clip(predicted[np.arange(len(rest)), y[rest]], 1e-7, 1.0)
    return [float((predicted.argmax(axis=1) == y[rest]).mean()), float(-np.log(own).mean()), seconds]


def main() -> None:
    """Print one line a setting."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?")
    for name, default in (("side", 32), ("repeats", 3), ("epochs", 40)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    pixels, y = images(asked.folder, asked.side)
    print(f"{'setting':22} {'accuracy':>9} {'log loss':>9} {'seconds':>8}")
    with tempfile.TemporaryDirectory() as name:
        for setting, changes in SETTINGS.items():
            if changes and asked.only not in setting:
                continue
            runs = [measured(pixels, y, Path(name), changes, seed, asked.epochs) for seed in range(asked.repeats)]
            accuracy, loss, seconds = np.mean(runs, axis=0)
            print(f"{setting:22} {accuracy:9.3f} {loss:9.3f} {seconds:8.1f}", flush=True)


if __name__ == "__main__":
    main()
