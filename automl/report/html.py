"""The HTML report: one offline file from the dictionary of report.json.

Each section is a module in `sections/` (what to show) and a template of the same name in `templates/` (how). The page
carries its own style, makes no request (its content policy forbids any), and needs no script to be read.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from automl.report.brief import decided_only
from automl.report.formats import printable
from automl.report.sections import (
    answer,
    calibration,
    data,
    errors,
    findings,
    forecast,
    importance,
    leaderboard,
    record,
    scorecard,
    search,
    test,
    use,
    validation,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import jinja2

PER_CENT = re.compile(r"(?<=\d) %")
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Section:
    """A part of the page: its anchor (and template), its heading and what fills it."""

    name: str
    heading: str
    build: Callable[[dict[str, Any]], dict[str, Any]]


SECTIONS = (
    Section("verdict", "The verdict, and why", verdict.build),
    Section("findings", "What the checks found", findings.build),
    Section("leaderboard", "Candidates compared", leaderboard.build),
    Section("test", "How good it is on rows it had not seen", test.build),
    Section("errors", "What it gets wrong", errors.build),
    Section("importance", "Which inputs matter", importance.build),
    Section("data", "The data", data.build),
    Section("search", "The search", search.build),
    Section("validation", "How it was validated", validation.build),
    Section("use", "How to use the model", use.build),
    Section("record", "The record", record.build),
)
ALWAYS = {"verdict", "findings", "data", "record"}
"""Sections of every page, also where no model was built."""


def sections(report: dict[str, Any]) -> tuple[Section, ...]:
    """The sections of a page: `SECTIONS`, with calibration and the model itself where the report has them.

    A verdict without a model (`automl decide`) leaves out the sections for which it has no data.
    """
    found = list(SECTIONS)
    if decided_only(report):
        return tuple(section for section in found if section.name in ALWAYS or report.get(section.name))
    if report.get("forecast"):
        found = _after(found, "leaderboard", Section("forecast", "The forecast", forecast.build))
    if report.get("shape"):
        found = _after(found, "test", Section("calibration", calibration.heading(report), calibration.build))
    if report.get("scorecard"):
        found = _after(found, "importance", Section("scorecard", "The model in full", scorecard.build))
    return tuple(found)


def _after(found: list[Section], name: str, more: Section) -> list[Section]:
    place = [section.name for section in found].index(name) + 1
    return [*found[:place], more, *found[place:]]


def render(report: dict[str, Any]) -> str:
    """The whole page as text; the same dictionary gives the same bytes.

    Args:
        report: what report.json holds (docs/run-folder.md); missing parts become sections that say so.
    """
    environment = _environment()
    hero = _fill(Section("answer", "The answer", answer.build), report)
    parts = [(section, _fill(section, report)) for section in sections(report)]
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8")
    page = environment.get_template("page.html.j2").render(
        title=str(report.get("name") or "run"),
        hero=hero,
        sections=[{"name": s.name, "heading": s.heading, "body": body} for s, body in parts],
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704 (our own file)
        script_hash=_hash(script),
        automl=report.get("automl") or "",
        created=report.get("created") or "",
    )
    return page.encode("utf-8", "replace").decode("utf-8")


def write(report: dict[str, Any], folder: Path) -> Path:
    """Render the report into `folder` and return the path of report.html."""
    path = folder / "report.html"
    path.write_text(render(report), encoding="utf-8")
    return path


def _fill(section: Section, report: dict[str, Any]) -> Markup:
    """One section as markup; a part of the report that cannot be read costs its section, never the page."""
    template = _environment().get_template(f"{section.name}.html.j2")
    try:
        context = section.build(report)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as problem:
        # Guards against a report.json that was edited or written by another version.
        context = {"missing": f"This part of report.json could not be read ({type(problem).__name__}: {problem})."}
    if "missing" in context:
        return Markup('<p class="missing">{}</p>').format(context["missing"])
    return Markup(template.render(**context))  # noqa: S704 (rendered with autoescape)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_printable,
    )


def _printable(value: Any) -> Any:
    """Text without the characters that would garble the page, per cent signs kept with their figure; else unchanged."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return PER_CENT.sub("\N{NO-BREAK SPACE}%", printable(value))
    return value


def _hash(script: str) -> str:
    """The script's fingerprint for the content policy: nothing else may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
