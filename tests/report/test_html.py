import re

import pytest

from automl.report import html

from .fixture import ALL, EVIL, binary, empty, holes, hostile, images, multiclass, nulls, regression, report, wide
from .pages import Page

SCRIPT = (html.TEMPLATES / "sort.js").read_text(encoding="utf-8")
SMALL = report("small", "binary", "roc_auc", "linear", ["No", "Yes"], candidates=4, trials=3)
UNREADABLE = "This part of report.json could not be read"


@pytest.fixture(scope="module")
def pages():
    return {name: html.render(make()) for name, make in ALL.items()}


@pytest.mark.parametrize("name", ALL)
def test_page_is_one_well_formed_offline_file(pages, name):
    page = Page(pages[name])

    assert page.problems == []
    assert page.handlers == []
    assert page.scripts == [SCRIPT]
    outside = [r for r in page.references if not r.startswith(("#", "data:"))]
    assert outside == []
    assert len(page.ids) == len(set(page.ids))
    assert re.findall(r"url\(|@import|\bsrcdoc=", pages[name]) == []
    assert len(pages[name].encode()) < 2_000_000


@pytest.mark.parametrize("name", ALL)
def test_page_has_every_section_in_order_and_links_to_it(pages, name):
    page = Page(pages[name])

    sections = [s.name for s in html.SECTIONS]
    assert [i for i in page.ids if i in sections] == sections
    assert page.references.count("#verdict") == 1
    assert page.headings[0] == 1
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))


@pytest.mark.parametrize("name", ALL)
def test_every_chart_has_a_label_and_a_title(pages, name):
    for label, title in Page(pages[name]).charts:
        assert label
        assert title


@pytest.mark.parametrize("name", ALL)
def test_same_dictionary_gives_same_bytes(pages, name):
    assert html.render(ALL[name]()) == pages[name]


@pytest.mark.parametrize("name", ALL)
def test_no_section_fails_on_the_fixtures(pages, name):
    assert UNREADABLE not in pages[name]


def test_policy_allows_our_script_and_nothing_else(pages):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', pages["binary"])

    assert policy
    assert "default-src 'none'" in policy[1].replace("&#39;", "'")
    assert html._hash(SCRIPT) in policy[1]


@pytest.mark.parametrize(
    "document",
    nulls(SMALL) + nulls(images(), "profile", "media", "errors") + nulls(regression(), "profile", "errors", "test"),
    ids=lambda _: "",
)
def test_any_part_may_be_missing(document):
    page = html.render(document)

    assert UNREADABLE not in page
    assert page.endswith("</html>")


@pytest.mark.parametrize("key", sorted(binary()))
@pytest.mark.parametrize("junk", [7, "text", [1, None], [[]], {"value": "x", "columns": 3}], ids=str)
def test_a_part_of_the_wrong_type_costs_its_section_only(key, junk):
    page = html.render({**SMALL, key: junk})

    assert page.count("<section") == len(html.SECTIONS)
    assert page.endswith("</html>")


def test_hostile_names_stay_text(pages):
    assert EVIL not in pages["hostile"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages["hostile"]
    assert "evil.example" not in " ".join(Page(pages["hostile"]).references)
    assert "\u202e" not in pages["hostile"]
    assert "\x00" not in pages["hostile"]


def test_lone_surrogates_do_not_stop_the_report(tmp_path):
    path = html.write({**binary(), "name": "bad \ud800 name"}, tmp_path)

    assert "bad ? name" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (binary, "ROC AUC 0.846 (95 % interval 0.828 to 0.864); always answering with the class shares gets 0.500."),
        (binary, "Rely on it with care: 2 warnings, the first"),
        (binary, "linear model, with probability 79 %"),
        (binary, "The order is by validation"),
        (multiclass, "Most confused"),
        (multiclass, "Precision and recall of 26 classes"),
        (regression, "always answering with the average gets 115,412"),
        (regression, "Residuals"),
        (regression, "The 90 % prediction intervals hold 90.3 % of the targets on the test part"),
        (images, "900 readable images in 5 classes; 2 could not be read."),
        (images, "Columns do not exist in image data."),
        (images, "In repeated cross-validation over 900 rows"),
        (holes, "How good the model is was not measured"),
        (holes, "No search was run"),
        (empty, "No decision was made in this run"),
        (empty, "No model was delivered by this run."),
        (wide, "350 more columns not shown here; profile.json has them all."),
        (wide, "The 40 classes with most errors of 150."),
        (hostile, "Do not rely on it yet: a check found an error"),
    ],
)
def test_page_says(make, expected):
    assert expected in Page(html.render(make())).text


def test_of_very_many_classes_those_left_out_are_counted():
    document = wide()
    document["errors"]["per_class"] = [{"label": f"c{i}", "rows": 3, "precision": 1, "recall": 1} for i in range(337)]

    assert "37 more classes not shown here; report.json has them all." in Page(html.render(document)).text


@pytest.mark.parametrize(
    ("low", "said"),
    [(0.1, "the best is ahead of every other by more than chance"), (None, "not measured for all of them")],
)
def test_without_an_interval_nothing_is_ahead_by_more_than_chance(low, said):
    document = binary()
    for row in document["leaderboard"][1:]:
        row["difference"] = {"value": 0.2, "low": low, "high": 0.3 if low else None}

    assert said in Page(html.render(document)).text


def test_latencies_are_sorted_by_time_not_by_their_text():
    document = binary()
    document["leaderboard"][0]["predict_ms_per_1000"] = 1234.5

    assert '<td class="n" data-v="1234.5">1.2 s</td>' in html.render(document)


def test_thumbnails_come_only_from_the_report_itself(pages):
    images_shown = [r for r in Page(pages["images"]).references if r.startswith("data:image/")]

    assert len(images_shown) == 12
    assert len([r for r in Page(pages["hostile"]).references if r.startswith("data:image/")]) == 1
    assert sum(map(len, Page(pages["wide"]).references)) < 700_000
