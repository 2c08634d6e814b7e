import pytest

from automl.report import html
from automl.report.sections import scorecard

from .fixture import EVIL, binary, hostile
from .pages import Page

NUMBER = {
    "column": "age", "part": "", "kind": "number", "spread": 1.5, "missing": 0.25, "more": 0,
    "rows": [
        {"low": None, "high": 30.0, "origin": 30.0, "points": -0.5},
        {"low": 30.0, "high": 60.0, "origin": 30.0, "points": -0.5, "end": 1.0, "slope": 0.05, "curved": True},
        {"low": 60.0, "high": None, "origin": 60.0, "points": 1.0, "slope": 0.02},
    ],
}  # fmt: skip
CITY = {
    "column": EVIL, "part": "", "kind": "category", "spread": 0.7, "missing": 0.0, "more": 3,
    "rows": [{"level": "Bern <b>", "points": 0.7}],
}  # fmt: skip
CARD = {"label": "Yes", "intercept": -1.25, "terms": [NUMBER, CITY], "more": 4}


def block(**changes):
    return {
        "link": "logit", "classes": ["No", "Yes"], "files": ["scorecard.csv", "model.sql"], "no_sql": [],
        "cards": [CARD], "more": 0, **changes,
    }  # fmt: skip


def page(**changes):
    return Page(html.render({**binary(), "scorecard": block(**changes)}))


def test_the_section_is_there_only_with_a_scorecard():
    assert "scorecard" not in Page(html.render(binary())).ids
    found = page()
    assert found.ids.index("importance") < found.ids.index("scorecard") < found.ids.index("data")
    assert found.references.count("#scorecard") == 1


def test_the_page_stays_one_sound_file():
    found = page(cards=[CARD, {**CARD, "label": EVIL}], link="softmax", more=2)
    assert found.problems == []
    assert found.handlers == []
    assert all(b - a <= 1 for a, b in zip(found.headings, found.headings[1:], strict=False))
    assert all(label and title for label, title in found.charts)
    assert EVIL not in html.render({**hostile(), "scorecard": block()})


@pytest.mark.parametrize(
    "expected",
    [
        "add up to the log odds of Yes: a sum of 0 means 50",
        "All points of 2 columns and parts, starting from -1.25",
        "below 30 -0.5",
        "30 to below 60 -0.5 to +1, a curve",
        "60 and more +1 at 60, +0.02 for each 1 more",
        "missing or unseen +0.25",
        "Bern <b> +0.7",
        "3 more lines not shown here; scorecard.csv has them all.",
        "4 more columns and parts not shown here; scorecard.csv has them all.",
        "model.sql gives the same predictions inside a database.",
    ],
)
def test_the_page_says(expected):
    text = page().text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", " ")
    assert expected in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"link": "identity", "classes": []}, "the sum of the points below, in the unit of the target"),
        ({"link": "log", "classes": []}, "grows with the exponential of their sum"),
        ({"link": "softmax"}, "Each class has a card"),
        ({"link": 7, "classes": None}, "in the unit of the target"),
        ({"classes": []}, "log odds of the second class"),
    ],
)
def test_what_the_points_mean(changes, expected):
    assert expected in scorecard.build({"scorecard": block(**changes)})["lead"]


def test_why_there_is_no_sql():
    text = scorecard.build({"scorecard": block(files=["scorecard.csv"], no_sql=["date", "note"])})["files"]
    assert text.startswith("The whole model is in scorecard.csv. There is no model.sql")
    assert text.endswith("SQL cannot make the parts of date, note.")


@pytest.mark.parametrize("junk", [{}, {"cards": []}, {"cards": [None]}, {"cards": "x"}])
def test_junk_is_missing(junk):
    assert "cannot be printed" in scorecard.build({"scorecard": junk})["missing"]


@pytest.mark.parametrize("junk", [7, "text", [1], {"cards": [{"terms": [{"rows": [{}]}]}]}], ids=str)
def test_junk_costs_its_section_only(junk):
    assert html.render({**binary(), "scorecard": junk}).endswith("</html>")
