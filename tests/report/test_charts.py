import re

import pytest

from automl.report import charts, plots
from automl.report.formats import MINUS
from automl.report.svg import Scale, clean, ticks

from .figures import EVIL
from .pages import Page

SCALE = Scale(0.0, 1.0, 0.0, 100.0)
DRAWN = {
    "dot_whisker": lambda label: charts.dot_whisker(SCALE, 0.5, 0.4, 0.6, family="trees", label=label, reference=0.3),
    "axis": lambda label: charts.axis(SCALE, label),
    "bar": lambda label: charts.bar(SCALE, 0.5, 0.4, 0.6, label=label),
    "stacked": lambda label: charts.stacked(
        [(label, 0.7, "linear"), ("b", 0.3, "trees"), ("none", 0.0, "network")], label
    ),
    "spark": lambda label: charts.spark([1, 0, 5], label),
    "shares": lambda label: charts.shares([0.5, 0.3], label),
    "gauge": lambda label: charts.gauge(0.8, 0.7, 0.9, 0.5, 1.0, family="linear", label=label),
    "histogram": lambda label: plots.histogram([0, 1, 2], [3, 4], label, zero=True),
    "scatter": lambda label: plots.scatter([(1, 2), (3, 4)], label),
    "step_line": lambda label: plots.step_line([(1, 0.5, "trees"), (2, 0.4, "trees")], label),
    "heat_map": lambda label: plots.heat_map([[0.9, 0.1], [0, 1]], [label, "b"], label),
}


@pytest.mark.parametrize(("ticks", "left_out"), [(1, 0), (2, 0), (3, 0), (4, 2), (5, 2)])
def test_only_of_many_ticks_some_are_left_out_on_narrow_screens(ticks, left_out):
    drawn = charts.tick_labels(SCALE, [i / 5 for i in range(ticks)], 10)
    assert sum('class="odd"' in one for one in drawn) == left_out


@pytest.mark.parametrize("name", DRAWN)
def test_chart_is_closed_labelled_and_escaped(name):
    drawn = str(DRAWN[name](EVIL + ' "quoted" & more'))
    page = Page(drawn)

    assert page.problems == []
    assert page.charts[0] == [EVIL + ' "quoted" & more'] * 2
    assert "<script" not in drawn
    assert "NaN" not in drawn


def test_whisker_ends_where_the_interval_ends():
    drawn = charts.dot_whisker(SCALE, 0.5, 0.25, 0.75, family="trees")

    assert 'x1="25%" y1="50%" x2="75%" y2="50%"' in drawn
    assert charts.SHAPES["trees"] in drawn


@pytest.mark.parametrize(("value", "edge"), [(-3.0, "0%"), (9.0, "100%")])
def test_value_off_the_scale_becomes_an_arrow_at_its_edge(value, edge):
    drawn = charts.dot_whisker(SCALE, value, value - 0.1, value + 0.1, family="baseline")

    assert f'x="{edge}"' in drawn
    assert charts.SHAPES["baseline"] not in drawn


def test_bars_share_zero_also_for_negative_values():
    drawn = charts.bar(Scale(-1, 1, 0, 100), -0.5)

    assert 'x1="25%" y1="50%" x2="50%" y2="50%"' in drawn


def test_stacked_parts_fill_the_width():
    drawn = charts.stacked([("a", 3, "linear"), ("b", 1, "trees"), ("gone", 0, "network")], "shares")

    assert re.findall(r' width="([\d.]+%)"', drawn) == ["100%", "75%", "25%"]


def test_gauge_runs_from_guessing_to_perfect_for_errors_too():
    up = charts.gauge(0.75, None, None, 0.5, 1.0, family="linear", label="")
    down = charts.gauge(25.0, None, None, 50.0, 0.0, family="linear", label="")

    middle = 'x="50%" y="44.0"'
    assert middle in up
    assert middle in down


def test_histogram_has_a_bar_a_bin_and_names_it():
    drawn = plots.histogram([0, 10, 20], [3, 1], "h")

    assert drawn.count("<rect") == 2
    assert "<title>0 to 10: 3</title>" in drawn


def test_outer_bins_that_reach_far_are_drawn_like_the_others():
    drawn = plots.histogram([-1000, 0, 1, 2, 1000], [1, 5, 5, 1], "h")

    widths = re.findall(r'<rect x="[^"]*" width="([\d.]+)%"', drawn)
    assert widths == ["24.5"] * 4
    assert f"<title>{MINUS}1,000 to 0: 1</title>" in drawn


def test_scatter_has_a_dot_a_point():
    assert plots.scatter([(0, 0), (1, 1), (2, 3)], "s").count("<circle") == 3


@pytest.mark.parametrize(("greater", "steps"), [(True, 2), (False, 1)])
def test_stair_rises_only_when_the_best_changes(greater, steps):
    points = [(1.0, 0.5, "trees"), (2.0, 0.6, "trees"), (3.0, 0.55, "trees"), (4.0, 0.7, "trees"), (5.0, 0.4, "trees")]

    drawn = plots.step_line(points, "s", greater_is_better=greater)

    risers = re.findall(
        r'x1="([\d.]+)%" y1="[\d.]+" x2="\1%" y2="[\d.]+" stroke="[^"]*accent[^"]*" stroke-width="2"', drawn
    )
    assert len(risers) == steps


def test_one_diverged_trial_does_not_press_the_others_together():
    scale = plots._bulk([0.5, 0.51, 0.52, 0.53, 0.54, 1e6], greater_is_better=False)

    assert scale.high < 1


def test_heat_map_leaves_zeros_blank():
    drawn = plots.heat_map([[1, 0], [0.5, 0.5]], ["a", "b"], "h")

    assert drawn.count("<title>") == 4  # the chart and three cells
    assert "b taken for a: 50.0%" in drawn


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (0.83, 0.86, [0.83, 0.84, 0.85, 0.86]),
        (-3, 12, [0, 5, 10]),
        (0, 0, []),
        (0, float("inf"), []),
    ],
)
def test_ticks_are_round(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize("values", [[], [3.0], [0.0, 0.0], [1.0, 2.0]])
def test_scale_is_never_of_zero_width(values):
    scale = Scale.over(values)

    assert scale.high > scale.low
    assert all(scale.left <= scale.at(v) <= scale.right for v in values)


def test_clean_drops_what_garbles_a_page():
    assert clean('a\x00\u202e<b>"') == "a&lt;b&gt;&quot;"


def test_ticks_of_tiny_figures_are_apart():
    assert ticks(0.0, 4e-14) == [0.0, 1e-14, 2e-14, 3e-14, 4e-14]


@pytest.mark.parametrize("edges", [[1e9, 1e9], [0.0, 1e-14, 2e-14]])
def test_a_histogram_fills_its_box_whatever_the_unit(edges):
    drawn = str(plots.histogram(edges, [3] * (len(edges) - 1), "x"))
    assert "nan" not in drawn
    if len(edges) > 2:
        assert re.findall(r'<rect x="([\d.]+%)" width="([\d.]+%)"', drawn) == [("1%", "49%"), ("50%", "49%")]
