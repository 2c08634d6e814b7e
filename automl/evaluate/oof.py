"""Out-of-fold predictions of candidates, stacked: what verdict, intervals and `oof.parquet` are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from automl.data.dataset import Array
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import Problem


@dataclass(frozen=True)
class Stack:
    """The judged rows of some splits, one below the other.

    Attributes:
        split, row: (n,) number of the split and position in the dataset.
        y, weight: (n,) targets and weights (None = 1).
        predictions: candidate name -> (n, outputs).
    """

    split: Array
    row: Array
    y: Array
    weight: Array | None
    predictions: dict[str, Array]


def stack(cv: CrossValidation, candidates: Sequence[Candidate], splits: Sequence[int]) -> Stack:
    """Predictions of candidates on splits that all of them were judged on."""
    rows = [cv.splits[s].check for s in splits]
    row = np.concatenate(rows)
    return Stack(
        np.repeat(np.asarray(splits), [len(r) for r in rows]),
        row,
        cv.dataset.y[row],
        None if cv.dataset.weight is None else cv.dataset.weight[row],
        {c.name: np.concatenate([c.fits[s].predictions for s in splits]) for c in candidates},
    )


def write(path: Path, cv: CrossValidation, candidates: Sequence[Candidate], row_numbers: Array) -> None:
    """Write `oof.parquet`: one line a candidate, split and row; `row` is the row number in the data as read."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    frames = [_frame(cv, c, s, row_numbers) for c in candidates for s in sorted(c.losses)]
    table = pa.Table.from_pandas(pd.concat(frames, ignore_index=True), preserve_index=False)
    pq.write_table(table, path, compression="zstd")


def _frame(cv: CrossValidation, candidate: Candidate, split: int, row_numbers: Array) -> pd.DataFrame:
    import pandas as pd

    part = cv.splits[split]
    columns: dict[str, Any] = {
        "candidate": pd.Categorical.from_codes(np.zeros(len(part.check), np.int8), [candidate.name]).astype("str"),
        "repeat": np.full(len(part.check), part.repeat, np.int16),
        "fold": np.full(len(part.check), part.fold, np.int16),
        "row": row_numbers[part.check].astype(np.int64),
        "target": labelled(cv.dataset.problem, cv.dataset.y[part.check]),
    }
    if cv.dataset.weight is not None:
        columns["weight"] = cv.dataset.weight[part.check]
    return pd.DataFrame(columns | prediction_columns(cv.dataset.problem, candidate.fits[split].predictions))


def labelled(problem: Problem, y: Array) -> Array:
    """Targets as the labels of the data, or as numbers."""
    return y if problem.task == "regression" else np.asarray(problem.classes, dtype=object)[y]


def prediction_columns(problem: Problem, predictions: Array) -> dict[str, Array]:
    """`probability_<label>` columns, or `prediction` for regression."""
    if problem.task == "regression":
        return {"prediction": predictions[:, 0]}
    return {f"probability_{label}": predictions[:, i] for i, label in enumerate(problem.classes)}
