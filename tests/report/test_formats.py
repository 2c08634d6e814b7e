import math

import pytest

from automl.report import formats


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"), (7, "7"), (20640, "20,640"), (0.0, "0"), (0.84612, "0.8461"), (48213.4, "48,213"), (1.0, "1"),
        (-0.5, formats.MINUS + "0.5"), (0.000123456, "0.0001235"), (1.5e-7, "1.5e-07"),
        (1e-7, "1e-07"), (-1.23456e-7, formats.MINUS + "1.235e-07"),
        (123.456, "123.5"), (None, formats.DASH),
        (math.nan, formats.DASH), (math.inf, formats.DASH), ("text", "text"), (True, "True"),
    ],
)  # fmt: skip
def test_number_keeps_four_digits(value, expected):
    assert formats.number(value) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0.0022, 4, "+0.0022"),
        (-0.0022, 3, formats.MINUS + "0.002"),
        (0.00001, 3, "0.000"),
        (-0.00001, 3, "0.000"),
        (None, 3, formats.DASH),
    ],
)
def test_signed_shows_the_sign_of_what_is_not_nothing(value, decimals, expected):
    assert formats.signed(value, decimals) == expected


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([(0.8461, 0.8292, 0.8681)], 3), ([(47340.0, 45782.0, 48898.0)], 0), ([(0.5, None, None)], None),
        ([(0.5, 0.5, 0.5)], None), ([], None), ([(1e-9, 0, 2e-9)], None),
        ([(0.5, 0.5, 0.5 + 1e-9)], 6), ([(2e-8, 1e-8, 3e-8), (0.5, 0.5, 0.5 + 1e-9)], 6), ([(0, 0, 3e-8)], None),
    ],
)  # fmt: skip
def test_decimals_follow_the_width_of_the_interval(intervals, expected):
    assert formats.decimals_for(intervals) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, "0 %"), (0.001, "<1 %"), (0.265, "26 %"), (0.999, ">99 %"), (1.0, "100 %"), (None, formats.DASH)],
)
def test_percent_never_rounds_to_certainty(share, expected):
    assert formats.percent(share) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0002, "<1 ms"), (0.0412, "41 ms"), (1.0, "1 s"), (58.31, "58.3 s"), (60, "60 s"), (372, "6 min 12 s"),
        (600, "10 min"), (7500, "2 h 5 min"), (7200, "2 h"), (None, formats.DASH),
    ],
)  # fmt: skip
def test_seconds(value, expected):
    assert formats.seconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(512, "512 B"), (12_345, "12.3 kB"), (999_950, "1.0 MB"), (25_276_514_304, "25.3 GB"), (None, formats.DASH)],
)
def test_size(value, expected):
    assert formats.size(value) == expected


def test_interval_of_no_width_is_left_out():
    assert formats.interval(0.5, 0.5) == ""
    assert formats.interval(0.829, 0.868, 3) == "0.829 to 0.868"


def test_short_and_plural():
    assert formats.short("a\n b" + "c" * 100, 6) == "a bcc…"
    assert formats.short("the gain in ROC AUC lies between", 19) == "the gain in ROC…"
    assert formats.short("the gain in ROC AUC lies between", 20) == "the gain in ROC AUC…"
    assert formats.plural(1, "row") == "1 row"
    assert formats.plural(2000, "class", "classes") == "2,000 classes"


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [(2e-15, 6, "<0.000001"), (0.0, 6, "0.000000"), (2e-15, 2, "0.00"), (3e-6, 6, "0.000003")],
)
def test_what_is_smaller_than_the_digits_is_not_called_zero(value, decimals, said):
    assert formats.number(value, decimals) == said
    assert formats.signed(value, decimals).lstrip("+") == said
