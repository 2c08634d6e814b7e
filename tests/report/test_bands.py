import re

import pytest

from automl.report import bands
from automl.report.bands import Crossing, Curve, Reading

from .figures import EVIL
from .pages import Page

GRID = [Reading(rows, 0.9 - rows**-0.5, 0.88 - rows**-0.5, 0.92 - rows**-0.5) for rows in (100, 200, 400, 800, 4000)]
NAMED = Curve("trees", "trees", GRID[:3], GRID, named=True)
OTHER = Curve("linear", "linear model", [Reading(100, 0.8, 0.78, 0.82), Reading(400, 0.81)])


def paths(drawn):
    return re.findall(r"<path d=\"(M[^\"]*)\" fill=\"none\"[^>]*?(?:stroke-dasharray=\"([^\"]*)\")? vector", str(drawn))


@pytest.mark.parametrize("curves", [[], [NAMED], [OTHER], [NAMED, OTHER], [Curve("odd", "odd", [Reading(0.0, 1.0)])]])
def test_chart_is_closed_labelled_and_escaped(curves):
    drawn = str(bands.bands(curves, EVIL, rows=400, crossings=[Crossing("network", EVIL, 1000, 500, 1e9)]))

    page = Page(drawn)
    assert page.problems == []
    assert page.charts[0] == [EVIL, EVIL]
    assert "<script" not in drawn
    assert "nan" not in drawn


def test_a_curve_is_solid_where_it_was_measured_and_dashed_beyond():
    solid, dashed = paths(bands.bands([NAMED], "c", rows=400))

    assert (solid[1], dashed[1]) == ("", "6 4")
    assert solid[0].count("L") == 2
    assert dashed[0].startswith("M" + solid[0].split("L")[-1])


def test_a_curve_without_a_band_joins_its_anchors_by_dots_only():
    drawn = bands.bands([OTHER], "c", rows=400)

    assert [dash for _, dash in paths(drawn)] == ["1.5 3"]
    assert "fill-opacity" not in str(drawn)


def test_the_named_family_is_drawn_last_and_heavier():
    drawn = str(bands.bands([NAMED, OTHER], "c", rows=400))

    assert drawn.rindex("linear model, 400 rows") < drawn.index("trees, 100 rows")
    assert 'stroke-width="2.6"' in drawn
    assert 'fill-opacity="0.24"' in drawn


def test_every_anchor_says_its_figures():
    drawn = str(bands.bands([OTHER], "c", rows=400))

    assert "linear model, 100 rows: 0.8 (90 % 0.78 to 0.82)" in drawn
    assert "linear model, 400 rows: 0.81<" in drawn


@pytest.mark.parametrize(("rows", "shown"), [(1000, True), (1e6, False), (3, False)])
def test_a_crossing_is_marked_when_it_lies_on_the_axis(rows, shown):
    drawn = str(bands.bands([NAMED], "c", rows=400, crossings=[Crossing("network", "the network", rows)]))

    assert ("overtakes at 1,000" in drawn) is shown


def test_a_band_that_blows_up_does_not_press_the_curves_together():
    wild = Curve("network", "network", GRID[:3], [*GRID, Reading(40_000, 0.9, -1e6, 1e6)])

    plane = bands._plane([wild], 340)

    assert plane.up.low > 0.5
    assert plane.up.high < 1.2


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (90, 1100, 9, [100, 200, 500, 1000]),
        (90, 1100, 3, [100, 1000]),
        (10, 1e7, 9, [1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7]),
        (0, 10, 9, []),
        (5, 5, 9, []),
    ],
)
def test_decades_are_round(low, high, most, expected):
    assert bands.decades(low, high, most) == expected


def test_outline_says_where_a_curve_begins_and_ends():
    assert bands.outline(OTHER) == "linear model 0.8 at 100 rows to 0.81 at 400 rows"
    assert bands.outline(Curve("linear", "linear model")) == "linear model"
