"""The section on calibration and intervals, from blocks as a run makes them."""

import re

import numpy as np
import pytest

from automl import jsonio
from automl.evaluate.shape import shape
from automl.report import html
from automl.types import Problem

from .fixture import EVIL, binary, multiclass, nulls, regression
from .pages import Page
from .test_browser import CHROME, POLICY, PROBE, dump

UNREADABLE = "This part of report.json could not be read"


def stated(seed, rows, classes, sharpness, bias=0.0):
    """(y, probabilities, splits) of a model whose logits are `sharpness` times the true ones."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (rows, classes))
    logits[:, 0] += bias
    true, said = (np.exp(logits * k) / np.exp(logits * k).sum(axis=1, keepdims=True) for k in (1, sharpness))
    return (true.cumsum(axis=1) > rng.random((rows, 1))).argmax(axis=1), said, np.arange(rows) % 5


def classified(task, metric, sharpness, bias=0.0):
    document = {"binary": binary, "multiclass": multiclass}[task]()
    classes = tuple(document["profile"]["classes"])
    found = shape(metric, Problem("table", task, metric, classes), *stated(0, 3_000, len(classes), sharpness, bias))
    document["metric"] = {**document["metric"], "name": metric}
    y, p, _ = stated(1, 1_408, len(classes), sharpness, bias)
    return document | {"shape": jsonio.plain(found.block(metric, y, p))}


def valued(*, growing):
    def rows(seed, n):
        rng = np.random.default_rng(seed)
        p = rng.gamma(3, 60_000, n)
        return np.maximum(p + rng.normal(0, 1, n) * (0.3 * p if growing else 9_000), 0), p[:, None], np.arange(n) % 5

    found = shape("rmse", Problem("table", "regression", "rmse"), *rows(0, 4_000))
    y, p, _ = rows(1, 4_128)
    return regression() | {"shape": jsonio.plain(found.block("rmse", y, p))}


MADE = {
    "too sure": lambda: classified("binary", "f1", 2.5, 2.0),
    "honest": lambda: classified("binary", "roc_auc", 1.0),
    "many": lambda: classified("multiclass", "balanced_accuracy", 1.7, 2.0),
    "growing": lambda: valued(growing=True),
    "steady": lambda: valued(growing=False),
}


@pytest.fixture(scope="module")
def documents():
    return {name: make() for name, make in MADE.items()}


@pytest.mark.parametrize("name", MADE)
def test_the_section_follows_the_test_figures(documents, name):
    page = Page(html.render(documents[name]))
    named = [section.name for section in html.sections(documents[name])]
    assert page.problems == []
    assert named[named.index("calibration") - 1] == "test"
    assert [i for i in page.ids if i in named] == named
    assert page.references.count("#calibration") == 1
    assert all(label and title for label, title in page.charts)
    assert UNREADABLE not in page.text
    assert "nan" not in page.text.split("Can the ")[2].split("What it gets wrong")[0]


def test_a_run_that_did_not_measure_it_has_no_such_section():
    assert "Can the" not in Page(html.render(binary())).text
    assert html.sections(binary()) == html.SECTIONS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("too sure", "Can the probabilities be trusted?"),
        ("too sure", "Divided by a temperature of 2."),
        ("too sure", "as the model gave them"),
        ("too sure", "The second class is named above 0."),
        ("too sure", "On the test part: F1 0."),
        ("too sure", "Other thresholds for “Yes”"),
        ("honest", "on the test part stated and true shares differ by"),
        ("honest", "Left as they are"),
        ("honest", "The second class is named above 0.5: the metric does not depend on the class that is named."),
        ("many", "of the most probable class"),
        ("many", "Probabilities are divided by class shares"),
        ("growing", "Can the intervals be trusted?"),
        ("growing", "The width follows the prediction"),
        ("growing", "Lower ends stop at zero"),
        ("steady", "One width for all predictions"),
        ("steady", "intervals hold"),
    ],
)
def test_the_section_says(documents, name, expected):
    assert expected in Page(html.render(documents[name])).text


@pytest.mark.parametrize(("name", "charts"), [("honest", 1), ("growing", 1), ("steady", 0)])
def test_one_plot_where_there_is_something_to_see(documents, name, charts):
    body = html.render(documents[name]).split('id="calibration"')[1].split("<section")[0]
    assert body.count("<figure>") == charts


def test_without_a_test_part_none_is_spoken_of(documents):
    document = jsonio.plain(documents["too sure"])
    document["test"]["protocol"] = "repeated_cv"
    body = html.render(document).split('id="calibration"')[1].split("<section")[0]
    assert "on the rows of cross-validation stated" in body
    assert "test part" not in body


def test_honest_probabilities_have_one_column_of_figures(documents):
    body = html.render(documents["honest"]).split('id="calibration"')[1].split("<section")[0]
    assert ">Before<" not in body
    assert "as the model gave them" not in body


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (0.9, 0.88, 0.92, "Yes: the 90\xa0% intervals hold 90.0\xa0% of the targets"),
        (0.8, 0.78, 0.82, "With care: the 90\xa0% intervals hold 80.0\xa0%"),
        (0.97, 0.96, 0.98, "more than promised"),
    ],
)
def test_coverage_in_words(documents, value, low, high, expected):
    document = jsonio.plain(documents["steady"])
    document["shape"]["interval"]["coverage"] = {"value": value, "low": low, "high": high}
    assert expected in html.render(document)


@pytest.mark.parametrize(
    ("value", "chance", "expected"),
    [
        (0.01, 0.02, "Yes: "),
        (0.03, 0.02, "Roughly: "),
        (0.09, 0.02, "With care: "),
        (0.09, None, "On the test part st"),
    ],
)
def test_calibration_in_words(documents, value, chance, expected):
    document = jsonio.plain(documents["honest"])
    document["shape"]["calibration"]["ece"]["after"]["value"] = value
    document["shape"]["calibration"]["chance"] = chance
    assert f'<p class="lead">{expected}' in html.render(document)


@pytest.mark.parametrize("name", ["too sure", "growing"])
def test_any_part_may_be_missing_or_of_a_wrong_type(documents, name):
    document = documents[name]
    inner = next(key for key in ("calibration", "interval") if key in document["shape"])
    variants = nulls(document, "shape") + [
        {**document, "shape": {**document["shape"], inner: block}} for block in nulls(document["shape"][inner])
    ]
    for variant in variants:
        assert UNREADABLE not in html.render(variant)
    for junk in ("text", 3, [1], {"calibration": [EVIL]}, {"interval": {"at": EVIL, "by_range": [EVIL, {}]}}):
        page = html.render({**document, "shape": junk})
        assert page.endswith("</html>")
        assert EVIL not in page


@pytest.mark.browser
@pytest.mark.skipif(CHROME is None, reason="no chromium or chrome found")
@pytest.mark.parametrize("name", ["too sure", "growing"])
def test_no_horizontal_scroll_on_a_phone(documents, name, tmp_path):
    page = POLICY.sub("", html.render(documents[name])).replace("</body>", PROBE + "</body>")

    seen = re.search(r"<title>width (\d+) of (\d+); (.*?)</title>", dump(page, tmp_path, 390).stdout)

    assert seen
    assert int(seen[1]) <= int(seen[2]), seen[3]
