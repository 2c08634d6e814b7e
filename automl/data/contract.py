"""What models are fed, and what predict may receive: a frame of any origin to typed columns, odd cells counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.data.cells import arrow_text, canonical, is_marker, is_text, labels, numbers, simplify
from automl.data.dates import dates
from automl.errors import ColumnMissing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.types import Column

Array = np.ndarray[Any, Any]

EXAMPLES = 5
_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off"})


@dataclass(frozen=True)
class Typed:
    """Rows as every encoder expects them.

    Attributes:
        frame: one column per feature, in the order of the profile. Numbers float64 (NaN = missing, never infinite);
            booleans float64 0/1 (position in the column's levels); categories int32 positions in the column's levels,
            -1 = missing or never seen; dates float64 seconds since 1970; text `str`, '' = missing; images an
            `ImageArray`.
        problems: column -> {'unseen': labels never seen in training, 'wrong_type': cells that cannot be read as the
            column's kind, 'unseen_examples': at most five}; only columns that have some.
        extra: columns of the input that are not used.
        odd: column -> (n,) bool: the cells that `problems` counts, which have become missing.
    """

    frame: pd.DataFrame
    problems: dict[str, dict[str, Any]] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    odd: dict[str, Array] = field(default_factory=dict)


def typed(frame: pd.DataFrame, columns: Sequence[Column]) -> Typed:
    """The feature columns of a frame in the types that models are fed; odd cells become missing and are counted.

    Args:
        frame: rows as read; may hold further columns. Images are decoded already.
        columns: the feature columns of the profile.

    Raises:
        ColumnMissing: columns that are not in the frame, all of them named.
    """
    names = [column.name for column in columns]
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    there = set(frame.columns)
    if missing := [name for name in names if name not in there]:
        raise ColumnMissing.from_names(missing, frame.columns)
    problems: dict[str, dict[str, Any]] = {}
    odd: dict[str, Array] = {}
    data: dict[str, Any] = {}
    for column in columns:
        if column.kind == "image":
            data[column.name] = frame[column.name].array
            continue
        cells = simplify(frame[column.name])
        if column.kind not in _READERS:
            data[column.name] = _text(cells)
            continue
        data[column.name], wrong, problem = _READERS[column.kind](cells, column)
        if problem:
            problems[column.name], odd[column.name] = problem, wrong
    used = set(names)
    extra = tuple(name for name in frame.columns if name not in used)
    return Typed(pd.DataFrame(data, index=pd.RangeIndex(len(frame)), copy=False), problems, extra, odd)


Read = tuple[Array, Array, dict[str, Any]]
"""Typed cells, (n,) bool: those that do not fit, and what is told of them, {} without any."""


def _number(series: pd.Series, column: Column) -> Read:
    values, wrong = numbers(series, column.number_format)
    infinite = np.isinf(values)
    return np.where(infinite, np.nan, values) if infinite.any() else values, wrong, _wrong(wrong)


def _date(series: pd.Series, column: Column) -> Read:
    values, wrong = dates(series, column.date_format)
    return values, wrong, _wrong(wrong)


def _wrong(wrong: Array) -> dict[str, Any]:
    count = int(wrong.sum())
    return {"unseen": 0, "wrong_type": count, "unseen_examples": []} if count else {}


def _category(series: pd.Series, column: Column) -> Read:
    names, codes = labels(series)
    positions = level_positions(names, column.levels)
    return _place(names, codes, positions)


def _boolean(series: pd.Series, column: Column) -> Read:
    names, codes = labels(series)
    positions = level_positions([name.casefold() for name in names], [level.casefold() for level in column.levels])
    truth = {_truth(level): place for place, level in enumerate(column.levels)}
    for place in np.flatnonzero(positions < 0).tolist():
        word = _truth(names[place])
        positions[place] = -1 if word is None else truth.get(word, -1)
    placed, unseen, problem = _place(names, codes, positions)
    return np.where(placed < 0, np.nan, placed.astype(np.float64)), unseen, problem


def _truth(label: str) -> bool | None:
    word = canonical(label).casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def level_positions(names: Sequence[str], levels: Sequence[str]) -> Array:
    """(names,) int32 position of each name in the levels, -1 when it is not there.

    A number matches its level in whatever form it was read ('1', '1.0', '01'), where only one level has that value.
    """
    positions: Array = pd.Index(levels, dtype="object").get_indexer(pd.Index(names, dtype="object")).astype(np.int32)
    if (positions >= 0).all():
        return positions
    by_value: dict[str, int] = {}
    for code, level in enumerate(levels):
        by_value[canonical(level)] = -1 if canonical(level) in by_value else code
    for place in np.flatnonzero(positions < 0).tolist():
        positions[place] = by_value.get(canonical(names[place]), -1)
    return positions


def _place(names: Sequence[str], codes: Array, positions: Array) -> Read:
    placed: Array = np.append(positions, np.int32(-1))[codes]
    unseen = (placed < 0) & (codes >= 0)
    count = int(unseen.sum())
    if not count:
        return placed, unseen, {}
    order = dict.fromkeys(codes[unseen][: 1000 * EXAMPLES].tolist())
    examples = list(dict.fromkeys(names[code] for code in order))[:EXAMPLES]
    return placed, unseen, {"unseen": count, "wrong_type": 0, "unseen_examples": examples}


def _text(series: pd.Series) -> Any:
    if not is_text(series):
        names, codes = labels(series)
        return pd.array(np.append(np.array(names, dtype="object"), "")[codes], dtype="str")
    marker = is_marker(arrow_text(series).fill_null(""))
    texts = series.reset_index(drop=True)
    return texts.mask(marker, "").array if marker.any() else texts.array


_READERS: dict[str, Any] = {"number": _number, "date": _date, "category": _category, "boolean": _boolean}
