"""What is predicted: the task found from the target's cells, and the target as codes or numbers."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.data.cells import arrow_text, guess_number_format, is_marker, parse_numbers
from automl.data.table_target import target_text
from automl.errors import DataError, UsageError
from automl.profile.describe import sort_labels
from automl.types import Choice, Task

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]

FEW_CODES = 10
"""Distinct whole numbers up to which a target is taken as classes, whatever their spacing."""
MANY_CODES = 20
"""The same for codes that lie close together: they span less than twice their number."""
ROWS_PER_CODE = 3
"""Rows a distinct number needs for numbers to be classes."""
NAMES_SHARE = 0.5
"""Distinct labels a row above which a text target names rows."""
SKEWED, HEAVY = 1.0, 3.0
"""Skewness, and kurtosis in excess of the normal one, beyond which a target has a long tail; an exponential one has 2
and 6, one of errors that fall off exponentially on both sides 0 and 3."""
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
_POINTED = re.compile(r"\d\.|\.\d|\de[+-]?\d", re.IGNORECASE)


@dataclass(frozen=True)
class Cells:
    """The target's cells.

    Attributes:
        texts: distinct cells exactly as they read, missing ones left out.
        codes: (n,) positions in `texts`, -1 = missing.
        counts: (texts,) rows of each.
    """

    texts: pa.Array
    codes: Array
    counts: Array

    @property
    def rows(self) -> int:
        """Rows with a target."""
        return int(self.counts.sum())

    def numbers(self) -> Array | None:
        """(texts,) values, or None when some cell is not a number."""
        name = number_format(self.texts, self.counts)
        return None if name is None else parse_numbers(self.texts, name)[0]

    def named(self) -> dict[str, int]:
        """Label -> rows, in the order of the labels."""
        counts = dict(zip(self.texts.to_pylist(), self.counts.tolist(), strict=True))
        return {label: counts[label] for label in sort_labels(list(counts))}


def number_format(texts: pa.Array, counts: Array) -> str | None:
    """The format in which all texts are numbers, None when there is none; codes with leading zeros count as plain."""
    plain = parse_numbers(texts, "")[0]
    return "" if not np.isnan(plain).any() else guess_number_format(texts, counts)


def cells(values: pd.Series) -> Cells:
    """The cells of a target column (a column not held as text yet is turned into it)."""
    encoded = arrow_text(target_text(values)).dictionary_encode()
    texts, codes = encoded.dictionary, encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    hidden = is_marker(pc.utf8_trim_whitespace(texts))
    if hidden.any():
        codes = np.append(np.where(hidden, -1, np.cumsum(~hidden) - 1), -1)[codes]
        texts = texts.filter(pa.array(~hidden))
    return Cells(texts, codes, np.bincount(codes + 1, minlength=len(texts) + 1)[1:])


def detect_task(values: pd.Series | Cells, name: str, override: str | None = None) -> Choice[Task]:
    """The task, with the reason and the flag that changes it.

    The rules, in this order: two values are binary. Text labels are classes. Numbers written with a decimal point are
    regression. Whole numbers are classes when there are at most 10 different ones (ratings), or at most 20 that lie
    close together (codes), each in three rows on average; else regression. Values with one row only do not count.

    Args:
        values: the target as text, exactly as in the data, or its cells.
        name: the target column.
        override: the user's task.

    Raises:
        DataError: nothing to predict (all missing, one class), names instead of classes, infinite values, or cells
            that contradict the user's task.
        UsageError: unknown task.
    """
    target = values if isinstance(values, Cells) else cells(values)
    where = f"column {name!r}"
    if override is not None and override not in TASKS:
        raise UsageError.unknown("task", override, TASKS, where="--task")
    if target.rows == 0:
        raise DataError("The target has no value in any row.", where=where, hint="choose another one with --target COL")
    numbers = target.numbers()
    if numbers is not None and np.isinf(numbers).any():
        row = int(np.flatnonzero(np.isin(target.codes, np.flatnonzero(np.isinf(numbers))))[0])
        raise DataError("The target has infinite values.", where=f"{where}, row {row + 1}", hint="remove those rows")
    if len(target.texts) == 1:
        label = target.texts[0].as_py()
        raise DataError(
            "The target has only one value, so there is nothing to predict.",
            where=f"{where}: {label!r} in all {target.rows:,} rows",
            hint="choose another one with --target COL",
        )
    if override is not None:
        return _overridden(target, numbers, override, where)
    return _text(target, where) if numbers is None else _numeric(target, numbers, where)


def _overridden(target: Cells, numbers: Array | None, task: str, where: str) -> Choice[Task]:
    found = len(target.texts)
    evidence = {"distinct": found, "rows": target.rows}
    if task == "regression":
        if numbers is None:
            raise DataError("Regression needs a target of numbers.", where=f"{where}: {_not_numbers(target)}",
                            hint="--task multiclass, or correct those cells")  # fmt: skip
        return Choice("regression", "as given", evidence, "--task")
    _check_classes(target, where)
    if task == "binary":
        if found != 2:
            some = ", ".join(repr(text) for text in target.texts[:5].to_pylist())
            raise DataError(f"A binary target has two values, this one has {found:,}.", where=f"{where}: {some}, ...",
                            hint="--task multiclass, or --task regression for quantities")  # fmt: skip
        return Choice("binary", "as given", evidence, "--task")
    if int((target.counts > 1).sum()) == 2:
        return Choice("binary", "two classes with two rows or more: multiclass begins with three", evidence, "--task")
    return Choice("multiclass", "as given", evidence, "--task")


def _text(target: Cells, where: str) -> Choice[Task]:
    found = len(target.texts)
    parsed = parse_numbers(target.texts, "")[0]
    numeric = target.counts[np.isfinite(parsed)].sum()
    if numeric >= 0.9 * target.rows and np.isfinite(parsed).sum() > MANY_CODES:
        raise DataError(
            f"The target is numbers but for {target.rows - numeric:,} of {target.rows:,} cells.",
            where=f"{where}: {_not_numbers(target)}",
            hint="correct or empty those cells, or --task multiclass to take all values as classes",
        )
    _check_classes(target, where)
    large = int((target.counts > 1).sum())
    evidence = {"distinct": found, "rows": target.rows}
    if large == 2:
        return Choice("binary", "two labels", evidence, "--task")
    alone = f", {found - large:,} of them in a single row" if large < found else ""
    return Choice("multiclass", f"{found:,} text labels{alone}", evidence, "--task")


def _numeric(target: Cells, numbers: Array, where: str) -> Choice[Task]:
    values = np.unique(numbers)
    found, span = len(values), float(values.max() - values.min()) + 1
    evidence = {"distinct": found, "rows": target.rows, "min": float(values.min()), "max": float(values.max())}
    if len(target.texts) == 2:
        _check_classes(target, where)
        return Choice("binary", f"two values, {' and '.join(sort_labels(target.texts.to_pylist()))}", evidence,
                      "--task regression")  # fmt: skip
    if any(_POINTED.search(text) for text in target.texts[:1000].to_pylist()):
        reason = f"{found:,} distinct numbers written with a decimal point: a quantity"
        return Choice("regression", reason, evidence, "--task multiclass")
    few = found <= FEW_CODES or (found <= MANY_CODES and span < 2 * found)
    large = int((target.counts > 1).sum())
    usable = large >= 2 and found * ROWS_PER_CODE <= target.rows
    if few and usable and (values == np.floor(values)).all():
        reason = f"{found} different whole numbers from {values.min():g} to {values.max():g}, taken as classes"
        return Choice("multiclass" if large > 2 else "binary", reason, evidence, "--task regression")
    return Choice("regression", f"{found:,} distinct numbers", evidence, "--task multiclass")


def _check_classes(target: Cells, where: str) -> None:
    found = len(target.texts)
    large = int((target.counts > 1).sum())
    if found > max(2, NAMES_SHARE * target.rows):
        raise DataError(
            f"The target has {found:,} different values in {target.rows:,} rows: names, not classes.",
            where=where,
            hint="choose a target with repeated labels with --target COL",
        )
    if large < 2:
        raise DataError(
            "Fewer than two classes have two rows or more, so nothing can be learnt and tested.",
            where=f"{where}: {', '.join(f'{label!r} {count}' for label, count in list(target.named().items())[:5])}",
            hint="add rows of the rare classes, or choose another one with --target COL",
        )


def _not_numbers(target: Cells) -> str:
    """The first cells that are not numbers, with their rows (from 1)."""
    odd = np.flatnonzero(np.isnan(parse_numbers(target.texts, "")[0]))
    first = [(int(np.argmax(target.codes == code)) + 1, target.texts[int(code)].as_py()) for code in odd[:3]]
    return ", ".join(f"row {row} {text!r}" for row, text in sorted(first))


def encode_target(values: pd.Series | Cells, task: Task) -> tuple[Array, tuple[str, ...], Array]:
    """The target as models take it.

    Rows without a target, and rows of classes with a single row (which can be in training or in validation, never in
    both), are left out.

    Returns:
        y: (kept rows,) int64 codes into the classes, or float64 values.
        classes: labels exactly as the cells read, in order (by value when all are numbers, else as text); () for
            regression.
        keep: (n,) True for the rows kept.
    """
    target = values if isinstance(values, Cells) else cells(values)
    if task == "regression":
        name = number_format(target.texts, target.counts)
        values_of = parse_numbers(target.texts, name or "")[0]
        y = np.append(values_of, np.nan)[target.codes]
        keep = np.isfinite(y)
        return y[keep], (), keep
    texts = target.texts.to_pylist()
    classes = sort_labels([text for text, count in zip(texts, target.counts, strict=True) if count > 1])
    position = {label: code for code, label in enumerate(classes)}
    table = np.array([*(position.get(text, -1) for text in texts), -1], dtype=np.int64)
    codes = table[target.codes]
    return codes[codes >= 0], classes, codes >= 0


def positive_last(classes: dict[str, int], task: Task, positive: str | None) -> dict[str, int]:
    """Label -> rows in the order of class codes: sorted, but the positive one of two last where it is named.

    Raises:
        UsageError: a label that the target does not have, or a task that is not binary.
    """
    if positive is None:
        return classes
    where = f"--positive {positive}"
    if task != "binary":
        what = f"Only one of two classes can be the positive one, and this task is {task}."
        raise UsageError(what, where=where, hint="leave it out")
    if positive not in classes:
        known = " or ".join(f"--positive {shlex.quote(label)}" for label in classes)
        raise UsageError(f"The target has no label {positive!r}.", where=where, hint=known)
    return dict(sorted(classes.items(), key=lambda item: item[0] == positive))


def is_skewed(y: Array) -> bool:
    """True for values with a long tail on either side, or on both: their skewness or their excess kurtosis is large.

    Args:
        y: (n,) finite regression targets.
    """
    if len(y) < 3 or y.min() == y.max():
        return False
    scaled = y / np.abs(y).max()
    return abs(_moment(scaled, 3)) > SKEWED or _moment(scaled, 4) - 3 > HEAVY


def suits_log(y: Array) -> bool:
    """True for values of zero and more whose skewness is large, and shrinks when their logarithm is taken.

    Args:
        y: (n,) finite regression targets.
    """
    if len(y) < 3 or y.min() < 0 or y.min() == y.max():
        return False
    plain = _moment(y / y.max(), 3)
    return plain > SKEWED and abs(_moment(np.log1p(y / np.median(y[y > 0])), 3)) < plain


def _moment(values: Array, order: int) -> float:
    """The standardised moment of an order; 0 for numbers whose deviation is."""
    return float((((values - values.mean()) / (values.std() or 1.0)) ** order).mean())
