"""A column that was read as numbers, dates or truth values, described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.cells import labels as as_labels
from automl.data.cells import number_label
from automl.data.dates import seconds
from automl.profile.kinds import Guess, guess_number, is_rising
from automl.profile.stats import count_distinct, date_stats, number_stats, sample_positions, sentinels, top_labels
from automl.types import Column

if TYPE_CHECKING:
    import pandas as pd

    from automl.types import Kind, Role

Array = np.ndarray[Any, Any]

Labels = tuple[list[str], Array]
"""Distinct labels and the cells of each."""
MOST_LEVELS = 10_000


def role_of(kind: Kind) -> Role:
    """The role a kind has unless the user says otherwise."""
    return "dropped" if kind in ("id", "constant") else "feature"


def sampled(values: Array) -> tuple[Array, dict[str, Any]]:
    """An evenly spread sample and the note of it for the statistics, {} when all values are in it."""
    positions = sample_positions(len(values))
    return (values, {}) if positions is None else (values[positions], {"sampled": len(positions)})


def nothing(name: str, rows: int, markers: dict[str, int] | None = None) -> Column:
    """A column without any value."""
    return Column(name, "constant", "dropped", "no cell has a value", missing=rows, distinct=0, markers=markers or {})


def presence(name: str, label: str, cells: int, rows: int) -> Column:
    """A column with one value: constant, or a label whose presence is the information where other cells are missing."""
    stats: dict[str, Any] = {"top": [[label, cells]]}
    if cells == rows:
        return Column(name, "constant", "dropped", f"every cell is {label!r}", 0, 1, stats, levels=(label,))
    reason = f"{label!r} in {cells:,} of {rows:,} cells, else missing: whether it is there may tell something"
    return Column(name, "category", "feature", reason, rows - cells, 1, stats, levels=(label,))


def describe_numbers(series: pd.Series, name: str, *, allow_id: bool) -> Column:
    """A column of numbers; infinite values are left out of its statistics."""
    cells = series.to_numpy()
    values = cells.astype(np.float64)
    missing = int(np.isnan(values).sum())
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return nothing(name, len(values))
    told = finite if cells.dtype.kind == "f" else cells  # as floats, large whole numbers may be one
    if told.min() == told.max():
        column = presence(name, number_label(finite[0]), len(finite), len(values))
        extremes = {"min": float(finite[0]), "max": float(finite[0])} if column.kind == "constant" else {}
        column.stats.update(extremes)
        return column
    sample, note = sampled(told)
    guess = guess_number(sample, count_distinct(np.sort(sample)), name, allow_id=allow_id)
    if note and guess.kind in ("id", "boolean"):  # what a sample suggests, all cells must confirm
        distinct = len(told) if is_rising(told) else count_distinct(np.sort(told))
        guess = guess_number(told, distinct, name, allow_id=allow_id)
    if guess.kind in ("boolean", "category"):
        names, codes = as_labels(series)
        return labelled(name, guess, (names, np.bincount(codes[codes >= 0], minlength=len(names))), missing)
    return number_column(name, guess, finite, missing)


def number_column(
    name: str, guess: Guess, finite: Array, missing: int, markers: dict[str, int] | None = None
) -> Column:
    """A number (or a numeric id) with its statistics."""
    sample, note = sampled(finite)
    ordered = np.sort(sample)
    codes = sentinels(sample) if guess.kind == "number" else {}
    return Column(
        name,
        guess.kind,
        role_of(guess.kind),
        guess.reason,
        missing,
        count_distinct(ordered),
        stats={**number_stats(ordered), **note},
        markers=markers or {},
        sentinels={code: int((finite == float(code)).sum()) for code in codes},
        number_format=guess.number_format,
    )


def labelled(name: str, guess: Guess, labels: Labels, missing: int, markers: dict[str, int] | None = None) -> Column:
    """A category, boolean or id from its distinct labels and their counts."""
    names, counts = labels
    used = [place for place in np.argsort(-counts, kind="stable").tolist() if counts[place]]
    levels = sort_labels([names[place] for place in used[:MOST_LEVELS]])
    return Column(
        name,
        guess.kind,
        role_of(guess.kind),
        guess.reason,
        missing,
        len(used),
        stats={"top": top_labels(names, counts)} if guess.kind != "id" else {},
        levels=levels if guess.kind != "id" else (),
        markers=markers or {},
    )


def sort_labels(names: list[str]) -> tuple[str, ...]:
    """Labels in order: by value when all are numbers, else as text."""
    try:
        return tuple(sorted(names, key=lambda name: (float(name), name)))
    except ValueError:
        return tuple(sorted(names))


def describe_truths(series: pd.Series, name: str) -> Column:
    """A column of True and False without missing cells."""
    true = int(series.to_numpy().sum())
    counts = np.array([len(series) - true, true])
    if not counts.all():
        return presence(name, str(bool(true)), len(series), len(series))
    return labelled(name, Guess("boolean", "true or false"), (["False", "True"], counts), 0)


def describe_dates(series: pd.Series, name: str, *, reason: str = "read as dates") -> Column:
    """A column of dates."""
    values = seconds(series.to_numpy())
    return date_column(name, Guess("date", reason), values, int(np.isnan(values).sum()))


def date_column(name: str, guess: Guess, values: Array, missing: int, markers: dict[str, int] | None = None) -> Column:
    """A date from its seconds since 1970 (NaN = missing)."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return nothing(name, len(values), markers)
    if known.min() == known.max():
        return presence(name, date_stats(known[:1])["min"], len(known), len(known) + missing)
    sample, note = sampled(known)
    stats = {**date_stats(known), **note}
    return Column(
        name,
        "date",
        "feature",
        guess.reason,
        missing,
        len(np.unique(sample)),
        stats=stats,
        markers=markers or {},
        date_format=guess.date_format,
    )
