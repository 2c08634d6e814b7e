import numpy as np
import pandas as pd
import pytest

from automl.profile.columns import Roles, describe, describe_column
from automl.profile.stats import SAMPLE, number_stats, sample_positions, sentinels

ROWS = 400
RNG = np.random.default_rng(0)
ROLES = Roles("y")


def column(cells, name="x", roles=ROLES):
    return describe_column(pd.Series(cells), name, roles)


def cycle(*cells):
    return [cells[i % len(cells)] for i in range(ROWS)]


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("x", RNG.normal(size=ROWS), "number"),
        ("rating", cycle(1, 2, 3, 4, 5), "number"),
        ("flag", cycle(0, 1), "boolean"),
        ("flag", cycle("yes", "no", None), "boolean"),
        ("flag", cycle("T", "F"), "boolean"),
        ("flag", cycle("Yes", "yes", "NO"), "boolean"),
        ("flag", cycle(True, False), "boolean"),
        ("sign", cycle(-1, 1), "number"),
        ("sex", cycle("m", "w"), "category"),
        ("MS.SubClass", cycle(20, 60, 120), "category"),
        ("zip", cycle("01234", "55555", "99999"), "category"),
        ("store_id", cycle(1, 2, 3), "category"),
        ("Ticket", [f"A/5 {i // 2}" for i in range(ROWS)], "category"),
        ("customerID", [f"{i}-XYZ" for i in range(ROWS)], "id"),
        ("customerID", [f"{i}XYZ" for i in range(ROWS)], "id"),
        ("mass", [f"{i / 4} kg" for i in RNG.permutation(ROWS)], "number"),
        ("instant", range(ROWS), "id"),
        ("PID", RNG.permutation(ROWS) + 9_000, "id"),
        ("area", RNG.permutation(10 * ROWS)[:ROWS], "number"),
        ("year", range(1600, 1600 + ROWS), "number"),
        ("mass", np.arange(ROWS) + 0.5, "number"),
        ("price", [f"${i + 1},{i:03d}" for i in range(ROWS)], "number"),
        ("Name", [f"Braund, Mr. Owen {i}" for i in range(ROWS)], "text"),
        ("title", [f"Movie {i}" for i in range(ROWS)], "text"),
        ("review", [f"很快好吃味道足量大{chr(0x4E00 + i)}" for i in range(ROWS)], "text"),
        ("history", cycle("critical/other existing credit", "all paid back duly"), "category"),
        ("when", pd.date_range("2020", periods=ROWS).astype(str), "date"),
        ("when", pd.date_range("2020", periods=ROWS), "date"),
        ("when", cycle("31.12.2020", "1.1.2021"), "date"),
        ("month", pd.period_range("1949-01", periods=ROWS, freq="M").astype(str), "date"),
        ("same", ["a"] * ROWS, "constant"),
        ("same", [3.5] * ROWS, "constant"),
        ("none", [None] * ROWS, "constant"),
        ("none", ["?"] * ROWS, "constant"),
        ("account", [10**25 + i for i in range(ROWS)], "id"),
        ("account", [str(10**25 + i) for i in range(ROWS)], "id"),
        ("account", [10**18 + i for i in range(ROWS)], "id"),
        ("account", [str(10**25 + i // 4) for i in range(ROWS)], "category"),
        ("atoms", [str(10**25 + i * 10**20 + i * i) for i in range(ROWS)][::-1], "number"),
        ("presence", cycle("pool", None), "category"),
        ("presence", cycle(1.0, None), "category"),
    ],
)
def test_kind(name, cells, kind):
    found = column(cells, name)
    assert found.kind == kind
    assert found.reason
    assert found.role == ("dropped" if kind in ("id", "constant") else "feature")


@pytest.mark.parametrize(
    ("cells", "number_format", "highest"),
    [
        (cycle("29.85", " ", "1889.5"), "", 1889.5),
        (cycle("1,234", "12", "1,000,000"), "thousands_comma", 1e6),
        (cycle("12 %", "7 %"), "percent", 12),
        (cycle("$5", "$1,200.50"), "currency", 1200.5),
        (cycle("3,14", "2,72", "1,0"), "decimal_comma", 3.14),
        (cycle("1", "none", "3"), "", 3),
        (cycle("36 months", "60 months", "?"), "unit months", 60),
    ],
)
def test_numbers_stored_as_text(cells, number_format, highest):
    found = column(cells)
    assert (found.kind, found.number_format) == ("number", number_format)
    assert found.stats["max"] == highest


def test_a_letter_grade_among_numbers_keeps_them_labels():
    assert column(cycle("1", "2", "3", "K")).levels == ("1", "2", "3", "K")


def test_a_stray_word_among_many_numbers_is_missing_and_counted():
    found = column([*map(str, RNG.normal(size=ROWS)), "see note"])
    assert (found.kind, found.missing, found.stats["unreadable"]) == ("number", 1, 1)


def test_missing_cells_and_markers_are_counted():
    found = column(cycle("a", "?", "NA", None))
    assert found.missing == 300
    assert found.markers == {"?": 100, "NA": 100}
    assert found.distinct == 1


def test_levels_are_in_order_of_value_and_top_of_frequency():
    found = column(cycle(10, 9, 10), "area_code")
    assert found.levels == ("9", "10")
    assert found.stats["top"] == [["10", 267], ["9", 133]]


def test_spellings_of_a_truth_are_one_level():
    assert column(cycle("yes", "YES", "yes", "no")).levels == ("no", "yes")


def test_number_statistics():
    stats = number_stats(np.array([0.0, 1.0, 2.0, 3.0, 14.0]))
    assert {key: stats[key] for key in ("min", "q25", "median", "q75", "max", "mean")} == {
        "min": 0, "q25": 1, "median": 2, "q75": 3, "max": 14, "mean": 4,
    }  # fmt: skip
    assert stats["std"] == pytest.approx(5.0990, abs=1e-4)
    assert stats["skew"] == pytest.approx(1.3578, abs=1e-4)
    assert sum(stats["histogram"]["counts"]) == 5
    assert stats["histogram"]["counts"][-1] == 1


def test_statistics_of_huge_numbers_do_not_overflow():
    stats = number_stats(np.array([-1e308, 0.0, 1e308]))
    assert np.isfinite([stats["mean"], stats["std"], stats["skew"]]).all()


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([*range(28), *[999] * 40], {"999": 40}),
        ([*range(1, 5), *[-1] * 10], {"-1": 10}),
        ([*range(50, 90), *[-999] * 5, *[9999] * 4], {"-999": 5, "9999": 4}),
        ([-1, 1] * 20, {}),
        ([*range(-5, 5)] * 5, {}),
        ([*range(900, 1000)] * 3, {}),
        ([*range(28), 999], {}),
        ([0.1, 0.5, -1.0, 0.7] * 10, {}),
    ],
)
def test_sentinels(values, found):
    assert sentinels(np.array(values, dtype=float)) == found


