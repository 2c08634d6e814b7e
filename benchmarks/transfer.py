"""What a pretrained network is worth on few images: from scratch, frozen features, and its last stages trained on.

    python benchmarks/transfer.py [--shots 5,10,20,40] [--repeats 3] [--seconds 20]

A small network is trained on half of the classes of scikit-learn's digits (8 x 8), saved, and used as a backbone for
the other half, of which a few images a class are given; the rest of them are the test. All four learn from the same
images, each in the same time. Printed: accuracy on the test, mean over repeats. Target: transfer beats scratch at few
images, and training on is no worse than frozen features.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from automl.data.dataset import Dataset, Images
from automl.families.base import Limits
from automl.families.network import FAMILY, image_params, place
from automl.types import Problem

WAYS = {"scratch": 0, "frozen": 0, "last stage": 1, "whole": 2}
"""Name to place among the known-good configurations, of runs without and with a backbone."""


def problem(pixels: Any, y: Any, seed: int = 0, backbone: str = "") -> Problem:
    """Which class, of images of that shape."""
    names = tuple(str(c) for c in range(int(y.max()) + 1))
    return Problem("image", "multiclass", "log_loss", names, seed=seed, image_size=pixels.shape[1:], backbone=backbone)


def dataset(folder: Path, pixels: Any, y: Any, **about: Any) -> Dataset:
    """Images and classes, with the images in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "images.npy", pixels)
    return Dataset(problem(pixels, y, **about), Images(folder / "images.npy", np.arange(len(y))), y)


def pretrain(folder: Path, pixels: Any, y: Any, seconds: float) -> Path:
    """A network that has learnt those classes, as a .keras file."""
    data = dataset(folder / "before", pixels, y)
    model = FAMILY.fit(image_params.defaults(data.problem, len(data))[0], data, Limits(threads=2, seconds=seconds))
    model.network.save(folder / "pretrained.keras")
    return folder / "pretrained.keras"


def accuracies(folder: Path, pixels: Any, y: Any, shots: int, seed: int, seconds: float) -> dict[str, float]:
    """Accuracy of each way with `shots` images a class, on all others."""
    order = np.random.default_rng(seed).permutation(len(y))
    given = np.concatenate([order[y[order] == c][:shots] for c in np.unique(y)])
    rest = np.setdiff1d(np.arange(len(y)), given)
    scores = {}
    for way, number in WAYS.items():
        data = dataset(folder / "after", pixels, y, seed=seed, backbone="" if way == "scratch" else "net")
        params = image_params.defaults(data.problem, len(given))[number]
        model = FAMILY.fit(params, data.take(given), Limits(threads=2, seconds=seconds))
        predicted = model.predict(data.take(rest).inputs).argmax(axis=1)
        scores[way] = float((predicted == y[rest]).mean())
    return scores


def compare(pixels: Any, y: Any, known: int, shots: list[int], repeats: int, seconds: float) -> None:
    """Print the table; classes below `known` are those that the backbone has seen."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before, after = y < known, y >= known
        path = pretrain(folder, pixels[before], y[before], 2 * seconds)
        dataset(folder / "after", pixels[after], y[after] - known)
        if "error" in (facts := place.write(str(path), folder / "after")):
            raise SystemExit(facts["error"])
        print(f"{'images a class':>14}" + "".join(f"{way:>12}" for way in WAYS))
        for count in shots:
            runs = [
                accuracies(folder, pixels[after], y[after] - known, count, seed, seconds) for seed in range(repeats)
            ]
            means = [np.mean([run[way] for run in runs]) for way in WAYS]
            print(f"{count:>14}" + "".join(f"{mean:12.3f}" for mean in means), flush=True)


def main() -> None:
    """Digits 0 to 4 are known, 5 to 9 are new."""
    from sklearn.datasets import load_digits

    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", default="5,10,20,40")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0)
    asked = parser.parse_args()
    digits = load_digits()
    pixels = (digits.images * 15.9375).round().astype(np.uint8)[..., None]
    shots = [int(s) for s in asked.shots.split(",")]
    compare(pixels, digits.target.astype(np.int64), 5, shots, asked.repeats, asked.seconds)


if __name__ == "__main__":
    main()
