"""The verdict as the terminal shows it: what `automl decide` ends with, in 80 columns."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from automl.report import brief, view
from automl.report.formats import DASH, interval, number, printable, seconds, signed
from automl.report.terminal import findings, grid, line, measured, noted, stack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

BAR = 48
"""Characters of the probability bar."""
LOOKS = {
    "baseline": ("\N{LIGHT SHADE}", "bright_black"),
    "linear": ("\N{MEDIUM SHADE}", "blue"),
    "trees": ("\N{FULL BLOCK}", "green"),
    "network": ("\N{DARK SHADE}", "yellow"),
}
"""Fill and colour of the families; the fill alone tells them apart where there are no colours."""
WRITTEN = {
    "report.html": "opens offline, in any browser",
    "decision.json": "the verdict with its evidence",
    "plan.toml": "a recipe to edit and to fit",
}


def decision_summary(
    decision: dict[str, Any],
    folder: Path | None = None,
    found: Sequence[dict[str, Any]] = (),
    source: str = "DATA",
) -> Group:
    """What `automl decide` ends with: verdict, findings, probabilities, probes, alternatives, changes, costs, files.

    Args:
        decision: what decision.json holds.
        folder: the run folder with plan.toml; without it the last lines are left out.
        found: the findings, as in report.json.
        source: the data as it was given.
    """
    report = {"decision": decision, "metric": {"name": view.at(decision, "evidence", "metric")}}
    told = [*view.listing(decision, "reasons"), *(view.at(f, "text") for f in view.listing(decision, "flags"))]
    command = shlex.join(["automl", "fit", source, "--recipe", str(folder / "plan.toml")]) if folder is not None else ""
    return stack(
        _head(decision),
        [
            ("Findings", findings({"findings": list(found)})),
            ("How sure", _sure(decision)),
            ("Probes", probes(report)),
            ("More data?", _sentence(brief.more_data(report))),
            ("Why", _bullets([str(reason)[:1].upper() + str(reason)[1:] for reason in told if reason])),
            ("Why not another", _alternatives(decision)),
            ("What would change it", _changes(decision)),
            ("What it costs", _sentence(_cost(report))),
            ("Files", _files(folder)),
            ("Next", _sentence(command)),
        ],
    )


def _head(decision: dict[str, Any]) -> Group:
    from rich.console import Group

    head, rest = brief.headline(decision)
    rest = " ".join(part for part in (rest, brief.tie(decision)) if part)
    style = "bold yellow" if decision.get("family") in {None, "baseline"} else "bold green"
    lines = [line("Verdict  ", "bold").append(printable(head or "No model family was named."), style=style)]
    return Group(*lines, line(rest)) if rest else Group(*lines)


def _sure(decision: dict[str, Any]) -> Group | None:
    """The probabilities as one bar with a legend."""
    from rich.console import Group

    shares = view.shares(decision)
    if not shares:
        return None
    bar, legend = line(""), line("")
    for family, width in zip(shares, _widths([share or 0.0 for share in shares.values()]), strict=True):
        fill, colour = LOOKS.get(family, LOOKS["baseline"])
        bar.append(fill * width, style=colour)
        legend.append(fill, style=colour)
        told = f" {printable(family)} {view.share(shares[family])}   "
        legend.append(told, style="bold" if family == decision.get("family") else "")
    legend.rstrip()
    return Group(bar, legend)


def _widths(shares: list[float]) -> list[int]:
    """Characters of each share: they add up to the bar, and no share above zero vanishes."""
    total = sum(max(share, 0.0) for share in shares) or 1.0
    widths = [max(round(BAR * share / total), 1) if share > 0.005 * total else 0 for share in shares]
    widths[widths.index(max(widths))] += BAR - sum(widths)
    return widths


def probes(report: dict[str, Any]) -> Table | Group | None:
    """The families with their intervals, the gain over the named one and the seconds of a fit."""
    decision = view.mapping(report, "decision")
    families, decimals = measured(decision)
    if not families:
        return None
    table = grid("left", "right", "left", "right", "left", "right")
    heads = ("family", view.metric_name(report), "95 %", "gain", "95 %", "one fit")
    table.add_row(*(line(head, "dim") for head in heads))
    for family in view.simple_first(families):
        data, named = families[family], family == decision.get("family")
        gain = view.mapping(data, "against_named")
        cells = (
            family,
            number(data.get("value"), decimals),
            interval(data.get("low"), data.get("high"), decimals),
            "named" if named else signed(gain.get("mean"), decimals),
            "" if named else interval(gain.get("low"), gain.get("high"), decimals),
            seconds(data.get("seconds")),
        )
        table.add_row(*(line(cell, "bold green" if named else "") for cell in cells))
    kept = view.unmeasured(decision)
    for family in kept:
        table.add_row(*(line(cell) for cell in (family, DASH, "", DASH, "", DASH)))
    return noted(table, kept)


def _sentence(text: str) -> Text | None:
    return line(text) if text else None


def _bullets(items: list[str]) -> Table | None:
    """Items with a hanging indent."""
    if not items:
        return None
    table = grid("left", "left")
    table.padding = (0, 1, 0, 0)
    for item in items:
        table.add_row(line("-"), line(item))
    return table


def _alternatives(decision: dict[str, Any]) -> Table | None:
    given = [a for a in view.listing(decision, "alternatives") if isinstance(a, dict)]
    if not given:
        return None
    table = grid("left", "left")
    for alternative in given:
        table.add_row(line(str(alternative.get("family"))), line(str(alternative.get("reason") or "")))
    return table


def _changes(decision: dict[str, Any]) -> Table | Text | None:
    """What turns the verdict, then one line for what does not."""
    found = [change for change in brief.changes(decision) if change.changes]
    if not found:
        return _sentence(brief.unmoved(decision))
    lines = []
    for change in found:
        turned = f" -> {change.family}" if change.family else ""
        basis = f" ({change.basis})" if change.basis else ""
        lines.append(f"{change.title}{turned}{basis}{f': {change.sentence}' if change.sentence else ''}")
    return _bullets(lines)


def _cost(report: dict[str, Any]) -> str:
    """Costs of the named family, and whether a GPU would pay."""
    gpu = str(view.at(report, "decision", "evidence", "costs", "gpu", "sentence") or "")
    told = brief.cost(report)
    return " ".join(part for part in (f"{told}." if told else "", gpu) if part)


def _files(folder: Path | None) -> Table | None:
    if folder is None:
        return None
    table = grid("left", "left")
    for name, what in WRITTEN.items():
        if (folder / name).exists():
            table.add_row(line(str(folder / name)), line(what, "dim"))
    return table if table.row_count else None
