import pytest

from automl.report import notebook

from .fixture import ALL, EVIL, binary, hostile
from .pages import Page


def cards(report):
    return [
        notebook.run_card(report),
        notebook.decision_card(report.get("decision") or {}),
        notebook.profile_card(report.get("profile") or {}),
    ]


@pytest.mark.parametrize("name", ALL)
def test_cards_are_small_closed_and_load_nothing(name):
    for card in cards(ALL[name]()):
        page = Page(card)

        assert page.problems == []
        assert page.references == []
        assert len(card) < 30_000


def test_style_is_no_text():
    for card in cards(binary()):
        assert card.startswith("<style>")
        assert ".automl-card" not in Page(card).text


def test_style_is_scoped():
    style = notebook.STYLE.split("<style>")[1].split("</style>")[0]
    selectors = [s for rule in style.replace("\n", "").split("}") if "{" in rule for s in rule.split("{")[0].split(",")]

    assert selectors
    assert all(s.strip().startswith(".automl-card") for s in selectors)


def test_names_are_escaped():
    for card in cards(hostile()):
        assert EVIL not in card
        assert "<script" not in card


@pytest.mark.parametrize("expected", ["ROC AUC 0.846", "A linear model is enough", "automl predict"])
def test_run_card_says(expected):
    assert expected in Page(notebook.run_card(binary())).text


def test_decision_and_profile_cards_say():
    assert "linear 79 %" in Page(notebook.decision_card(binary()["decision"])).text
    assert "7,043 rows; target Churn; binary" in Page(notebook.profile_card(binary()["profile"])).text
