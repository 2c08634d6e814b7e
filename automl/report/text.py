"""The result as the terminal shows it: verdict, families, test, files, next commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.report import reliance, view
from automl.report.formats import (
    decimals_for,
    interval,
    number,
    percent,
    plural,
    printable,
    seconds,
    short,
    signed,
    size,
    some,
)
from automl.types import FAMILIES

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

COLOURS = {"yes": "green", "care": "yellow", "no": "red", "error": "red", "warning": "yellow", "note": "cyan"}
FINDINGS = 8
"""Findings shown in the terminal; the report has them all."""


def summary(report: dict[str, Any], folder: Path | None = None) -> Group:
    """What a run ends with on stdout, as one rich renderable.

    Args:
        report: what report.json holds.
        folder: the run folder, named in the last lines; without it they are left out.
    """
    return _stack(
        _head(report),
        [
            ("Findings", _findings(report)),
            ("Decision", _families(report)),
            ("Result", _result(report)),
            ("Files", _files(report, folder)),
            ("Next", _next(report)),
        ],
    )


def decision_summary(decision: dict[str, Any], folder: Path | None = None) -> Group:
    """What `automl decide` ends with: the verdict, the families, the reasons, what to do next.

    Args:
        decision: what decision.json holds.
        folder: the run folder with plan.toml; without it the last lines are left out.
    """
    report = {"decision": decision, "metric": {"name": view.at(decision, "evidence", "metric")}}
    said = [*view.listing(decision, "reasons"), *(view.at(f, "text") for f in view.listing(decision, "flags"))]
    command = f"automl fit DATA --recipe {folder / 'plan.toml'}" if folder is not None else ""
    return _stack(
        _head({**report, "name": "Verdict"}),
        [
            ("Families", _families(report)),
            ("Why", _line("\n".join(f"- {reason}" for reason in said if reason)) if said else None),
            ("Next", _line(command) if command else None),
        ],
    )


def _stack(head: Text, parts: list[tuple[str, Any]]) -> Group:
    """A heading line and the titled parts that there are."""
    from rich.console import Group
    from rich.padding import Padding

    lines: list[Any] = [head]
    for title, body in parts:
        if body is not None:
            lines += [_line(""), _line(title, "bold"), Padding(body, (0, 0, 0, 2))]
    return Group(*lines)


def _line(content: str, style: str = "") -> Text:
    from rich.text import Text

    # Text, never markup: a column named '[red]' is a column.
    return Text(printable(content), style=style)


def _grid(*justify: str) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for side in justify:
        table.add_column(justify="right" if side == "right" else "left", overflow="fold")
    return table


def _head(report: dict[str, Any]) -> Text:
    sentence = view.at(report, "decision", "sentence") or "No model family was named."
    head = _line(f"{short(report.get('name') or 'run', 60)}  ", "bold")
    return head.append(
        printable(sentence), style="bold green" if view.delivered(report) != "baseline" else "bold yellow"
    )


def _findings(report: dict[str, Any]) -> Table | None:
    order = ("error", "warning", "note")
    rows = [f for level in order for f in view.found(report, level)]
    if not rows:
        return None
    table = _grid("left", "left", "left", "left")
    for f in rows[:FINDINGS]:
        level = str(f.get("severity"))
        columns = f.get("columns") or []
        table.add_row(
            _line(level, COLOURS.get(level, "")),
            _line(str(f.get("code", "")), "bold"),
            _line(short(f.get("title", ""), 80)),
            _line(some(columns, 3, 24) if isinstance(columns, list) else "", "dim"),
        )
    if len(rows) > FINDINGS:
        table.add_row("", "", _line(f"{len(rows) - FINDINGS:,} more in the report", "dim"), "")
    return table


def _families(report: dict[str, Any]) -> Table | None:
    decision = view.mapping(report, "decision")
    families = {k: v for k, v in view.mapping(decision, "evidence", "families").items() if isinstance(v, dict)}
    if not families:
        return None
    decimals = decimals_for(
        (d.get("value"), d.get("low"), d.get("high")) for f, d in families.items() if f != "baseline"
    )
    table = _grid("left", "right", "left", "right", "right", "right")
    metric = view.metric_name(report)
    table.add_row(
        *(_line(t, "dim") for t in ("family", metric, "95 %", "gain over the named", "probability", "one fit"))
    )
    for family in [f for f in FAMILIES if f in families] + [f for f in families if f not in FAMILIES]:
        data, named = families[family], family == decision.get("family")
        gain = "named" if named else signed(view.at(data, "against_named", "mean"), decimals)
        cells = (
            view.family_name(family),
            number(data.get("value"), decimals),
            interval(data.get("low"), data.get("high"), decimals),
            gain,
            percent(view.at(decision, "probabilities", family)),
            seconds(data.get("seconds")),
        )
        table.add_row(*(_line(cell, "bold green" if named else "") for cell in cells))
    return table


def _result(report: dict[str, Any]) -> Group | None:
    from rich.console import Group

    value, low, high = view.test_interval(report)
    verdict = reliance.judge(report)
    lines = []
    if value is not None:
        decimals = decimals_for([(value, low, high)])
        rows = view.at(report, "test", "rows")
        where = "repeated cross-validation" if view.at(report, "test", "protocol") == "repeated_cv" else "test"
        on = f"{where}, {plural(rows, 'row')}" if isinstance(rows, int) else where
        ends = interval(low, high, decimals)
        base = view.figure(report, "test", "baseline", "value")
        head = _line(f"{view.metric_name(report)} {number(value, decimals)}", "bold")
        guessing = f"; guessing {number(base, decimals)}" if base is not None else ""
        head.append(f"{f'  ({ends})' if ends else ''}  {on}{guessing}", style="not bold")
        lines.append(head)
    lines.append(_line(verdict.sentence, COLOURS[verdict.level]))
    used, limit = view.figure(report, "budget", "used"), view.figure(report, "budget", "seconds")
    if used is not None:
        lines.append(_line(f"used {seconds(used)}{f' of {seconds(limit)}' if limit else ''}", "dim"))
    return Group(*lines)


def _files(report: dict[str, Any], folder: Path | None) -> Table | None:
    if folder is None:
        return None
    table = _grid("left", "left")
    told = {
        "report.html": "opens offline, in any browser",
        "predictions.csv": "predictions for the test part",
        "plan.toml": "repeats this run",
    }
    told["model"] = f"{view.family_name(view.delivered(report))}, {size(view.at(report, 'model', 'size_bytes'))}"
    for name, what in told.items():
        path = folder / name
        if path.exists():
            table.add_row(_line(str(path)), _line(what, "dim"))
    return table if table.row_count else None


def _next(report: dict[str, Any]) -> Text | None:
    command = view.at(report, "use", "predict")
    return _line(str(command)) if command else None
