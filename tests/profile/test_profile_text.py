import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from automl.data.source import Table
from automl.profile.table import profile
from automl.profile.text import render
from automl.types import Choice, Profile

ROWS = 120
RNG = np.random.default_rng(0)


def shown(found, width):
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(render(found))
    return capture.get()


def table(columns=3):
    cells = {f"measurement number {i}": RNG.normal(size=ROWS) for i in range(columns)}
    cells["key"] = range(ROWS)
    cells["comment"] = [f"a long label that does not fit {i % 40}" for i in range(ROWS)]
    cells["[bold]tag"] = RNG.choice(["x", "[/]"], ROWS)
    cells["y"] = RNG.choice(["no", "yes"], ROWS)
    return Table("people", "people.csv", pd.DataFrame(cells))


@pytest.mark.parametrize("width", [80, 140])
def test_it_fits_the_terminal_and_keeps_the_names(width):
    text = shown(profile(table()), width)
    assert max(map(len, text.splitlines())) <= width
    for part in ("people  120 rows with a target, 5 of 6 columns used", "[--target COL]", "[--task]",
                 "measurement number 0", "key", "id, not used", "[bold]tag", "AM101", "warning"):  # fmt: skip
        assert part in text


def test_wide_characters_and_line_breaks_keep_to_their_row():
    cells = {"mood 😀😀": RNG.normal(size=ROWS), "note": RNG.choice(["one\ntwo", "three"], ROWS)}
    cells["y"] = RNG.choice(["no\nway", "yes"], ROWS)
    text = shown(profile(Table("t", "t.csv", pd.DataFrame(cells))), 80)
    assert "mood 😀😀" in text
    assert "one two (" in text
    assert "no way  █" in text


def test_class_shares_have_a_bar():
    frame = pd.DataFrame({"x": RNG.normal(size=ROWS), "y": ["a"] * 90 + ["b"] * 30})
    lines = [line for line in shown(profile(Table("t", "t", frame)), 80).splitlines() if "█" in line]
    assert [line.split()[0] for line in lines] == ["a", "b"]
    assert [line.count("█") for line in lines] == [30, 10]
    assert "75.0%" in lines[0]


def test_what_is_left_out_of_a_wide_table_is_said():
    assert "... and 24 more columns" in shown(profile(table(60)), 100)


def test_images_have_counts_and_no_table_of_columns():
    found = Profile(
        "pets", "pets/", Choice("image", "a folder"), Choice("binary", "two folders"), Choice("folder", "layout"), 9,
        classes={"cat": 5, "dog": 4},
        media={
            "count": 10, "readable": 9, "broken": {"cat/3.png": "truncated"}, "broken_count": 1,
            "sizes": {"min": [8, 6], "median": [9, 7.5], "max": [10, 9], "distinct": 3},
            "formats": {"PNG": 9}, "modes": {"RGB": 8, "L": 1}, "duplicates": {"count": 2},
        },
    )  # fmt: skip
    text = shown(found, 80)
    assert "9 images" in text
    assert "10 files, 9 readable, 1 broken, 2 exact copies" in text
    assert "pixels 8x6 to 10x9, median 9x7.5" in text
    assert "PNG 9, RGB 8, L 1" in text
    assert "distinct" not in text
