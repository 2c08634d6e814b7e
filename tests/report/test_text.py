import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from automl.report import terminal, text
from automl.report.formats import DASH

from .fixture import ALL, binary, empty, hostile


def shown(renderable, width=120):
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(renderable)
    return stream.getvalue()


@pytest.mark.parametrize("name", ALL)
def test_summary_fits_the_terminal(name):
    lines = shown(text.summary(ALL[name]()), 80).splitlines()

    assert lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    "expected",
    [
        "A linear model is enough", "0.834 to 0.858", "named",
        "ROC AUC 0.846  (0.828 to 0.864)  test, 1,408 rows; guessing 0.500",
        "Rely on it with care", "used 58.3 s of 60 s", "automl predict reports/telco_churn-7f3a new.csv", "AM304",
    ],
)  # fmt: skip
def test_summary_says(expected):
    assert expected in shown(text.summary(binary()))


def test_an_interrupted_run_ends_with_the_command_that_goes_on():
    folder, going_on = Path("reports/my run"), "automl fit --resume 'reports/my run'"
    assert going_on not in shown(text.summary(binary(), folder))
    said = shown(text.summary({**binary(), "interrupted": True}, folder))
    assert said.index(going_on) < said.index("automl predict")


def test_the_probabilities_shown_sum_to_one_where_a_family_was_not_measured():
    report = binary()
    decision = report["decision"]
    del decision["evidence"]["families"]["network"]
    decision["probabilities"] = {"baseline": 0.0, "linear": 0.5, "trees": 0.15, "network": 0.35}
    decision["alternatives"] = [{"family": "network", "reason": "not tried: budget"}]
    said = shown(text.summary(report))

    assert re.search(rf"neural network +{DASH} +{DASH} +35 % +{DASH}", said)
    assert "network not measured: budget" in said


def test_a_result_that_may_be_guessing_stands_beside_the_verdict():
    report = binary()
    assert "however" not in shown(text.summary(report))
    report["test"].update(interval=[0.49, 0.9], protocol="repeated_cv")
    report["decision"].update(sentence="Linear is needed.", tie=False)

    assert "Linear is needed. On fresh splits, however, it cannot be told apart from guessing." in shown(
        text.summary(report), 200
    )


def test_only_files_that_exist_are_named(tmp_path):
    (tmp_path / "report.html").write_text("x", encoding="utf-8")

    said = shown(text.summary(binary(), tmp_path), 300)

    assert str(tmp_path / "report.html") in said
    assert "plan.toml" not in said


def test_markup_in_names_is_text():
    report = {**binary(), "name": "[bold]x[/bold] [link=evil]"}

    assert "[bold]x[/bold] [link=evil]" in shown(text.summary(report))
    assert "<script>" in shown(text.summary(hostile()))


def test_empty_report_says_so():
    assert "No model family was named." in shown(text.summary(empty()))


def test_decision_summary_names_the_recipe(tmp_path):
    said = shown(text.decision_summary(binary()["decision"], tmp_path), 300)

    assert "A linear model is enough" in said
    assert f"--recipe {tmp_path / 'plan.toml'}" in said
    assert "Network under-trained: 12 of 60 epochs" in said
    assert "ROC AUC" in said


def test_no_word_and_no_figure_is_split_in_narrow_tables():
    table = terminal.grid("left", "right", "left")
    for _ in range(2):
        table.add_row("gradient-boosted trees", "1.0986 to 1.0986", "0.0021 to 0.0060 and more")
    lines = [one.split() for one in shown(terminal.whole_words(table), 66).splitlines()]
    assert lines[0] == ["gradient-boosted", *["1.0986", "to", "1.0986", "0.0021", "to", "0.0060", "and", "more"]]
    assert lines[1] == ["trees"]
