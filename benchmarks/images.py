"""Images per second for inspect, decode and features, beside bare Pillow decoding.

    python benchmarks/images.py [--count 400] [--threads 2]

Images are made from a seed: photographs as JPEG of 640 x 480 and 128 x 128 pixels, grey PNG of 28 x 28.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from automl.data import decode, media
from automl.encode import image

if TYPE_CHECKING:
    from collections.abc import Callable

SETS = {
    "photo 640x480 jpg": (480, 640, 3, "jpg"),
    "photo 128x128 jpg": (128, 128, 3, "jpg"),
    "grey 28x28 png": (28, 28, 1, "png"),
}


def make(folder: Path, what: tuple[int, int, int, str], count: int) -> None:
    """Smooth random pictures with some noise, in two class folders."""
    height, width, channels, kind = what
    rng = np.random.default_rng(0)
    for number in range(count):
        coarse = rng.integers(0, 256, (6, 8, channels), dtype=np.uint8).squeeze()
        smooth = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16)
        noisy = np.clip(smooth + rng.integers(-12, 13, smooth.shape), 0, 255).astype(np.uint8)
        path = folder / f"class{number % 2}" / f"{number:05}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noisy).save(path)


def bare(folder: Path, paths: tuple[str, ...], size: tuple[int, int], mode: str) -> None:
    """What the same decoding costs without us: open, convert, resize, one thread."""
    for path in paths:
        with Image.open(folder / path) as opened:
            np.asarray(opened.convert(mode).resize(size[::-1], Image.Resampling.BILINEAR))


def rate(work: Callable[[], object], count: int) -> float:
    """Images per second, the best of three."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return count / min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    print(f"{'images per second':22s}{'pillow':>10s}{'inspect':>10s}{'decode':>10s}{'features':>10s}{'ms/image':>10s}")
    for name, (height, width, channels, kind) in SETS.items():
        with tempfile.TemporaryDirectory() as temporary:
            measure(name, Path(temporary), (height, width, channels, kind), given.count, given.threads)


def measure(name: str, root: Path, what: tuple[int, int, int, str], count: int, threads: int) -> None:
    """Print one line: Pillow and features on one thread, inspect and decode on `threads`."""
    make(root / "set", what, count)
    files = media.scan(root / "set")
    height, width, channels = decode.choose_size(decode.inspect(files)).value
    mode, out = "L" if channels == 1 else "RGB", root / "pixels.npy"
    rates = [
        rate(lambda: bare(files.root, files.paths, (height, width), mode), count),
        rate(lambda: decode.inspect(files, threads), count),
        rate(lambda: decode.decode(files, range(count), (height, width), channels, out, threads=threads), count),
        rate(lambda: image.features(np.load(out)), count),
    ]
    print(f"{name:22s}" + "".join(f"{value:10,.0f}" for value in rates) + f"{1e3 / rates[-1]:10.2f}")


if __name__ == "__main__":
    main()
