import re

import pytest

from automl.report.curves import Point, reliability, widths

from .figures import EVIL
from .pages import Page

HONEST = [Point(0.1 * i, 0.1 * i, 0.1 * i - 0.05, 0.1 * i + 0.05, 100) for i in range(1, 10)]
SURE = [Point(0.02, 0.2, 0.1, 0.3, 50), Point(0.98, 0.8, 0.7, 0.9, 50)]


@pytest.mark.parametrize(
    "drawn",
    [reliability(HONEST, SURE, EVIL), reliability(HONEST[:1], [], EVIL), widths([(0.0, 1.0), (5.0, 0.0)], EVIL)],
)
def test_plot_is_closed_labelled_and_escaped(drawn):
    page = Page(str(drawn))
    assert page.problems == []
    assert page.charts[0] == [EVIL, EVIL]
    assert "<script" not in str(drawn)
    assert "nan" not in str(drawn)


def test_every_bin_is_a_dot_that_says_its_figures():
    drawn = str(reliability(HONEST, SURE, "r"))
    assert drawn.count("<circle") == 11
    assert "stated 98.0 %, true 80.0 % of 50 rows" in drawn
    assert drawn.index("stated 98.0 %") < drawn.index("stated 10.0 %")  # behind


def test_equal_shares_lie_on_the_diagonal():
    drawn = str(reliability(HONEST, [], "r"))
    (x1, y1, x2, y2) = map(
        float, re.search(r'x1="([\d.]+)%" y1="([\d.]+)" x2="([\d.]+)%" y2="([\d.]+)"[^>]*4 3', drawn).groups()
    )
    for cx, cy in re.findall(r'cx="([\d.]+)%" cy="([\d.]+)"', drawn):
        share = (float(cx) - x1) / (x2 - x1)
        assert float(cy) == pytest.approx(y1 + share * (y2 - y1), abs=0.2)


@pytest.mark.parametrize("shown", [[(1.0, 3.0)], [(1.0, 3.0), (2.0, 6.0)], [(1.0, 0.0)]])
def test_widths_start_at_zero(shown):
    drawn = str(widths(shown, "w"))
    heights = [198 - float(y) for y in re.findall(r'cy="([\d.]+)"', drawn)]
    assert len(heights) == len(shown)
    if len(shown) == 2:
        assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
