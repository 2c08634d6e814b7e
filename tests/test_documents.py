"""What the documents name is there: files, commands, flags, the two commands of the README."""

import ast
import dataclasses
import json
import re
from pathlib import Path

import pytest

from automl import types
from automl.cli import cli
from automl.decide import blend, changes, compare, engine, prior, rules
from automl.evaluate import calibrate, conformal, threshold
from automl.explain import importance
from automl.families import ensemble
from automl.families.network import facts as network
from tests.documented import PAGE, documented, missing

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")]
SOURCES = [*PAGES, *ROOT.glob("recipes/examples/*.sh"), *ROOT.glob("recipes/*.toml")]


def read(path):
    return path.read_text(encoding="utf-8")


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    links = [link for link in re.findall(r"\]\(([^)#]+)", read(page)) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("source", SOURCES, ids=name)
def test_commands_exist(source):
    verbs = set(re.findall(r"(?m)(?:^|^\$ |^# |`|bin/)automl ([a-z]+)", read(source)))

    assert verbs <= set(cli.commands)


@pytest.mark.parametrize("source", SOURCES, ids=name)
def test_flags_exist(source):
    options = [option for command in cli.commands.values() for option in command.params]
    known = {flag for option in options for flag in (*option.opts, *option.secondary_opts)}
    lines = [line for line in read(source).splitlines() if "automl" in line and "pip" not in line]
    named = {flag for line in lines for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", line)}

    assert named <= known | {"--help"}


def test_the_readme_holds_two_commands_of_one_line():
    commands = re.findall(r"^python3\.11 -m venv .*$", read(ROOT / "README.md"), re.MULTILINE)

    assert len(commands) == 2
    assert all(part in commands[0] for part in ("pip install .", "automl sample", "automl fit"))
    assert all(part in commands[1] for part in ("pip install -e '.[test]'", "ruff check", "mypy", "-m pytest"))


@pytest.mark.parametrize("path", sorted((ROOT / "automl").rglob("*.py")), ids=name)
def test_no_file_is_too_long_to_read(path):
    assert len(read(path).splitlines()) <= 400


def test_every_benchmark_is_listed():
    page = read(ROOT / "benchmarks" / "README.md")

    assert [path.name for path in (ROOT / "benchmarks").glob("*.py") if f"`{path.name}`" not in page] == []


RUN_FOLDER = [
    types.Profile, types.Column, types.Choice, types.Finding, types.Problem, types.Forecast, types.Steps,
    engine.Decision, compare.FamilyEvidence, compare.Gain, compare.Flag, changes.Change, rules.Rule, prior.Prior,
    blend.Blend, calibrate.Calibration, calibrate.Knots, threshold.Threshold, conformal.Band, importance.Importance,
    ensemble.Member, network.Facts, network.TextFacts, network.Preprocessing,
]  # fmt: skip


@pytest.mark.parametrize("path", sorted(ROOT.glob("reports/*/*.json")), ids=name)
def test_every_key_of_the_sample_reports_is_described(path):
    assert missing(json.loads(read(path))) == []


@pytest.mark.parametrize("written", RUN_FOLDER, ids=lambda written: written.__name__)
def test_every_field_that_is_written_is_described(written):
    assert sorted({field.name for field in dataclasses.fields(written)} - documented()) == []


def test_every_event_is_described_with_its_fields():
    table = read(PAGE).partition("\n## events.jsonl\n")[2].partition("\n## ")[0]
    described = {row.split("`")[1]: set(re.findall(r"`(\w+)`", row)) for row in table.splitlines() if row[:3] == "| `"}

    assert {event: fields & described.get(event, set()) for event, fields in events().items()} == events()
    assert set(described) == set(events())


def events():
    """Event -> fields, of every call that adds one."""
    found = {}
    for path in (ROOT / "automl").rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(read(path))) if isinstance(node, ast.Call)):
            if ast.unparse(call.func).endswith("events.add"):
                found[call.args[0].value] = {keyword.arg for keyword in call.keywords}
    return found
