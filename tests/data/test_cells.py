import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from automl.data.cells import canonical, guess_number_format, labels, numbers, parse_numbers, simplify


def texts(*cells):
    return pa.array(cells, pa.large_string())


@pytest.mark.parametrize(
    ("cells", "number_format", "values"),
    [
        (("+1", ".5", "5.", "1e-3", "-2"), "", [1, 0.5, 5, 0.001, -2]),
        (("1,234", "12", "1,000,000.5"), "thousands_comma", [1234, 12, 1_000_000.5]),
        (("1.234,5", "3,14", "7"), "decimal_comma", [1234.5, 3.14, 7]),
        (("12 %", "3.5%", ".5%", "1,200%"), "percent", [12, 3.5, 0.5, 1200]),
        (("12,5 %", "7,25%"), "percent_comma", [12.5, 7.25]),
        (("$5", "-$1,234.50", "5 €", "EUR 3"), "currency", [5, -1234.5, 5, 3]),
        (("5,50 €", "1.000,00 €"), "currency_comma", [5.5, 1000]),
        (("12 kg", "-1,200.5kg", ".5 kg"), "unit kg", [12, -1200.5, 0.5]),
        (("3,5 km/h", "1.200,25 km/h"), "unit_comma km/h", [3.5, 1200.25]),
    ],
)
def test_every_number_format_is_found_and_read(cells, number_format, values):
    found = guess_number_format(texts(*cells), np.ones(len(cells)))
    assert found == number_format
    parsed, wrong = parse_numbers(texts(*cells), found)
    assert parsed.tolist() == values
    assert not wrong.any()


@pytest.mark.parametrize(
    "cells",
    [
        ("01234", "55555"), ("12a", "3"), ("1,23,4",), ("N135_382/137",), ("2020-01-01",), ("80 kg", "500 g"),
        ("007 kg", "8 kg"), ("10:30", "11:30"), ("1-a", "2-a"), ("1.2.3 m", "2.2.3 m"), ("1 Main St", "2 Main St"),
    ],
)  # fmt: skip
def test_codes_and_words_are_no_numbers(cells):
    assert guess_number_format(texts(*cells), np.ones(len(cells))) is None


def test_numbers_without_the_unit_of_the_column_are_read_too():
    values, wrong = numbers(pd.Series(["12 kg", "13", "14 g", "?"], dtype="str"), "unit kg")
    assert values[:2].tolist() == [12, 13]
    assert np.isnan(values[2:]).all()
    assert wrong.tolist() == [False, False, True, False]


def test_a_tolerance_admits_a_stray_word_and_it_is_counted_wrong():
    cells = texts(*map(str, range(200)), "see note")
    assert guess_number_format(cells, np.ones(201)) is None
    assert guess_number_format(cells, np.ones(201), 0.01) == ""
    values, wrong = parse_numbers(cells, "")
    assert np.isnan(values[-1])
    assert wrong.sum() == 1


def test_markers_among_numbers_are_missing_and_not_wrong():
    values, wrong = numbers(pd.Series(["1", "?", "none", " ", None, "x1"], dtype="str"))
    assert values[0] == 1
    assert np.isnan(values[1:]).all()
    assert wrong.tolist() == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("series", "dtype"),
    [
        (pd.Series([1, None, 2], dtype="Int64"), "float64"),
        (pd.Series([1, 2], dtype="Int8"), "int64"),
        (pd.Series([True, None], dtype="boolean"), "str"),
        (pd.Series([True, False], dtype="boolean"), "bool"),
        (pd.Series(["a", None], dtype="category"), "str"),
        (pd.Series([1, 2], dtype="category"), "int64"),
        (pd.Series([1, None, "a", 2.5], dtype="object"), "str"),
        (pd.Series([1, None, 2.5], dtype="object"), "float64"),
        (pd.Series([10**25, None, 3 * 10**25], dtype="object"), "float64"),
        (pd.Series([10**25, None, 10**25 + 1], dtype="object"), "str"),
        (pd.Series([dt.date(2020, 1, 1), None]), "datetime64[us]"),
        (pd.Series(pd.date_range("2020", periods=2, tz="Europe/Berlin")), "datetime64[us]"),
        (pd.Series(pd.to_timedelta([1, 2], unit="s")), "float64"),
        (pd.Series(["a"]).astype(pd.ArrowDtype(pa.string())), "str"),
        (pd.Series([1 + 2j]), "str"),
        (pd.Series([[1], {"a": 2}]), "str"),
    ],
)
def test_every_type_becomes_one_of_four(series, dtype):
    simple = simplify(series)
    assert simple.dtype.kind == np.dtype(dtype).kind if dtype != "str" else isinstance(simple.dtype, pd.StringDtype)
    assert simple.isna().sum() == series.isna().sum()


@pytest.mark.parametrize(
    ("series", "names", "codes"),
    [
        (pd.Series([2, 1, 2]), ["2", "1"], [0, 1, 0]),
        (pd.Series([2.0, np.nan, 0.5]), ["2", "0.5"], [0, -1, 1]),
        (pd.Series(["b", " b", "?", None, "a"], dtype="str"), ["b", "?", "a"], [0, 0, -1, -1, 2]),
        (pd.Series([True, False]), ["False", "True"], [1, 0]),
    ],
)
def test_labels_are_trimmed_and_markers_are_missing(series, names, codes):
    found, places = labels(series)
    assert found == names
    assert places.tolist() == codes


@pytest.mark.parametrize(("label", "form"), [("1.0", "1"), ("01", "1"), ("-2.50", "-2.5"), ("1e3", "1000"), ("a", "a")])
def test_canonical_form_of_a_number(label, form):
    assert canonical(label) == form


def test_infinite_label_stays_text():
    assert canonical("inf") == "inf"
