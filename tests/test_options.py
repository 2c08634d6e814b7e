"""The flags of a plan: which command takes which, and what their help says."""

import re

import pytest
from click.testing import CliRunner

from automl.cli import cli
from automl.config import Plan, fields
from automl.decide.blend import NEVER
from automl.decide.compare import THRESHOLDS
from automl.evaluate import metrics
from automl.options import METRICS, PREFER

LEARNING = {
    "metric", "budget", "trials", "seed", "families", "prefer", "explainable", "max_latency", "max_size", "memory",
    "gpus", "backbone",
}  # fmt: skip


def names(command):
    return {option.name for option in cli.commands[command].params}


@pytest.mark.parametrize("command", ["fit", "decide"])
def test_every_key_of_a_plan_is_a_flag_of_what_learns(command):
    by_recipe_only = {"monotone"} | ({"fail_under"} if command == "decide" else set())

    assert set(fields()) - names(command) == by_recipe_only


def test_the_help_of_a_profile_shows_what_matters_to_it():
    shown = {option.name for option in cli.commands["profile"].params if not getattr(option, "hidden", False)}
    assert set(fields()) - shown == LEARNING | {"monotone", "fail_under"}
    assert {"recipe", "as_json", "quiet"} <= shown


def test_a_profile_takes_the_flags_of_the_other_commands(tmp_path):
    rows = [f"{i * 7 % 11},{i * 5 % 13},{'ab'[i % 3 % 2]}" for i in range(60)]
    (tmp_path / "d.csv").write_text("\n".join(["a,b,y", *rows]))
    result = CliRunner().invoke(cli, ["profile", str(tmp_path / "d.csv"), "--budget", "5s", "--seed", "1"])

    assert result.exit_code == 0


@pytest.mark.parametrize("task", METRICS)
def test_the_help_names_the_metrics_of_a_task_with_its_default(task):
    first, *others = re.sub(r" \(pinball:0.9[^)]*\)", "", METRICS[task]).split(", ")

    assert first == f"{metrics.default(task).name} (default)"
    assert sorted([metrics.default(task).name, *others]) == sorted(metrics.names(task))


def test_the_quantile_of_the_help_is_a_metric():
    assert metrics.get("pinball:0.9", "regression").label == "pinball loss at 0.9"


def test_the_help_says_what_each_preference_asks_for():
    told = dict(re.findall(r"(\w+) (\d+) %", PREFER))

    assert told == {name: f"{100 * value:.0f}" for name, value in THRESHOLDS.items()}
    assert set(re.search(r"; (\w+) and (\w+) never deliver", PREFER).groups()) == set(NEVER)
    assert f"[default: {Plan().prefer}]" in PREFER


@pytest.mark.parametrize("said", ["pinball:0.9", "balanced 50 %", ".keras file", "hf://USER/NAME", "--no-explainable"])
def test_the_help_shows_it(said):
    shown = " ".join(CliRunner().invoke(cli, ["fit", "--help"]).output.split())

    assert said in shown
