"""A profile for the terminal: what is predicted from what, and what was found on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from automl.types import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from automl.types import Column, Finding, Profile, Severity

MOST_COLUMNS = 40
"""Rows of the table of columns; what is left out is said below it."""
MOST_CLASSES = 12
NAME_WIDTH = 24
BAR = 30
_COLOURS: dict[Severity, str] = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_ORDER: tuple[Severity, ...] = ("error", "warning", "note")


def render(profile: Profile) -> RenderableType:
    """The profile as something a rich console prints; it fits 80 columns and uses more."""
    parts: list[RenderableType] = [_header(profile), _target(profile)]
    if profile.columns:
        parts += [Text(), _columns(profile.columns, _rows(profile))]
    if profile.media:
        parts += [_media(profile.media)]
    if profile.classes:
        parts += [Text(), _classes(profile.classes)]
    parts += [Text(), _findings(profile.findings)]
    return Group(*parts)


def _header(profile: Profile) -> Text:
    one, several = UNITS[profile.modality.value]
    what = "rows with a target" if several == "rows" else one if profile.rows == 1 else several
    text = Text(profile.name, style="bold")
    text.append(f"  {profile.rows:,} {what}", style="not bold")
    if profile.columns:
        text.append(f", {len(profile.features)} of {len(profile.columns) - 1} columns used", style="not bold")
    return text


def _target(profile: Profile) -> Group:
    target, task = profile.target, profile.task
    kind = profile.modality
    pictures = any(column.kind == "image" for column in profile.columns)
    lines = [
        *([] if kind.value == "table" and not pictures else [(f"data    {kind.value}", kind.reason, kind.override)]),
        (f"target  {target.value}", target.reason, target.override),
        (f"task    {task.value}", task.reason, task.override),
    ]
    if told := profile.forecast:
        lines.append((f"ahead   {told['horizon']} steps, one every {told['unit']}", told["spacing"].reason, ""))
        lines.append((f"season  {told['season'].value}", told["season"].reason, ""))
        lines.append((f"scale   {told['scale'].value}", told["scale"].reason, ""))
    texts = []
    for what, reason, override in lines:
        text = Text(what)
        text.append(f"  {reason}" if reason else "", style="dim")
        text.append(f"  [{override}]" if override else "", style="dim")
        texts.append(text)
    return Group(*texts)


def _rows(profile: Profile) -> int:
    """Rows of the file: those with a target, those without, and those of classes left out."""
    missing = sum(column.missing for column in profile.columns if column.role == "target")
    left_out: dict[str, int] = profile.target_stats.get("left_out", {})
    return profile.rows + missing + sum(left_out.values())


def _columns(columns: tuple[Column, ...], rows: int) -> Group:
    shown = columns[:MOST_COLUMNS]
    cells = [(_line(column.name), _kind(column), _share(column.missing, rows), _distinct(column)) for column in shown]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for place, head in enumerate(("column", "kind", "missing", "distinct")):
        # All but the last column keep their width, so that a narrow terminal cuts only the values.
        width = min(NAME_WIDTH, max(len(head), *(cell_len(row[place]) for row in cells)))
        table.add_column(head, justify="left" if place < 2 else "right", overflow="ellipsis", no_wrap=True, width=width)
    table.add_column("values")
    for column, row in zip(shown, cells, strict=True):
        style = "bold" if column.role == "target" else "" if column.role == "feature" else "dim"
        values = Text(_values(column), no_wrap=True, overflow="ellipsis")
        table.add_row(*(Text(cell) for cell in row), values, style=style)
    more = len(columns) - MOST_COLUMNS
    return Group(table, *([Text(f"... and {more} more columns", style="dim")] if more > 0 else []))


def _kind(column: Column) -> str:
    if column.role == "feature":
        return column.kind
    return f"{column.kind}, not used" if column.role == "dropped" else column.role


def _distinct(column: Column) -> str:
    """Distinct values; '+' where they were counted on a sample."""
    return f"{column.distinct:,}" + ("+" if "sampled" in column.stats else "")


def _share(count: int, rows: int) -> str:
    if not count or not rows:
        return ""
    share = count / rows
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}" if share >= 0.001 else "<0.1%"


def _values(column: Column) -> str:
    stats = column.stats
    if "median" in stats:
        return " .. ".join(_number(stats[key]) for key in ("min", "median", "max"))
    if "mean_words" in stats:
        return f"{stats['mean_words']:.1f} words a cell"
    if "files" in stats:
        return ", ".join([_size(stats), *([f"{stats['broken_count']:,} broken"] if stats["broken_count"] else [])])
    if top := stats.get("top"):
        return ", ".join(f"{_line(label)} ({count:,})" for label, count in top[:5])
    if column.kind == "date" and "min" in stats:
        return f"{_short(stats['min'])} .. {_short(stats['max'])}"
    return column.reason if column.role == "dropped" else ""


def _line(text: str) -> str:
    """The text on one line: cells may hold line breaks."""
    return " ".join(text.splitlines())


def _number(value: float) -> str:
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e10 else f"{value:.4g}"


def _short(date: str) -> str:
    return date.removesuffix("T00:00:00")


def _classes(classes: dict[str, int]) -> Group:
    """A bar for each class, the largest at full length."""
    largest, total = max(classes.values()), sum(classes.values())
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("class", overflow="ellipsis", no_wrap=True, max_width=26)
    table.add_column("bar", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    for label, count in list(classes.items())[:MOST_CLASSES]:
        bar = "█" * max(1, round(BAR * count / largest)) if count else ""
        table.add_row(Text(_line(label)), Text(bar, style="blue"), f"{count / total:.1%}  {count:,}")
    more = len(classes) - MOST_CLASSES
    return Group(table, *([Text(f"... and {more} more classes", style="dim")] if more > 0 else []))


def _media(media: dict[str, Any]) -> Group:
    """Counts, sizes, and the kinds of files, a line each."""
    counts = [f"{media['count']:,} files, {media['readable']:,} readable, {media['broken_count']:,} broken"]
    if media["duplicates"]["count"]:
        counts.append(f"{media['duplicates']['count']:,} exact copies")
    kinds = [f"{name} {count:,}" for group in ("formats", "modes") for name, count in media[group].items()]
    return Group(Text(", ".join(counts)), Text(_size(media)), Text(", ".join(kinds)))


def _size(media: dict[str, Any]) -> str:
    """Sides in pixels, or lengths in seconds, from the smallest to the largest."""
    if seconds := media.get("seconds"):
        ends = f"{seconds['min']:.3g} to {seconds['max']:.3g}, median {seconds['median']:.3g}"
        return f"seconds {ends}; sampled at {', '.join(media['rates'])}"
    low, middle, high = ("x".join(f"{side:g}" for side in media["sizes"][key]) for key in ("min", "median", "max"))
    return f"pixels {low if media['sizes']['distinct'] == 1 else f'{low} to {high}, median {middle}'}"


def _findings(findings: Iterable[Finding]) -> Group:
    found = [finding for finding in findings if finding.status == "found"]
    found.sort(key=lambda finding: (_ORDER.index(finding.severity), finding.code))
    states = [finding.status for finding in findings]
    rest = ", ".join(
        f"{states.count(status)} {label}"
        for status, label in (("passed", "passed"), ("not_applicable", "not applicable"), ("skipped", "skipped"))
        if status in states
    )
    lines: list[RenderableType] = [_finding(finding) for finding in found]
    head = Text(f"{len(found)} finding{'s' * (len(found) != 1)}", style="bold")
    head.append(f"  ({rest}; automl explain CODE tells more)" if rest else "", style="dim")
    return Group(head, *lines)


def _finding(finding: Finding) -> RenderableType:
    colour = _COLOURS[finding.severity]
    line = Table.grid(padding=(0, 2))
    line.add_column(no_wrap=True, width=5)
    line.add_column(no_wrap=True, width=7)
    line.add_column(overflow="fold", ratio=1)
    text = Text(finding.title)
    if finding.columns:
        shown = ", ".join(finding.columns[:6]) + (f" and {len(finding.columns) - 6} more" * (len(finding.columns) > 6))
        text.append(f": {shown}")
    if finding.action:
        text.append(f"; {finding.action}", style="dim")
    line.add_row(Text(finding.code, style=colour), Text(finding.severity, style=colour), text)
    return line
