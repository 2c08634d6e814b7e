import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from automl.data.dates import ISO, dates, guess_date_format

DAY = 86_400.0


def guess(*cells):
    return guess_date_format(pa.array(cells, pa.large_string()), np.ones(len(cells)))


@pytest.mark.parametrize(
    ("cells", "date_format"),
    [
        (("2020-01-31", "2021-12-01"), "%Y-%m-%d"),
        (("1949-01", "1950-12"), "%Y-%m"),
        (("2020-01-01T10:00:00Z", "2020-01-02 11:00:00.5"), ISO),
        (("1.2.2020", "31.12.2021"), "%d.%m.%Y"),
        (("1.2.2020 10:30", "31.12.2021 23:59"), "%d.%m.%Y %H:%M"),
        (("1/2/2020", "12/31/2021"), "%m/%d/%Y"),
        (("31/12/2021 10:00", "01/02/2020 11:30"), "%d/%m/%Y %H:%M"),
        (("1/2/2020 1:30 PM", "2/3/2020 11:00 AM"), "%m/%d/%Y %I:%M %p"),
        (("03-Jan-2020", "14-Feb-2021"), "%d-%b-%Y"),
        (("January 5, 2020", "June 30, 2021"), "%B %d, %Y"),
        (("N135_382/137", "39__38"), ""),
        (("1.5.3", "2.0.1"), ""),
        (("2020-13-45", "2020-14-01"), ""),
    ],
)
def test_format_is_guessed(cells, date_format):
    assert guess(*cells) == date_format


def test_cells_in_the_format_in_iso_form_and_in_neither():
    series = pd.Series(["02.01.1970", "1970-01-03", "?", None, "soon"], dtype="str")
    values, wrong = dates(series, "%d.%m.%Y")
    assert values[:2].tolist() == [DAY, 2 * DAY]
    assert np.isnan(values[2:]).all()
    assert wrong.tolist() == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("series", "seconds"),
    [
        (pd.to_datetime(pd.Series(["1970-01-02", None])), [DAY, None]),
        (pd.Series(pd.to_datetime(["1970-01-02"]).tz_localize("UTC")), [DAY]),
    ],
)
def test_dates_read_as_dates(series, seconds):
    values, wrong = dates(series)
    assert [None if np.isnan(value) else value for value in values] == seconds
    assert not wrong.any()


def test_numbers_are_no_dates():
    values, wrong = dates(pd.Series([1.0, np.nan]))
    assert np.isnan(values).all()
    assert wrong.tolist() == [True, False]
