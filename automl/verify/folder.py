"""The files of a run folder, read with nothing but JSON, CSV and parquet readers."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import jsonio
from automl.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from automl.data.dataset import Array

ALWAYS = ("decision.json", "oof.parquet")
FINISHED = ("report.json", "predictions.csv", "leaderboard.csv")
REST = ("report.html", "profile.json", "plan.toml", "events.jsonl", "model/manifest.json", "model/contract.json")
PREFIX = "probability_"
TOLERANCE = 1e-6
AGAIN = "restore the file, or fit again"

Split = tuple[int, int]
"""(repeat, fold)."""


@dataclass(frozen=True)
class Check:
    """One figure or fact of the run folder, as stated there and as derived from the stored predictions."""

    name: str
    stated: Any
    derived: Any
    ok: bool


def figure(name: str, stated: Any, derived: Any, tolerance: float = TOLERANCE) -> Check:
    """Check of a number: equal within a relative tolerance, or absent (null, NaN) on both sides."""
    a, b = number(stated), number(derived)
    if math.isnan(a) or math.isnan(b):
        return Check(name, stated, derived, math.isnan(a) and math.isnan(b))
    return Check(name, stated, derived, abs(a - b) <= tolerance * max(abs(a), abs(b)) + 1e-9)


def close(name: str, stated: Any, derived: float, tolerance: float) -> Check:
    """Check of a probability: equal within an absolute tolerance."""
    return Check(name, stated, derived, abs(number(stated) - derived) <= tolerance)


def number(value: Any) -> float:
    """The value as a number; NaN for null and blanks."""
    return math.nan if value is None or value == "" else float(value)


@dataclass(frozen=True)
class Rows:
    """Targets and predictions.

    Attributes:
        y: (n,) class codes or values.
        p: (n, classes) probabilities or (n, 1) values.
        w: (n,) row weights, ones when none are stored.
    """

    y: Array
    p: Array
    w: Array


@dataclass(frozen=True)
class Folder:
    """A run folder.

    Attributes:
        path: the folder.
        decision: decision.json.
        report: report.json; None for a folder of `automl decide`, whose report holds nothing but the decision.
        board: rows of leaderboard.csv.
    """

    path: Path
    decision: dict[str, Any]
    report: dict[str, Any] | None = None
    board: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Folder:
        """The folder's documents.

        Raises:
            RunError: files are missing or cannot be read.
        """
        undecided = not any((path / name).exists() for name in ("predictions.csv", "leaderboard.csv", "model"))
        wanted = ALWAYS if undecided else ALWAYS + FINISHED
        missing = [name for name in wanted if not (path / name).is_file()]
        if missing:
            hint = "give the folder that automl fit or automl decide wrote"
            raise RunError(f"The run folder is incomplete: no {', '.join(missing)}.", where=str(path), hint=hint)
        decision = jsonio.read(path / "decision.json")
        if undecided:
            return cls(path, decision)
        with (path / "leaderboard.csv").open(newline="", encoding="utf-8") as file:
            board = list(csv.DictReader(file))
        return cls(path, decision, jsonio.read(path / "report.json"), board)

    @cached_property
    def oof(self) -> pd.DataFrame:
        """oof.parquet."""
        import pandas as pd

        try:
            frame = pd.read_parquet(self.path / "oof.parquet")
        except (OSError, ValueError) as error:
            raise RunError(f"Cannot read oof.parquet: {error}", where=str(self.path), hint=AGAIN) from error
        _need(frame, ("candidate", "repeat", "fold", "target"), self.path / "oof.parquet")
        return frame

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """predictions.csv, every cell as text: a label 'NA' or '007' is not a number."""
        import pandas as pd

        try:
            frame = pd.read_csv(self.path / "predictions.csv", dtype=str, keep_default_na=False)
        except (OSError, ValueError) as error:
            raise RunError(f"Cannot read predictions.csv: {error}", where=str(self.path), hint=AGAIN) from error
        _need(frame, ("target", "prediction"), self.path / "predictions.csv")
        return frame

    @cached_property
    def splits(self) -> dict[str, dict[Split, Rows]]:
        """Candidate -> split -> its judged rows, splits in order."""
        result: dict[str, dict[Split, Rows]] = {}
        for (name, repeat, fold), part in self.oof.groupby(["candidate", "repeat", "fold"], sort=True):
            result.setdefault(str(name), {})[int(repeat), int(fold)] = rows(part, self.path / "oof.parquet")
        return result


def labels(frame: pd.DataFrame) -> list[str]:
    """Class labels in the order of the probability columns; empty for regression."""
    return [name.removeprefix(PREFIX) for name in frame.columns if name.startswith(PREFIX)]


def rows(frame: pd.DataFrame, where: Path) -> Rows:
    """Targets and predictions of a frame with a column `target` and predictions.

    Raises:
        RunError: a target that no probability column is for.
    """
    weight = frame["weight"].to_numpy(dtype=float) if "weight" in frame else np.ones(len(frame))
    classes = labels(frame)
    if not classes:
        return Rows(frame["target"].to_numpy(dtype=float), frame[["prediction"]].to_numpy(dtype=float), weight)
    codes = {label: code for code, label in enumerate(classes)}
    targets = [str(target) for target in frame["target"]]
    strange = sorted(set(targets) - set(codes))
    if strange:
        what = f"Targets without a probability column: {', '.join(strange[:5])}."
        raise RunError(what, where=str(where), hint=AGAIN)
    y = np.array([codes[target] for target in targets], dtype=int)
    return Rows(y, frame[[PREFIX + label for label in classes]].to_numpy(dtype=float), weight)


def _need(frame: pd.DataFrame, names: tuple[str, ...], where: Path) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise RunError(f"Columns are missing: {', '.join(missing)}.", where=str(where), hint=AGAIN)
