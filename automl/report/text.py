"""The result as the terminal shows it: verdict, families, test, files, next commands."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from automl.report import brief, reliance, view
from automl.report.decided import decision_summary
from automl.report.formats import (
    DASH,
    decimals_for,
    interval,
    number,
    percent,
    plural,
    seconds,
    short,
    signed,
    size,
)
from automl.report.terminal import COLOURS, findings, grid, line, measured, noted, stack, whole_words

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

__all__ = ["decision_summary", "summary"]


def summary(report: dict[str, Any], folder: Path | None = None) -> Group:
    """What a run ends with on stdout, as one rich renderable.

    Args:
        report: what report.json holds.
        folder: the run folder, named in the last lines; without it they are left out.
    """
    return stack(
        _head(report),
        [
            ("Findings", findings(report)),
            ("Decision", _families(report)),
            ("Result", _result(report)),
            ("Files", _files(report, folder)),
            ("Next", _next(report, folder)),
        ],
    )


def _head(report: dict[str, Any]) -> Text:
    sentence = view.at(report, "decision", "sentence") or "No model family was named."
    tie, doubt = brief.tie(view.mapping(report, "decision"), report), brief.doubt(report)
    head = line(f"{short(report.get('name') or 'run', 60)}  ", "bold")
    style = "bold yellow" if doubt or view.delivered(report) == "baseline" else "bold green"
    return head.append(line(" ".join(part for part in (sentence, tie, doubt) if part), style))


def _families(report: dict[str, Any]) -> Table | Group | None:
    decision = view.mapping(report, "decision")
    families, decimals = measured(decision)
    if not families:
        return None
    table = grid("left", "right", "left", "right", "right", "right")
    metric = view.metric_name(report)
    table.add_row(*(line(t, "dim") for t in ("family", metric, "95 %", "gain", "probability", "one fit")))
    for family in view.simple_first(families):
        data, named = families[family], family == decision.get("family")
        gain = "named" if named else signed(view.at(data, "against_named", "mean"), decimals)
        cells = (
            view.family_name(family, report),
            number(data.get("value"), decimals),
            interval(data.get("low"), data.get("high"), decimals),
            gain,
            percent(view.at(decision, "probabilities", family)),
            seconds(data.get("seconds")),
        )
        table.add_row(*(line(cell, "bold green" if named else "") for cell in cells))
    kept = view.unmeasured(decision)
    for family in kept:
        share = percent(view.at(decision, "probabilities", family))
        cells = (view.family_name(family, report), DASH, "", DASH, share, DASH)
        table.add_row(*(line(cell) for cell in cells))
    return noted(whole_words(table), kept)


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
        head = line(f"{view.metric_name(report)} {number(value, decimals)}", "bold")
        guessing = f"; {view.guess(report)} {number(base, decimals)}" if base is not None else ""
        head.append(f"{f'  ({ends})' if ends else ''}  {on}{guessing}", style="not bold")
        lines.append(head)
    lines.append(line(verdict.sentence, COLOURS[verdict.level]))
    used, limit = view.figure(report, "budget", "used"), view.figure(report, "budget", "seconds")
    if used is not None:
        lines.append(line(f"used {seconds(used)}{f' of {seconds(limit)}' if limit else ''}", "dim"))
    return Group(*lines)


def _files(report: dict[str, Any], folder: Path | None) -> Table | None:
    if folder is None:
        return None
    table = grid("left", "left")
    small = view.at(report, "test", "protocol") == "repeated_cv"
    told = {
        "report.html": "opens offline, in any browser",
        "predictions.csv": f"predictions {'of cross-validation' if small else 'for the test part'}",
        "plan.toml": "repeats this run",
    }
    family = view.family_name(view.delivered(report), report)
    told["model"] = f"{family}, {size(view.at(report, 'model', 'size_bytes'))}"
    for name, what in told.items():
        path = folder / name
        if path.exists():
            table.add_row(line(str(path)), line(what, "dim"))
    return table if table.row_count else None


def _next(report: dict[str, Any], folder: Path | None) -> Group | None:
    """The commands that come next: the one that goes on with an interrupted run, and the one that predicts."""
    from rich.console import Group

    resume = f"automl fit --resume {shlex.quote(str(folder))}" if report.get("interrupted") and folder else None
    commands = [str(command) for command in (resume, view.at(report, "use", "predict")) if command]
    return Group(*map(line, commands)) if commands else None