def test_roles_given_by_the_user():
    cells = {"id": range(ROWS), "w": 1.5, "g": cycle(1, 2, 3), "x": RNG.normal(size=ROWS), "y": cycle(0, 1)}
    frame = pd.DataFrame(cells)
    columns = {c.name: c for c in describe(frame, Roles("y", weight="w", group="g", drop=("x",), keep=("id",)))}
    assert {name: c.role for name, c in columns.items()} == {
        "id": "feature", "w": "weight", "g": "group", "x": "dropped",
    }  # fmt: skip
    assert columns["id"].kind == "number"
    assert "--drop" in columns["x"].reason


def test_markers_of_the_reader_are_shown():
    frame = pd.DataFrame({"x": [1.0, None], "y": [0, 1]})
    assert describe(frame, ROLES, {"x": {"?": 1}})[0].markers == {"?": 1}


def test_a_long_column_is_described_on_a_sample_with_exact_missing_counts():
    rows = SAMPLE + 50_000
    numbers = RNG.normal(size=rows)
    numbers[:7] = np.nan
    found = column(numbers)
    assert found.stats["sampled"] == SAMPLE
    assert found.missing == 7
    labels = pd.Series(RNG.choice(["a", "b"], rows), dtype="str")
    labels[0] = "seen once"
    assert column(labels).levels == ("a", "b", "seen once")


def test_what_a_sample_suggests_all_cells_must_confirm():
    values = np.zeros(SAMPLE * 2, dtype=np.int64)
    values[::2] = 1
    values[1] = 7
    assert column(values).kind == "number"


def test_sample_positions_are_spread_sorted_and_repeatable():
    positions = sample_positions(1_000, 100)
    assert (np.diff(positions) > 0).all()
    assert (positions // 10 == np.arange(100)).all()
    assert sample_positions(100, 100) is None
