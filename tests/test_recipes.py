"""The bundled recipes: all of them plans, described, with reasons; the examples run."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from automl.config import Plan, from_recipe, recipes

HOME = Path(__file__).resolve().parents[1] / "recipes"
EXAMPLES = sorted(path for path in (HOME / "examples").iterdir() if path.suffix in {".sh", ".py"})


def test_the_installed_recipes_are_those_of_the_folder():
    assert recipes() == {path.stem: path.read_text(encoding="utf-8") for path in HOME.glob("*.toml")}


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_is_a_plan_with_a_description(name):
    document = tomllib.loads(recipes()[name])

    assert document.pop("description").endswith(".")
    assert document
    assert from_recipe(name) != Plan(seed=-1)


@pytest.mark.parametrize("name", recipes())
def test_settings_come_with_their_reason(name):
    """At least half of the settings have a comment on the line above, and the first one has."""
    lines = recipes()[name].splitlines()
    settings = [i for i, line in enumerate(lines) if re.match(r"\w+ =", line) and not line.startswith("description")]
    reasoned = [i for i in settings if lines[i - 1].startswith("#")]

    assert settings[0] in reasoned
    assert len(reasoned) * 2 >= len(settings)


def test_balanced_writes_out_the_defaults():
    plan, default = from_recipe("balanced"), Plan()

    assert plan.seconds == default.seconds
    assert (plan.families, plan.prefer, plan.gpus) == (default.families, default.prefer, default.gpus)


def test_the_page_names_every_recipe_and_example():
    page = (HOME / "README.md").read_text(encoding="utf-8")

    assert all(f"`{name}`" in page for name in recipes())
    assert all(f"recipes/examples/{path.name}" in page for path in EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_from_nothing_to_a_report(path, tmp_path):
    interpreter = [sys.executable] if path.suffix == ".py" else ["bash"]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    done = subprocess.run(
        [*interpreter, path, tmp_path, "20s"], capture_output=True, text=True, timeout=180, check=False, env=environment
    )

    assert done.returncode == 0, done.stderr
    assert f"report: {tmp_path / 'run' / 'report.html'}" in done.stdout
    assert json.loads((tmp_path / "run" / "report.json").read_text())["test"]["value"] is not None
