import io
import re

import pytest
from rich.console import Console

from automl.report import decided as module
from automl.report import html, notebook
from automl.report.decided import decision_summary
from automl.report.formats import DASH, MINUS
from automl.report.text import summary

from .decided import decision, full
from .fixture import ALL, EVIL
from .pages import Page


def shown(found, folder=None, width=80):
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(decision_summary(found, folder, source="my data.csv"))
    return stream.getvalue()


def shown_summary(report):
    stream = io.StringIO()
    Console(file=stream, width=80, color_system=None).print(summary(report))
    return stream.getvalue()


@pytest.mark.parametrize("found", [decision(), *(ALL[name]().get("decision") or {} for name in ALL)], ids=lambda _: "")
def test_it_fits_80_columns(found):
    assert max(map(len, shown(found).splitlines())) <= 80


@pytest.mark.parametrize(
    "expected",
    [
        "Verdict  Boosted trees are enough.",
        "█ trees 71 %   ▓ network 26 %",
        "trees      0.8713  0.8653 to 0.8773    named                        2.1 s",
        f"network    0.8680  0.8620 to 0.8740  {MINUS}0.0033  {MINUS}0.0063 to {MINUS}0.0003   15.8 s",
        "Twice the rows: +0.0046 ROC AUC (90 % 0.0026 to 0.0076)",
        "The network would overtake trees at about 9,400",
        "linear    worse than trees by more than r",
        "- Four times the rows -> network (projected): From about 9,400",
        "2.1 s to fit, 740 μs to predict one row, 812 kB. A GPU would not pay",
    ],
)
def test_it_says(expected):
    assert expected in shown(decision())


@pytest.mark.parametrize("name", ALL)
def test_findings_are_shown_errors_first(name):
    found = ALL[name]().get("findings") or []
    stream = io.StringIO()
    Console(file=stream, width=80, color_system=None).print(decision_summary(decision(), None, found))
    lines = stream.getvalue().splitlines()
    told = [f for f in found if f.get("status", "found") == "found"]

    assert max(map(len, lines)) <= 80
    assert ("Findings" in lines) == bool(told)
    for one in told[:1]:
        assert any(str(one["code"]) in text for text in lines)


def test_a_family_that_was_not_measured_has_its_row_with_the_reason():
    found = decision()
    del found["evidence"]["families"]["network"]
    found["alternatives"] = [{"family": "network", "reason": "not tried: budget"}]
    said = shown(found)

    assert re.search(rf"network +{DASH} +{DASH} +{DASH}", said)
    assert "network not measured: budget" in said


def test_a_family_that_was_left_out_was_not_tried():
    found = decision()
    del found["evidence"]["families"]["network"]
    found["probabilities"] = {"baseline": 0.0, "linear": 0.1, "trees": 0.9, "network": 0.0}

    assert "network not tried" in shown(found)
    assert "network not tried" in Page(notebook.decision_card(found)).text
    assert "network not tried" in Page(html.render({**full(), "decision": found})).text


def test_a_tie_is_said_beside_the_verdict():
    found = decision()
    found["evidence"]["families"]["linear"].update(p_equivalent=0.5, p_better=0.125)
    said = " ".join(shown(found).split())
    assert "A tie with linear model: as good with probability 50 %, better with 12 %." in said
    report = {"decision": found, "metric": {"name": "roc_auc"}}
    assert "A tie with linear model" in " ".join(shown_summary(report).split())
    assert "A tie" not in shown({**found, "tie": False})
    found["evidence"]["families"]["linear"].update(p_equivalent=0.1, p_better=0.81)
    assert "Not proven: linear model is better with probability 81 %, as good with 10 %." in " ".join(
        shown(found).split()
    )


def test_only_files_that_exist_are_named(tmp_path):
    (tmp_path / "report.html").write_text("x", encoding="utf-8")

    said = shown(decision(), tmp_path, 300)

    assert f"{tmp_path / 'report.html'}  opens offline" in said
    assert "decision.json" not in said
    assert f"automl fit 'my data.csv' --recipe {tmp_path / 'plan.toml'}" in said


def test_without_a_decision_it_says_so():
    assert shown({}).strip() == "Verdict  No model family was named."


def test_markup_is_text():
    assert EVIL in shown({**decision(), "sentence": f"[bold]{EVIL}"})


@pytest.mark.parametrize("shares", [[1.0], [0.5, 0.5], [0.004, 0.01, 0.986], [0.0, 0.0], [0.3, 0.3, 0.4, 0.0]])
def test_the_bar_is_always_as_long_and_shows_every_share(shares):
    widths = module._widths(shares)

    assert sum(widths) == module.BAR
    assert all(width > 0 for width, share in zip(widths, shares, strict=True) if share > 0.005)
