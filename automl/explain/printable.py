"""What a printable model leaves in the run folder: scorecard.csv, model.sql, and a block of the report."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from automl import families
from automl.explain.scorecard import NotPrintable, Scorecard, Term, scorecard
from automl.explain.sql import to_sql, without_sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from automl.evaluate.shape import Shape
    from automl.explain.scorecard import Piece
    from automl.types import FamilyName, Problem

MOST_COLUMNS = 200
"""A card of more columns than this is no help to a reader."""
MOST_TERMS, MOST_ROWS, MOST_CARDS = 30, 40, 6
"""Terms of a card, rows of a term and cards that the report shows; scorecard.csv has all."""
HEAD = ("class", "column", "part", "kind", "low", "high", "level", "points", "origin", "slope", "square", "cube")


def write_printable(
    model_folder: Path, family: FamilyName, problem: Problem, run_folder: Path, shape: Shape | None = None
) -> dict[str, Any] | None:
    """The report's `scorecard` block of a saved model, with its files written; None when it cannot be printed.

    Printable are linear models and additive stumps on tables of `MOST_COLUMNS` columns at most. `model.sql` is left out
    when the model uses dates or texts, whose parts SQL cannot make. The card is the model itself; `shape`, what its
    outputs go through, is part of the SQL.
    """
    if family not in ("linear", "trees") or problem.modality != "table" or len(problem.columns) > MOST_COLUMNS:
        return None
    try:
        card = scorecard(families.load(family).load(model_folder, problem))
    except NotPrintable:
        return None
    files = ["scorecard.csv"]
    write_csv(card, run_folder / "scorecard.csv")
    parts = without_sql(card)
    if not parts:
        (run_folder / "model.sql").write_text(to_sql(card, shape=shape), encoding="utf-8")
        files.append("model.sql")
    return block(card, files, parts)


def write_csv(card: Scorecard, path: Path) -> None:
    """Every number of the card, one line an interval or level; points at t are points + slope t + square t^2 + ..."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for one in card.cards:
            writer.writerow([one.label, "", "", "intercept", "", "", "", repr(one.intercept), "", "", "", ""])
            for term in one.terms:
                writer.writerows([one.label, term.column, term.part, *line] for line in _lines(term))


def _lines(term: Term) -> Iterator[list[str]]:
    for piece in term.pieces:
        low, high = ("" if end is None else repr(end) for end in (piece.low, piece.high))
        first, *powers = map(repr, piece.powers)
        yield ["interval", low, high, "", first, repr(piece.origin), *powers]
    for level in term.levels:
        yield ["level", "", "", level.label, repr(level.points), "", "", "", ""]
    yield ["missing or unseen", "", "", "", repr(term.missing), "", "", "", ""]


def block(card: Scorecard, files: list[str], parts: tuple[str, ...]) -> dict[str, Any]:
    """What the report shows: the terms with the largest spread first."""
    return {
        "link": card.link,
        "classes": list(card.classes),
        "files": files,
        "no_sql": list(parts),
        "cards": [
            {
                "label": one.label,
                "intercept": one.intercept,
                "terms": [_term(term) for term in sorted(one.terms, key=lambda t: -t.spread)[:MOST_TERMS]],
                "more": max(len(one.terms) - MOST_TERMS, 0),
            }
            for one in card.cards[:MOST_CARDS]
        ],
        "more": max(len(card.cards) - MOST_CARDS, 0),
    }


def _term(term: Term) -> dict[str, Any]:
    rows = [_interval(piece) for piece in term.pieces] or [
        {"level": level.label, "points": level.points}
        for level in sorted(term.levels, key=lambda level: -abs(level.points))
    ]
    return {
        "column": term.column,
        "part": term.part,
        "kind": term.kind,
        "spread": term.spread,
        "missing": term.missing,
        "rows": rows[:MOST_ROWS],
        "more": max(len(rows) - MOST_ROWS, 0),
    }


def _interval(piece: Piece) -> dict[str, Any]:
    """One interval: its ends, the points there, and its slope where it is a line."""
    constant, slope, *curve = piece.powers
    row: dict[str, Any] = {"low": piece.low, "high": piece.high, "origin": piece.origin, "points": constant}
    if piece.low is not None and piece.high is not None:
        row["end"] = sum(power * (piece.high - piece.origin) ** i for i, power in enumerate(piece.powers))
    if slope or any(curve):
        row["slope"] = slope
    return row | ({"curved": True} if any(curve) else {})
