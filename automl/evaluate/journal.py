"""Finished fits on disk while a run goes on: what makes it resumable and keeps a trial from being run twice."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.families.task import Fitted
from automl.families.weigh import ModelCost
from automl.jsonio import build, plain

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from pathlib import Path

    from automl.data.dataset import Dataset
    from automl.families.task import FitTask

LONGER = 1.5
"""A fit that time ended is not recalled when it may now take this many times as long."""
FORGOTTEN = "forgotten"
"""Empty file in place of a model that was deleted because no ensemble would take it."""
FACTS = ("final_params", "info", "fit_seconds", "predict_seconds", "cost")
"""Fields of `Fitted` that are kept as JSON; the cost may be absent."""
UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile)
"""What reading a damaged file, or one of another version, raises."""


@dataclass(frozen=True)
class Journal:
    """Fits by what went into them.

    Attributes:
        folder: one .npz a fit; None keeps nothing.
        fingerprint: of data, metric and seed: results of another problem are never mixed in.
    """

    folder: Path | None
    fingerprint: str

    def recall(self, task: FitTask) -> Fitted | None:
        """The result of the same task, finished before; None when there is now time for a better one."""
        path = self._path(task)
        if path is None or not path.is_file() or (task.save is not None and not any(task.save.iterdir())):
            return None
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                facts = json.loads(str(file["facts"]))
                given, cost = facts.pop("seconds"), facts.pop("cost", None)
                fitted = Fitted(file["predictions"], **facts, cost=None if cost is None else build(ModelCost, cost))
        except UNREADABLE:
            return None
        return None if fitted.could_take_longer and _more(task.limits.seconds, given) else fitted

    def remember(self, task: FitTask, fitted: Fitted) -> None:
        """Keep a result; written beside its place and renamed, so that a half-written one is never read."""
        path = self._path(task)
        if path is None:
            return
        facts = {name: plain(getattr(fitted, name)) for name in FACTS}
        part = path.with_suffix(".part.npz")
        text = json.dumps({**facts, "seconds": task.limits.seconds})
        np.savez(part, predictions=fitted.predictions, facts=np.asarray(text))
        part.replace(path)

    def model_folder(self, task: FitTask) -> Path | None:
        """An existing folder for the model of this task; None when nothing is kept."""
        path = self._path(task)
        if path is None:
            return None
        folder = path.with_suffix("")
        folder.mkdir(exist_ok=True)
        return folder

    def _path(self, task: FitTask) -> Path | None:
        if self.folder is None:
            return None
        rows = (len(task.train), task.train, task.predict)  # the number says where the rows to predict begin
        key = digest(self.fingerprint, task.family, plain(task.params), *rows, task.limits.full)
        return self.folder / f"{task.family}-{key}.npz"


def _more(now: float | None, then: float | None) -> bool:
    """True when the limit of now is much later than that of then."""
    return then is not None and (now is None or now > LONGER * then)


def fingerprint(dataset: Dataset, metric: str) -> str:
    """A digest of the problem, the target, the weights and the inputs; of images only which they are."""
    return digest(metric, plain(dataset.problem), dataset.y, dataset.weight, _content(dataset.inputs))


def data_digest(dataset: Dataset, files: Iterable[Path]) -> str:
    """A digest of the rows alone, whatever is made of them.

    Args:
        files: what the rows name: told apart by name, size and time of change.
    """
    stamps = [(str(file), found.st_size, found.st_mtime_ns) for file in files if (found := _stat(file)) is not None]
    parts = (dataset.y, dataset.weight, dataset.groups, dataset.order, _content(dataset.inputs))
    return digest(*parts, stamps)


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except (OSError, ValueError):  # a cell that names no file
        return None


def _content(inputs: Any) -> Any:
    """A hash of every row of a frame; for images, which rows they are."""
    import pandas as pd

    if isinstance(inputs, pd.DataFrame):
        return pd.util.hash_pandas_object(inputs, index=False).to_numpy()
    return inputs.rows


def digest(*values: Any) -> str:
    """A short hash of arrays and plain values."""
    state = hashlib.sha256()
    for value in values:
        state.update(value.tobytes() if isinstance(value, np.ndarray) else json.dumps(value, sort_keys=True).encode())
    return state.hexdigest()[:16]
