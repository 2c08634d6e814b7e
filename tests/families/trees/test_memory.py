import pytest

from automl.families.trees.memory import (
    FEWEST_BINS,
    FEWEST_ROWS,
    FEWEST_TREES,
    estimate,
    fitting,
    fitting_forest,
    forest_estimate,
)  # fmt: skip

MIB = 2**20


def test_the_estimate_follows_its_formula():
    histograms = 1.2 * 20 * 64 * 20 * 256
    assert estimate(5_000, 20, 1, {"max_depth": 6}) == int(7.25 * 4 * 5_000 * 20 + histograms + 6 * 500 * 1_000)


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ((1_000, 20, 1, {}), (2_000, 20, 1, {})),
        ((1_000, 20, 1, {}), (1_000, 40, 1, {})),
        ((1_000, 20, 1, {}), (1_000, 20, 5, {})),
        ((1_000, 20, 1, {"max_depth": 6}), (1_000, 20, 1, {"max_depth": 9})),
        ((1_000, 20, 1, {"max_depth": 9, "max_leaves": 10}), (1_000, 20, 1, {"max_depth": 9})),
        ((1_000, 20, 1, {"max_bin": 64}), (1_000, 20, 1, {"max_bin": 256})),
        ((1_000, 20, 1, {"rounds": 10}), (1_000, 20, 1, {"rounds": 100})),
    ],
)
def test_more_of_anything_takes_more(small, large):
    assert estimate(*small) < estimate(*large)


def test_what_fits_is_left_as_it_is():
    size = fitting(5_000, 20, 1, {"max_bin": 128}, 100 * MIB)
    assert (size.bins, size.rows, size.made_smaller) == (128, 5_000, {})


def test_bins_go_first_then_rows():
    params = {"max_depth": 9}
    size = fitting(50_000, 100, 1, params, 250 * MIB)
    assert size.bins < 256
    assert size.rows == 50_000
    assert size.made_smaller["max_bin"] == size.bins
    size = fitting(1_000_000, 100, 1, params, 250 * MIB)
    assert size.bins == FEWEST_BINS
    assert size.made_smaller["rows"] == size.rows < 1_000_000
    assert estimate(size.rows, 100, 1, {**params, "max_bin": size.bins}) <= 250 * MIB


def test_it_ends_when_nothing_can_be_made_smaller():
    size = fitting(1_000_000, 10_000, 1, {}, 1)
    assert (size.bins, size.rows) == (FEWEST_BINS, FEWEST_ROWS)


def test_a_forest_that_fits_is_left_as_it_is():
    size = fitting_forest(5_000, 20, 1, 300, 8_000, 2_000 * MIB)
    assert (size.trees, size.rows, size.made_smaller) == (300, 5_000, {})


def test_trees_of_a_forest_go_first_then_rows():
    size = fitting_forest(100_000, 20, 18, 300, 8_000, 200 * MIB)
    assert (size.rows, size.made_smaller["trees"]) == (100_000, size.trees)
    assert size.trees < 300
    assert forest_estimate(100_000, 20, 18, size.trees, 8_000) <= 200 * MIB
    size = fitting_forest(4_000_000, 100, 1, 300, 8_000, 200 * MIB)
    assert size.trees == FEWEST_TREES
    assert size.made_smaller["rows"] == size.rows < 4_000_000
    assert fitting_forest(10_000, 10_000, 1, 300, 8_000, 1).rows == FEWEST_ROWS
