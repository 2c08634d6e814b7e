"""The findings of doctor for a terminal of 80 columns or more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from automl.units import memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from automl.doctor import Report
    from automl.doctor.installed import Extra

STYLES = {"ok": "green", "warning": "yellow", "broken": "bold red"}


def render(report: Report) -> RenderableType:
    """Machine, packages, extras, checks, and one sentence that sums up."""
    parts: list[RenderableType] = [
        Text(f"automl {report.automl}, Python {report.python}, {report.platform}", style="bold")
    ]
    for title, rows in (
        ("Machine", _machine(report)),
        ("Packages", [(p.name, Text(p.version or "missing"), f"needs {p.needs}") for p in report.packages]),
        ("Extras", [_extra(e) for e in report.extras]),
        ("Checks", [(c.name, Text(c.level, STYLES[c.level]), _with_fix(c.text, c.fix)) for c in report.checks]),
    ):
        parts += [Text(), Text(title, style="bold"), _table(rows)]
    return Group(*parts, Text(), _conclusion(report))


def _conclusion(report: Report) -> Text:
    broken = [check.name for check in report.checks if check.level == "broken"]
    worse = [check.name for check in report.checks if check.level == "warning"]
    if broken:
        return Text(f"Needs repair: {', '.join(broken)}.", STYLES["broken"])
    if worse:
        return Text(f"Runs work. Worth a look: {', '.join(worse)}.", STYLES["warning"])
    return Text("Everything that a run needs is here.", STYLES["ok"])


def _machine(report: Report) -> list[tuple[str, Text, str]]:
    devices = report.devices
    gpus = [(f"GPU {gpu.index}", Text(memory(gpu.memory_bytes)), gpu.name) for gpu in devices.gpus]
    return [
        ("processors", Text(str(devices.processors)), ""),
        ("memory", Text(memory(devices.memory_bytes)), ""),
        *(gpus or [("GPU", Text("none"), "the driver reports none")]),
    ]


def _extra(extra: Extra) -> tuple[str, Text, str]:
    return (extra.name, Text("installed"), "") if extra.installed else (extra.name, Text("missing"), extra.cost)


def _with_fix(text: str, fix: str) -> str:
    return f"{text}\ntry: {fix}" if fix else text


def _table(rows: Iterable[tuple[str, Text, str]]) -> Padding:
    """Name, figure, remark: the last column takes the room that is left and wraps inside itself."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=13)
    table.add_column(width=11)
    table.add_column(overflow="fold")
    for name, figure, remark in rows:
        # Text, not str: rich would take the brackets of "automl[gpu]" for markup.
        table.add_row(Text(name), figure, Text(remark))
    return Padding(table, (0, 0, 0, 2))
