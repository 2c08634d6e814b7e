"""The few pieces that terminal output is made of: plain lines, grids, titled parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.report import view
from automl.report.formats import decimals_for, printable, short
from automl.report.names import some

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

COLOURS = {"yes": "green", "care": "yellow", "no": "red", "error": "red", "warning": "yellow", "note": "cyan"}
FINDINGS = 8
"""Findings shown in the terminal; the report has them all."""


def stack(head: Any, parts: list[tuple[str, Any]]) -> Group:
    """A heading and the titled parts that there are."""
    from rich.console import Group
    from rich.padding import Padding

    lines: list[Any] = [head]
    for title, body in parts:
        if body is not None:
            lines += [line(""), line(title, "bold"), Padding(body, (0, 0, 0, 2))]
    return Group(*lines)


def line(content: str, style: str = "") -> Text:
    """A text in one style, without what would garble the terminal."""
    from rich.text import Text

    # Text, never markup: a column named '[red]' is a column.
    return Text(printable(content), style=style)


def grid(*justify: str) -> Table:
    """A table without rules, one column for each of 'left' and 'right'."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for side in justify:
        table.add_column(justify="right" if side == "right" else "left", overflow="fold")
    return table


def whole_words(table: Table) -> Table:
    """The table with names that wrap between their words only, and figures that never wrap."""
    names, *figures = table.columns
    names.min_width = max((len(word) for cell in names.cells for word in str(cell).split()), default=1)
    for column in figures:
        column.no_wrap = True
        column.min_width = max((len(str(cell)) for cell in column.cells), default=1)
    return table


def measured(decision: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], int | None]:
    """The families compared with their figures, and the decimals that these support."""
    found = {k: v for k, v in view.mapping(view.standing(decision), "families").items() if isinstance(v, dict)}
    figures = ((d.get("value"), d.get("low"), d.get("high")) for f, d in found.items() if f != "baseline")
    return found, decimals_for(figures)


def noted(table: Table, notes: dict[str, str]) -> Table | Group:
    """The table with a line below it for each family that has no figures; the table alone without any."""
    from rich.console import Group

    return Group(table, *(line(f"{family} {note}", "dim") for family, note in notes.items())) if notes else table


def findings(report: dict[str, Any]) -> Table | None:
    """The findings that hold, errors first; None for none."""
    order = ("error", "warning", "note")
    rows = [f for level in order for f in view.found(report, level)]
    if not rows:
        return None
    table = grid("left", "left", "left", "left")
    for f in rows[:FINDINGS]:
        level = str(f.get("severity"))
        columns = f.get("columns") or []
        table.add_row(
            line(level, COLOURS.get(level, "")),
            line(str(f.get("code", "")), "bold"),
            line(short(f.get("title", ""), 160)),
            line(some(columns, 3, 24) if isinstance(columns, list) else "", "dim"),
        )
    if len(rows) > FINDINGS:
        table.add_row("", "", line(f"{len(rows) - FINDINGS:,} more in the report", "dim"), "")
    return table
