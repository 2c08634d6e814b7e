import json

import numpy as np
import pandas as pd
import pytest

from automl.encode.statistics import MANY_LEVELS, SMOOTHING, StatisticsTable, TargetStatistics
from automl.encode.table import TreeTable
from tests.rows import column, mixed

TOWNS = tuple(f"town {i}" for i in range(12))
COLUMNS = (column("x"), column("town", "category", TOWNS), column("size", "category", ("large", "small")))


def frame(towns, seed=0):
    rng = np.random.default_rng(seed)
    towns = np.asarray(towns, np.int32)
    return pd.DataFrame(
        {"x": rng.normal(size=len(towns)), "town": towns, "size": rng.integers(0, 2, len(towns), np.int32)}
    )


def fitted(rows, targets, folds, weight=None, columns=COLUMNS):
    targets = np.asarray(targets, float).reshape(len(rows), -1)
    return StatisticsTable.fit_transform(rows, columns, 0, targets, weight, np.asarray(folds))


def many(n=600, seed=0):
    rng = np.random.default_rng(seed)
    rows = frame(rng.integers(0, 12, n))
    return rows, rows["town"].to_numpy() + rng.normal(0, 0.1, n), rng.integers(0, 5, n)


def plain(sums, counts, smoothing=1.0, prior=0.0):
    counts = np.asarray(counts, float)
    return TargetStatistics(
        ("town",), (np.asarray(sums, float)[:, None],), (counts,), np.array([prior]), np.array([[smoothing]])
    )


def test_levels_become_means_drawn_towards_the_prior_and_counts():
    block = plain([6, 0, 10], [2, 0, 4], smoothing=2, prior=10).transform({"town": np.array([0, 1, -1])})
    np.testing.assert_allclose(block[:, 0], [(6 + 20) / 4, 10, (10 + 20) / 6], rtol=1e-6)
    np.testing.assert_allclose(block[:, 1], np.log1p([2, 0, 4]), rtol=1e-6)


def test_only_categories_with_many_levels_are_replaced():
    rows, y, folds = many()
    encoder, matrix = fitted(rows, y, folds)
    assert encoder.names == ["x", "size", "town: mean target", "town: log count"]
    assert encoder.feature_types == ["q", "c", "q", "q"]
    assert matrix.shape == (600, 4)
    np.testing.assert_array_equal(matrix[:, :2], TreeTable.fit(rows, COLUMNS, 0).transform(rows)[:, [0, 2]])
    few = rows.assign(town=rows["town"] % MANY_LEVELS)
    assert isinstance(fitted(few, y, folds)[0], TreeTable)


def test_new_rows_get_the_statistics_of_all_training_rows_and_unseen_levels_the_prior():
    rows, y, folds = many()
    known = rows["town"].to_numpy() != 5
    encoder, _ = fitted(rows[known], y[known], folds[known])
    new = encoder.transform(frame([0, 11, 5]))[:, 2:]
    towns = rows["town"][known]
    assert new[0, 0] == pytest.approx(y[known][towns == 0].mean(), abs=0.2)
    assert new[1, 1] == pytest.approx(np.log1p((towns == 11).sum()))
    assert new[2].tolist() == pytest.approx([y[known].mean(), 0], rel=1e-6)


def test_a_training_row_gets_the_statistics_of_rows_of_other_folds():
    rows, y, folds = many()
    encoder, matrix = fitted(rows, y, folds)
    smoothing = encoder.statistics.smoothing[0, 0]
    for i in range(20):
        others = (folds != folds[i]) & (rows["town"] == rows["town"].iloc[i]).to_numpy()
        expected = (y[others].sum() + smoothing * y.mean()) / (others.sum() + smoothing)
        count = (rows["town"] == rows["town"].iloc[i]).sum()
        assert matrix[i, 2:].tolist() == pytest.approx([expected, np.log1p(count)], rel=1e-4)


def test_a_level_met_once_says_nothing_about_its_own_row():
    n = 12
    rows = frame(np.arange(n))
    y = np.arange(n) * 100.0
    _, matrix = fitted(rows, y, np.arange(n) % 5)
    assert matrix[:, 2].tolist() == pytest.approx([y.mean()] * n, rel=1e-6)
    assert matrix[:, 3].tolist() == pytest.approx([np.log(2)] * n)


def test_noise_does_not_become_signal():
    rng = np.random.default_rng(3)
    levels = tuple(str(i) for i in range(300))
    rows = pd.DataFrame({"town": rng.integers(0, 300, 900, np.int32)})
    y = rng.normal(size=900)
    columns = (column("town", "category", levels),)
    encoder, matrix = fitted(rows, y, rng.integers(0, 5, 900), columns=columns)
    assert abs(np.corrcoef(matrix[:, 0], y)[0, 1]) < 0.1
    assert np.corrcoef(encoder.transform(rows)[:, 0], y)[0, 1] > 0.3


def test_nothing_is_learnt_from_rows_to_check_on():
    rows, y, folds = many()
    folds[:100] = -1
    other = y.copy()
    other[:100] = 1e6
    one, two = fitted(rows, y, folds), fitted(rows, other, folds)
    np.testing.assert_array_equal(one[1], two[1])
    np.testing.assert_array_equal(one[1][:100], one[0].transform(rows)[:100])


def test_weights_count_as_rows():
    rows, y, folds = many()
    weight = np.where(np.arange(600) < 300, 2.0, 1e-9)
    encoder, _ = fitted(rows, y, folds, weight)
    half, _ = fitted(rows[:300], y[:300], folds[:300])
    new = frame(range(12))
    np.testing.assert_allclose(encoder.transform(new)[:, 2], half.transform(new)[:, 2], atol=0.2)


@pytest.mark.parametrize(("noise", "expected"), [(1e-6, SMOOTHING[0]), (1e3, SMOOTHING[1])])
def test_the_prior_counts_for_more_where_levels_say_little(noise, expected):
    rows, _, folds = many()
    y = rows["town"] + noise * np.random.default_rng(1).normal(size=600)
    assert fitted(rows, y, folds)[0].statistics.smoothing[0, 0] == pytest.approx(expected, rel=0.5)


def test_several_targets():
    rows, y, folds = many()
    targets = np.column_stack([y > 3, y > 6])
    encoder, matrix = fitted(rows, targets, folds)
    assert encoder.names[2:] == ["town: mean target 0", "town: mean target 1", "town: log count"]
    assert matrix.shape == (600, 5)
    assert ((matrix[:, 2:4] >= 0) & (matrix[:, 2:4] <= 1)).all()


def test_the_state_gives_the_same_matrix():
    data = mixed()
    levels = tuple(str(i) for i in range(20))
    rows = data.inputs.assign(code=np.arange(120, dtype=np.int32) % 20 - 1)
    columns = (*data.problem.columns, column("code", "category", levels))
    encoder, _ = fitted(rows, data.y, np.arange(120) % 5, columns=columns)
    text, arrays = encoder.state()
    again = StatisticsTable.from_state((json.loads(json.dumps(text)), arrays))
    np.testing.assert_array_equal(encoder.transform(rows), again.transform(rows))
    assert again.feature_types == encoder.feature_types
