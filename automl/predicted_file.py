"""The file that `automl predict --out` writes: its format by its ending, and never over anything but predictions."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from automl.errors import ExtraMissing, RunError, UsageError

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".csv.gz", ".parquet", ".xlsx")
AFTER = ("lower", "upper", "problem")
BEGINNINGS = ("probability_", "reason_")
"""Names, and how names begin, of the columns that may follow `prediction`."""
FIRST_LINE = 2**20
"""Bytes of a CSV file in which its header must end."""


def check(out: str, data: str) -> None:
    """Refuse, before anything is predicted, a name that cannot be written.

    Args:
        out: file to write.
        data: what is predicted.

    Raises:
        UsageError: an ending of no format that is written here.
        ExtraMissing: the format needs a package that is not installed.
        RunError: the file is the data itself.
    """
    path = Path(out)
    if _special(path):
        return
    if not path.name.lower().endswith(ENDINGS):
        hint = f"a name that ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        raise UsageError("The ending names no format that predictions are written in.", where=f"--out {out}", hint=hint)
    if path.suffix.lower() == ".xlsx":
        try:
            import openpyxl  # noqa: F401 (pandas writes workbooks through it)
        except ImportError as problem:
            raise ExtraMissing.for_extra("Writing .xlsx", "excel") from problem
    if path.exists() and Path(data).exists() and path.samefile(data):
        raise RunError("The output file is the data to predict.", where=out, hint="--out with a new name")


def write(frame: pd.DataFrame, out: str) -> None:
    """Write predictions; folders on the way are made.

    Raises:
        RunError: the file exists, and does not hold earlier predictions of this kind.
    """
    path = Path(out)
    if path.is_file() and path.stat().st_size and not _predictions(_header(path), list(frame.columns)):
        what = "The output file exists, and holds something else than earlier predictions."
        raise RunError(what, where=out, hint="--out with a new name")
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = path.suffix.lower()
    if kind == ".parquet" and not _special(path):
        frame.to_parquet(path, index=False)
    elif kind == ".xlsx" and not _special(path):
        frame.to_excel(path, index=False)
    else:
        as_csv(frame, path)


def as_csv(frame: pd.DataFrame, file: Path | TextIO) -> None:
    """Write predictions as CSV, figures in as few digits as single precision needs: models do not say more.

    What single precision holds only in part (below 1.2e-38) is zero, and what is beyond it stays as it is.
    """
    figures = {name: _single(frame[name]) for name in frame.columns if frame[name].dtype == np.float64}
    frame.assign(**figures).to_csv(file, index=False)


def _single(column: pd.Series[Any]) -> pd.Series[Any]:
    sizes, limits = column.abs(), np.finfo(np.float32)
    if ((sizes > limits.max) & np.isfinite(sizes)).any():
        return column
    return column.mask(sizes < limits.tiny, 0.0).astype(np.float32)


def _special(path: Path) -> bool:
    """Whether it is a pipe or a device, such as /dev/stdout, which has no ending and cannot be lost."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _predictions(header: list[str], columns: list[str]) -> bool:
    """Whether a file with this header holds predictions such as these: with or without reasons, of any labels."""
    before = columns.index("prediction")
    if header[: before + 1] != columns[: before + 1]:
        return False
    return all(name in AFTER or name.startswith(BEGINNINGS) for name in header[before + 1 :])


def _header(path: Path) -> list[str]:
    """The names of a file's columns; none where it is not what its ending says."""
    kind = path.suffix.lower()
    try:
        if kind == ".parquet":
            import pyarrow.parquet as pq

            return [str(name) for name in pq.read_schema(path).names]
        if kind == ".xlsx":
            import pandas as pd

            return [str(name) for name in pd.read_excel(path, nrows=0).columns]
        with gzip.open(path, "rb") if kind == ".gz" else path.open("rb") as file:
            return next(csv.reader([file.readline(FIRST_LINE).decode()]), [])
    except Exception:  # noqa: BLE001 - whatever a reader says of a file that is something else: it is not ours
        return []
