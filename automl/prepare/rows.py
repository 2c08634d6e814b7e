"""The structure of rows as declared: weights, groups, order in time, train and test parts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl.errors import DataError, UsageError
from automl.types import Column

if TYPE_CHECKING:
    import pandas as pd

    from automl.data.dataset import Array
    from automl.data.source import Source
    from automl.types import Profile


def weights(frame: pd.DataFrame, name: str | None, rows: Array) -> Array | None:
    """(n,) weights of the rows, 1 on average; None where no column is named.

    Raises:
        DataError: a weight that is missing or negative, or none above zero.
    """
    if name is None:
        return None
    import pandas as pd

    weights = pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64)[rows]
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        raise DataError(
            f"{bad.sum()} rows have no usable weight.",
            where=f"column {name!r}",
            hint="weights are numbers of zero or more",
        )
    if not weights.any():
        raise DataError("Every weight is zero.", where=f"column {name!r}", hint="weights are relative: 1, 2, ...")
    scaled: Array = weights / weights.mean()
    return scaled


def groups(frame: pd.DataFrame, name: str | None, rows: Array) -> Array | None:
    """(n,) group codes of the rows from a column; rows without a group stand for themselves.

    Raises:
        DataError: there is but one group.
    """
    if name is None:
        return None
    import pandas as pd

    codes: Array = pd.factorize(frame[name])[0][rows].astype(np.int64)
    alone = codes < 0  # rows without a group stand for themselves
    codes[alone] = codes.max() + 1 + np.arange(alone.sum())
    return _several(codes, f"column {name!r}")


def order(frame: pd.DataFrame, found: Profile, name: str | None, rows: Array) -> Array | None:
    """(n,) times of the rows: seconds since 1970, or numbers.

    Raises:
        DataError: the column holds no times, or not for every row.
    """
    if name is None:
        return None
    from automl.data.contract import typed

    values: Array = typed(frame, [time_column(found, name)]).frame[name].to_numpy(np.float64)[rows]
    if np.isnan(values).any():
        raise DataError(
            f"{int(np.isnan(values).sum())} rows have no time.", where=f"column {name!r}", hint="fill or drop them"
        )
    return values


def time_column(found: Profile, name: str) -> Column:
    """The column of time as one of dates or of numbers.

    Raises:
        DataError: it holds neither.
    """
    column = next(column for column in found.columns if column.name == name)
    if column.kind not in ("date", "number", "id", "constant"):
        raise DataError(
            f"Column {name!r} holds no times.", where="--time-column", hint="dates, or numbers that grow with time"
        )
    return column if column.kind == "date" else Column(name, "number", "time", column.reason, 0, column.distinct)


def parts(frame: pd.DataFrame, name: str | None, rows: Array) -> Array | None:
    """(n,) 'train' or 'test' from a column.

    Raises:
        DataError: one of them is empty.
    """
    if name is None:
        return None
    parts = frame[name].astype("str").str.strip().str.lower().to_numpy(dtype=object)[rows]
    return _train_or_test(parts, f"column {name!r}")


def _train_or_test(parts: Array, where: str) -> Array:
    """'train' or 'test' a row; validation rows are the test part when there is no other."""
    names = np.asarray([str(p) for p in parts], dtype=object)
    test = np.isin(names, ["test", "testing"])
    if not test.any():
        test = np.isin(names, ["val", "valid", "validation"])
    if not test.any() or test.all():
        raise DataError(
            "The given split has no test rows, or nothing else.", where=where, hint="values: train and test"
        )
    return np.where(test, "test", "train")


def file_groups(paths: tuple[str, ...], pattern: str | None) -> Array | None:
    """(n,) group codes from the names of files.

    Raises:
        UsageError: not a regular expression, or one that does not fit every name, its first group included.
        DataError: there is but one group.
    """
    if pattern is None:
        return None
    try:
        search = re.compile(pattern.removeprefix("re:"))
    except re.error as error:
        raise UsageError(f"The group pattern is not a regular expression: {error}.", where="--group") from error
    found = [search.search(Path(path).name) for path in paths]
    names = [match and (match[1] if match.re.groups else match[0]) for match in found]
    missing = [path for path, name in zip(paths, names, strict=True) if name is None]
    if missing:
        raise UsageError(
            f"The group pattern does not match {len(missing)} file names.",
            where=f"--group, first {missing[0]!r}",
            hint="re:PATTERN is searched in the file name; its first group names the group",
        )
    codes: Array = np.unique(np.asarray(names, str), return_inverse=True)[1]
    return _several(codes, f"--group {pattern}")


def _several(groups: Array, where: str) -> Array:
    """The groups, if there are two or more."""
    if len(groups) and (groups == groups[0]).all():
        raise DataError(
            "All rows are in one group: none are left to be judged on.", where=where, hint="another --group, or none"
        )
    return groups


def file_parts(files: Source, rows: Array) -> Array | None:
    """(n,) 'train' or 'test' from the folders that files lie in; None where they name one part or none."""
    if files.parts is None or len(set(files.parts)) < 2:
        return None
    return _train_or_test(np.asarray([files.parts[i] for i in rows], dtype=object), files.source)
