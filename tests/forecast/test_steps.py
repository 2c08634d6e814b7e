"""Time stamps as steps: what spacing is found, and where each time stamp stands."""

import numpy as np
import pandas as pd
import pytest

from automl.errors import DataError
from automl.forecast.steps import find, number, words


def seconds(*stamps):
    return pd.DatetimeIndex(stamps).as_unit("s").asi8.astype(float)


def ranged(start, periods, freq):
    return seconds(*pd.date_range(start, periods=periods, freq=freq))


SPACINGS = [
    (ranged("2024-01-01", 30, "D"), "seconds", "day"),
    (ranged("2024-01-01", 30, "h"), "seconds", "hour"),
    (ranged("2024-01-01", 30, "15min"), "seconds", "15 minutes"),
    (ranged("2024-01-01", 30, "W"), "seconds", "week"),
    (ranged("2024-01-01", 30, "MS"), "months", "month"),
    (ranged("2024-01-31", 30, "ME"), "months", "month"),
    (ranged("2024-01-01", 30, "QS"), "months", "3 months"),
    (ranged("1990-01-01", 30, "YS"), "months", "year"),
    (ranged("2024-01-01", 30, "B"), "workdays", "workday"),
]


@pytest.mark.parametrize(("times", "unit", "said"), SPACINGS, ids=[case[2] for case in SPACINGS])
def test_the_spacing_of_dates(times, unit, said):
    found = find(times, np.zeros(30, int), dated=True)

    assert (found.value.unit, words(found.value)) == (unit, said)
    assert found.reason == f"a row every {said}"
    assert number(found.value, times, np.zeros(30, int)).tolist() == list(range(30))


def test_holes_are_counted_and_told():
    times = np.delete(ranged("2024-01-01", 40, "D"), [5, 6, 20])
    found = find(times, np.zeros(37, int), dated=True)

    assert found.evidence == {"steps": 40, "missing": 3, "series": 1}
    assert "3 of 40 steps" in found.reason
    assert number(found.value, times, np.zeros(37, int))[[4, 5]].tolist() == [4, 7]


def test_time_stamps_without_a_spacing_are_counted_by_rows():
    times = np.cumsum(np.random.default_rng(0).integers(1, 100_000, 50)).astype(float)
    found = find(times, np.zeros(50, int), dated=True)

    assert found.value.unit == "rows"
    assert number(found.value, times[::-1], np.zeros(50, int)).tolist() == list(range(49, -1, -1))


def test_numbers_have_a_spacing_too():
    times = np.arange(100, 200, 5.0)
    found = find(times, np.zeros(20, int), dated=False)

    assert (found.value.unit, found.value.every) == ("numbers", 5.0)
    assert number(found.value, np.array([110.0, 112.0]), np.zeros(2, int)).tolist()[0] == 2
    assert np.isnan(number(found.value, np.array([112.0]), np.zeros(1, int))[0])


def test_series_share_one_spacing_and_may_start_at_different_times():
    times = np.concatenate([ranged("2024-01-01", 30, "D"), ranged("2024-01-20", 20, "D")])
    codes = np.repeat([0, 1], [30, 20])
    found = find(times, codes, dated=True)

    assert found.evidence == {"steps": 50, "missing": 0, "series": 2}
    assert number(found.value, times, codes)[30] == 19


def test_a_weekend_is_no_workday():
    steps = find(ranged("2024-01-01", 30, "B"), np.zeros(30, int), dated=True).value

    assert np.isnan(number(steps, seconds("2024-03-02"), np.zeros(1, int))[0])


def test_series_of_one_row_have_no_past():
    with pytest.raises(DataError, match="no past"):
        find(np.arange(5.0), np.arange(5), dated=False)
