"""Small typed rows to learn from, without reading a file."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl.data.dataset import Dataset
from automl.types import Column, Problem

METRICS = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def column(name: str, kind: Any = "number", levels: tuple[str, ...] = ()) -> Column:
    """A feature as the profile would describe it."""
    return Column(name, kind, "feature", "", 0, len(levels), levels=levels)


def rows_of(frame: Any, columns: list[Column], y: Any, **options: Any) -> Dataset:
    """A dataset of a typed frame; the task follows from the target unless given."""
    y = np.asarray(y)
    task = options.pop("task", "regression" if y.dtype.kind == "f" else "binary" if y.max() < 2 else "multiclass")
    classes = options.pop("classes", () if task == "regression" else tuple(f"c{i}" for i in range(y.max() + 1)))
    metric = options.pop("metric", METRICS[task])
    problem = Problem("table", task, metric, classes, tuple(columns), options.pop("seed", 0))
    return Dataset(problem, frame, y, **options)


def numbers(task: str = "binary", n: int = 120, d: int = 3, noise: float = 0.5, **options: Any) -> Dataset:
    """Rows of d numbers; the target follows the first of them."""
    import pandas as pd

    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, d))
    score = 2 * X[:, 0] + rng.normal(0, noise, n)
    y: Any = score
    if task == "binary":
        y = (score > 0).astype(np.int64)
    elif task == "multiclass":
        y = np.digitize(score, np.quantile(score, [1 / 3, 2 / 3])).astype(np.int64)
    names = [f"x{i}" for i in range(d)]
    return rows_of(pd.DataFrame(X, columns=names), [column(name) for name in names], y, task=task, **options)


def mixed(n: int = 120, task: str = "binary") -> Dataset:
    """Rows with every kind of column, cells missing in each."""
    import pandas as pd

    rng = np.random.default_rng(2)
    words = np.array(["late bus again", "fine trip", "no seat free", "great view of the lake", ""])
    number, city = rng.normal(size=n), rng.integers(-1, 3, n)
    score = number + (city == 1) + rng.normal(0, 0.3, n)
    number[::7] = np.nan
    date = rng.uniform(0, 2e9, n)
    date[::9] = np.nan
    frame = pd.DataFrame(
        {
            "number": number,
            "yes": rng.choice([0.0, 1.0, np.nan], n),
            "city": city.astype(np.int32),
            "date": date,
            "note": pd.array(rng.choice(words, n), dtype="str"),
        }
    )
    columns = [
        column("number"),
        column("yes", "boolean", ("no", "yes")),
        column("city", "category", ("Basel", "Bern", "Chur")),
        column("date", "date"),
        column("note", "text"),
    ]
    y = score if task == "regression" else (score > np.median(score)).astype(np.int64)
    return rows_of(frame, columns, y, task=task)
