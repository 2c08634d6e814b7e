"""A column that was read as text, described: labels, free text, an id, or numbers, dates and truths written as text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.data.cells import MARKERS, NUMBER_MARKERS, arrow_text, distinct, is_marker, parse_numbers
from automl.data.dates import dates
from automl.profile.describe import date_column, labelled, nothing, number_column, presence
from automl.profile.kinds import Guess, guess_text, mean_words, weighted_mean
from automl.profile.stats import SAMPLE, sample_positions
from automl.types import Column

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class _Cells:
    """Distinct texts of some cells.

    Attributes:
        texts: distinct, trimmed, markers among them.
        codes: (cells,) positions in `texts`.
        counts: (texts,) cells of each.
        marker: (texts,) True where a text means 'no value'.
    """

    texts: pa.Array
    codes: Array
    counts: Array
    marker: Array

    @classmethod
    def of(cls, cells: pa.Array) -> _Cells:
        texts, codes = distinct(cells)
        return cls(texts, codes, np.bincount(codes, minlength=len(texts)), is_marker(texts))

    def with_markers(self, markers: frozenset[str]) -> _Cells:
        return replace(self, marker=is_marker(self.texts, markers))

    def markers(self) -> dict[str, int]:
        names = self.texts.filter(pa.array(self.marker)).to_pylist()
        return {name or " ": int(count) for name, count in zip(names, self.counts[self.marker], strict=True)}

    def real(self) -> tuple[pa.Array, Array, Array]:
        """Texts without markers, their counts, and the positions in them of the cells that have one."""
        place = np.cumsum(~self.marker) - 1
        order = place[self.codes[~self.marker[self.codes]]]
        return self.texts.filter(pa.array(~self.marker)), self.counts[~self.marker], order


def describe_text(series: pd.Series, name: str, *, allow_id: bool) -> Column:
    """A simplified text column as profiled."""
    rows = len(series)
    cells = arrow_text(series).drop_null()
    positions = sample_positions(len(cells))
    sample = _Cells.of(cells if positions is None else cells.take(pa.array(positions)))
    texts, counts, order = sample.real()
    if len(texts) == 0 and positions is not None:
        sample, positions = _Cells.of(cells), None
        texts, counts, order = sample.real()
    if len(texts) == 0:
        return nothing(name, rows, sample.markers())
    guess = guess_text(texts, counts, name, order, allow_id=allow_id)
    if guess.kind == "text":
        return _free_text(series, name, guess, (texts, counts))
    return _from_all(series, name, guess, sample if positions is None else _Cells.of(cells), allow_id=allow_id)


def _free_text(series: pd.Series, name: str, guess: Guess, sample: tuple[pa.Array, Array]) -> Column:
    texts, counts = sample
    rows, cells = len(series), arrow_text(series).drop_null()
    note = {"sampled": SAMPLE} if len(cells) > SAMPLE else {}
    # Markers as they are usually written: trimming a million texts to find more would cost a second.
    written = {form for marker in MARKERS for form in (marker, marker.upper(), marker.capitalize())} | {" ", "NaN"}
    hidden = pc.filter(cells, pc.is_in(cells, value_set=pa.array(sorted(written), pa.large_string())))
    markers = {item["values"] or " ": item["counts"] for item in pc.value_counts(hidden).to_pylist()}
    characters = weighted_mean(pc.utf8_length(texts).to_numpy(), counts)
    stats = {"mean_words": mean_words(texts, counts), "mean_characters": characters, **note}
    missing = rows - len(cells) + len(hidden)
    return Column(name, "text", "feature", guess.reason, missing, len(texts), stats=stats, markers=markers)


def _from_all(series: pd.Series, name: str, guess: Guess, cells: _Cells, *, allow_id: bool) -> Column:
    """The column from all its cells, after a sample suggested the kind."""
    rows = len(series)
    if guess.parsed or guess.kind == "date":
        cells = cells.with_markers(NUMBER_MARKERS)
    texts, counts, order = cells.real()
    missing = rows - len(order)
    if guess.kind in ("id", "boolean") or (guess.kind == "category" and not guess.parsed):
        guess = guess_text(texts, counts, name, order, allow_id=allow_id)
    if len(texts) == 1:
        return replace(presence(name, texts[0].as_py(), len(order), rows), markers=cells.markers())
    if guess.kind == "date":
        values, odd = dates(series, guess.date_format)
        return _odd(date_column(name, guess, values, missing + int(odd.sum()), cells.markers()), int(odd.sum()))
    if guess.kind in ("number", "id") and guess.parsed:
        values = parse_numbers(texts, guess.number_format)[0][order]
        finite = values[np.isfinite(values)]
        odd_cells = int(np.isnan(values).sum())
        return _odd(number_column(name, guess, finite, missing + odd_cells, cells.markers()), odd_cells)
    found = (texts.to_pylist(), counts)
    return labelled(name, guess, _spellings(*found) if guess.kind == "boolean" else found, missing, cells.markers())


def _spellings(names: list[str], counts: Array) -> tuple[list[str], Array]:
    """Spellings of the same word ('yes', 'Yes') merged under the most frequent one."""
    best: dict[str, str] = {}
    totals: dict[str, int] = {}
    for place in np.argsort(-counts, kind="stable").tolist():
        word = names[place].casefold()
        best.setdefault(word, names[place])
        totals[word] = totals.get(word, 0) + int(counts[place])
    return list(best.values()), np.array(list(totals.values()))


def _odd(column: Column, cells: int) -> Column:
    return replace(column, stats={**column.stats, "unreadable": cells}) if cells else column
