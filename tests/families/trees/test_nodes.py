from dataclasses import replace

import numpy as np
import pytest

from automl.errors import RunError
from automl.families.trees import nodes
from automl.families.trees.nodes import Nodes, checked, joined, of_trees


def matrix(n=300, d=4, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, d)).astype(np.float32)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows


def grown(classes=0, trees=3, seed=0):
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    rows = matrix(seed=seed)
    y = np.nan_to_num(rows[:, 0]) + np.nan_to_num(rows[:, 1]) ** 2
    if classes:
        y = np.digitize(y, np.quantile(y, np.arange(1, classes) / classes))
    forest = (ExtraTreesClassifier if classes else ExtraTreesRegressor)(trees, min_samples_leaf=2, random_state=seed)
    return forest.fit(rows, y)


def packed(forest):
    found = [tree.tree_ for tree in forest.estimators_]
    return of_trees(found, [tree.value[:, 0, :] for tree in found])


@pytest.mark.parametrize("classes", [0, 4])
def test_it_predicts_what_scikit_learn_predicts(classes):
    forest, new = grown(classes), matrix(200, seed=5)
    expected = forest.predict_proba(new) if classes else forest.predict(new)[:, None]
    np.testing.assert_allclose(packed(forest).mean(new), expected, rtol=1e-5, atol=1e-6)


def test_a_node_takes_ten_bytes():
    trees = packed(grown())
    assert sum(a.nbytes for a in trees.arrays().values()) < 10.3 * len(trees.feature) + 100


def test_rows_between_a_threshold_and_its_single_precision_stay_on_their_side():
    thresholds = np.array([0.1, -0.1, 1 / 3, 1e30, 2.0])
    single = nodes._at_most(thresholds)
    assert single.dtype == np.float32
    assert (single <= thresholds).all()
    assert (np.nextafter(single, np.float32(np.inf)) > thresholds).all()


@pytest.mark.parametrize("classes", [0, 4])
def test_joined_trees_are_the_trees_one_after_another(classes):
    one, two = packed(grown(classes)), packed(grown(classes, trees=1, seed=1))
    both, new = joined([one, two]), matrix(50)
    assert len(both) == 4
    np.testing.assert_allclose(both.mean(new), (3 * one.mean(new) + two.mean(new)) / 4, atol=1e-6)


@pytest.mark.parametrize("classes", [0, 4])
def test_checked_arrays_are_the_same_trees(classes):
    trees = packed(grown(classes))
    again = checked(trees.arrays(), 4, classes or 1)
    np.testing.assert_array_equal(trees.mean(matrix()), again.mean(matrix()))


def changed(trees, name, at, value):
    array = getattr(trees, name).copy()
    array[at] = value
    return replace(trees, **{name: array})


ONE, SEVERAL = packed(grown()), packed(grown(4))
INNER = int(np.flatnonzero(ONE.feature >= 0)[5])
LEAF = int(np.flatnonzero(SEVERAL.feature < 0)[0])


@pytest.mark.parametrize(
    ("trees", "outputs", "message"),
    [
        (changed(ONE, "feature", INNER, 4), 1, "a column is split that is not there"),
        (changed(ONE, "feature", INNER, -2), 1, "a column is split that is not there"),
        (changed(ONE, "right", INNER, 0), 1, "a child does not come after its parent"),
        (changed(ONE, "right", INNER, INNER + 1), 1, "a child does not come after its parent"),
        (changed(ONE, "right", INNER, 2**30), 1, "a child does not come after its parent"),
        (changed(ONE, "feature", -1, 0), 1, "a child does not come after its parent"),
        (changed(ONE, "starts", -1, 10**6), 1, "do not follow one another"),
        (changed(ONE, "starts", 1, 0), 1, "do not follow one another"),
        (changed(ONE, "starts", 0, -5), 1, "do not follow one another"),
        (changed(ONE, "number", 0, np.nan), 1, "a number is not finite"),
        (changed(ONE, "number", -1, np.inf), 1, "a number is not finite"),
        (changed(SEVERAL, "right", LEAF, 10**6), 4, "a leaf has no values"),
        (changed(SEVERAL, "right", LEAF, -1), 4, "a leaf has no values"),
        (changed(SEVERAL, "values", (0, 0), np.inf), 4, "a number is not finite"),
        (SEVERAL, 3, "another number of outputs"),
        (SEVERAL, 1, "another number of outputs"),
        (ONE, 4, "another number of outputs"),
        (replace(ONE, right=ONE.right[:-1]), 1, "differ in length"),
        (replace(ONE, missing_left=ONE.missing_left[:-1]), 1, "differ in length"),
        (replace(ONE, feature=ONE.feature.astype(np.float32)), 1, "another form"),
        (replace(ONE, number=ONE.number.astype(np.float64)), 1, "another form"),
        (replace(ONE, right=ONE.right[:, None]), 1, "another form"),
    ],
)
def test_arrays_that_are_no_trees_reach_no_compiled_code(trees, outputs, message):
    with pytest.raises(RunError, match=message):
        checked(trees.arrays(), 4, outputs)


def test_an_array_that_is_missing_is_named():
    arrays = ONE.arrays()
    del arrays["right"]
    with pytest.raises(RunError, match="right is missing"):
        checked(arrays, 4, 1)


def test_trees_of_one_leaf():
    leaf = Nodes(
        np.array([0, 1]), np.array([-1], np.int16), np.array([7.0], np.float32), np.zeros(1, np.int32),
        np.zeros(1, np.uint8), np.zeros((0, 1), np.float32),
    )  # fmt: skip
    assert checked(leaf.arrays(), 2, 1).mean(np.zeros((3, 2)))[:, 0].tolist() == [7, 7, 7]
