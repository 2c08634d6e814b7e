"""Real datasets that come with scikit-learn, written as files to try the tool on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.errors import RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

SAMPLES: dict[str, str] = {
    "breast_cancer": "table, binary: is a breast mass malignant? 569 rows, 30 measurements; target 'diagnosis'",
    "diabetes": "table, regression: disease progression after a year, 442 patients, 10 inputs; target 'progression'",
    "wine": "table, 3 classes: which cultivar a wine is from, 178 rows, 13 chemical measurements; target 'cultivar'",
    "iris": "table, 3 classes: species of 150 iris flowers, 4 lengths; target 'species'",
    "digits": "images, 10 classes: 1,797 handwritten digits of 8x8 pixels as PNG files in class folders",
    "digits_table": "table, 10 classes: the same digits as 64 pixel columns; target 'digit'",
}


def write(name: str, folder: Path) -> Path:
    """The path written: a csv file in the folder, for digits a folder of class folders.

    Raises:
        UsageError: not a sample.
        RunError: the file or folder is there already.
    """
    if name not in SAMPLES:
        raise UsageError.unknown("sample", name, SAMPLES)
    path = folder / (name if name == "digits" else f"{name}.csv")
    if path.exists():
        raise RunError("The sample is there already.", where=str(path), hint="use it, or name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    if name == "digits":
        _write_digits(path)
    else:
        TABLES[name]().to_csv(path, index=False)
    return path


def _write_digits(path: Path) -> None:
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    # Grey values 0-16 in the source; 0-255 in a PNG file.
    pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)
    for number, (image, label) in enumerate(zip(pixels, digits.target, strict=True)):
        file = path / str(label) / f"{number:04d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(file)


def _classes(bunch: Any, target: str) -> pd.DataFrame:
    frame: pd.DataFrame = bunch.frame.drop(columns="target")
    return frame.assign(**{target: bunch.target_names[bunch.target]})


def _breast_cancer() -> pd.DataFrame:
    from sklearn.datasets import load_breast_cancer

    return _classes(load_breast_cancer(as_frame=True), "diagnosis")


def _diabetes() -> pd.DataFrame:
    from sklearn.datasets import load_diabetes

    frame: pd.DataFrame = load_diabetes(as_frame=True, scaled=False).frame
    return frame.rename(columns={"target": "progression"})


def _wine() -> pd.DataFrame:
    from sklearn.datasets import load_wine

    return _classes(load_wine(as_frame=True), "cultivar")


def _iris() -> pd.DataFrame:
    from sklearn.datasets import load_iris

    return _classes(load_iris(as_frame=True), "species")


def _digits_table() -> pd.DataFrame:
    from sklearn.datasets import load_digits

    frame: pd.DataFrame = load_digits(as_frame=True).frame
    return frame.rename(columns={"target": "digit"}).astype(int)


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "breast_cancer": _breast_cancer,
    "diabetes": _diabetes,
    "wine": _wine,
    "iris": _iris,
    "digits_table": _digits_table,
}
