"""Train and test parts of the development sets, made here, the same for every family and system.

The cells of a table are copied as text: what `automl` reads is what the source says.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

TEST_SHARE = 0.2
LEAST_OF_A_CLASS = 5
MISSING = {"", "?", "NA", "NaN", "nan", "null"}
# Columns that the manifest calls leaks, row numbers, or the source's own split.
LEFT_OUT: dict[str, list[str]] = {
    "telco_churn": ["customerID"],
    "titanic": ["PassengerId"],
    "bank_additional": ["duration"],
    "bechdel_movies": ["test", "clean_test", "code", "imdb"],
    "nonvoters_survey": ["RespId"],
    "bike_sharing_hour": ["instant", "casual", "registered"],
    "ames_housing": ["Order", "PID"],
    "emobank_valence": ["id", "split", "A", "D"],
    "trec_questions": ["split"],
    "banking77": ["split"],
    "ucr_gunpoint": ["split"],
    "ucr_italypowerdemand": ["split"],
}
METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


@dataclass(frozen=True)
class DataSet:
    """A line of MANIFEST.csv.

    Attributes:
        name: short name.
        modality: table or image (a table of texts or series is a table here).
        path: the file, or the folder of class folders.
        task: binary, multiclass or regression.
        target: column to predict; 'folder' for images.
    """

    name: str
    modality: str
    path: Path
    task: str
    target: str

    @property
    def metric(self) -> str:
        """The run's default metric for this task."""
        return METRIC[self.task]


@dataclass(frozen=True)
class Parts:
    """A train and a test part on disk.

    Attributes:
        train, test: files or folders to hand to `automl`.
        y_train, y_test: targets in row order: text labels, or numbers for regression.
        rows: training rows.
    """

    train: Path
    test: Path
    y_train: np.ndarray[Any, Any]
    y_test: np.ndarray[Any, Any]

    @property
    def rows(self) -> int:
        """Training rows."""
        return len(self.y_train)


def manifest(data: Path) -> dict[str, DataSet]:
    """Every table and image folder that MANIFEST.csv lists, by name."""
    with (data / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        lines = [line for line in csv.DictReader(file) if line["modality"] != "audio"]
    return {
        line["name"]: DataSet(
            line["name"],
            "image" if line["modality"] == "images" else "table",
            data / line["path"],
            line["task"],
            line["target"],
        )
        for line in lines
    }


def chosen_rows(labels: np.ndarray[Any, Any] | None, count: int, cap: int, seed: int) -> tuple[Any, Any]:
    """Indices of the train rows and of the test rows: 80/20 of at most `cap` rows drawn with the seed.

    Args:
        labels: (count,) classes to stratify by; None for regression. Classes with fewer than five rows left are
            dropped, since they cannot stand in both parts.
        count: rows there are.
        cap: most rows used.
        seed: decides the draw and the split.
    """
    from sklearn.model_selection import train_test_split

    rows = np.random.default_rng(seed).permutation(count)[:cap]
    if labels is not None:
        names, counts = np.unique(labels[rows], return_counts=True)
        rows = rows[np.isin(labels[rows], names[counts >= LEAST_OF_A_CLASS])]
    strata = None if labels is None else labels[rows]
    train, test = train_test_split(rows, test_size=TEST_SHARE, random_state=seed, stratify=strata)
    return np.asarray(train), np.asarray(test)


def make_parts(source: DataSet, seed: int, cap: int, folder: Path) -> Parts:
    """The train and test part of a set, written below `folder`."""
    make = _image_parts if source.modality == "image" else _table_parts
    return make(source, seed, cap, folder)


def _table_parts(source: DataSet, seed: int, cap: int, folder: Path) -> Parts:
    with source.path.open(newline="", encoding="utf-8") as file:
        header, *cells = list(csv.reader(file))
    target = header.index(source.target)
    cells = [row for row in cells if len(row) == len(header) and row[target].strip() not in MISSING]
    y = np.asarray([row[target] for row in cells])
    if source.task == "regression":
        y = y.astype(float)
    train, test = chosen_rows(None if source.task == "regression" else y, len(y), cap, seed)
    kept = [i for i, name in enumerate(header) if name not in LEFT_OUT.get(source.name, [])]
    inputs = [i for i in kept if i != target]
    _write(folder / "train.csv", [header, *(cells[row] for row in train)], kept)
    _write(folder / "test.csv", [header, *(cells[row] for row in test)], inputs)
    return Parts(folder / "train.csv", folder / "test.csv", y[train], y[test])


def _write(path: Path, rows: list[list[str]], columns: list[int]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([row[column] for column in columns] for row in rows)


def _image_parts(source: DataSet, seed: int, cap: int, folder: Path) -> Parts:
    classes = sorted(path for path in source.path.iterdir() if path.is_dir())
    files = [file for path in classes for file in sorted(path.iterdir()) if file.is_file()]
    y = np.asarray([file.parent.name for file in files])
    train, test = chosen_rows(y, len(y), cap, seed)
    for row in train:
        (folder / "train" / y[row]).mkdir(parents=True, exist_ok=True)
        shutil.copy(files[row], folder / "train" / y[row] / f"{row:06d}{files[row].suffix}")
    (folder / "test").mkdir()
    for place, row in enumerate(test):  # numbered, so that the order of the predictions is the order of `test`
        shutil.copy(files[row], folder / "test" / f"{place:06d}{files[row].suffix}")
    return Parts(folder / "train", folder / "test", y[train], y[test])
