"""What the documents name is there: files, commands, flags, the two commands of the README."""

import re
from pathlib import Path

import pytest

from automl.cli import cli

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
