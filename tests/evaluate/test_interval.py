import math

import numpy as np
import pytest

from automl.evaluate import interval, metrics
from automl.evaluate.interval import FEW_GROUPS, FEWEST_DRAWS, units
from tests.splits import by_split

AUC = metrics.get("roc_auc", "binary")
RMSE = metrics.get("rmse", "regression")


def binary(rows, signal=1.0, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, rows)
    p = 1 / (1 + np.exp(-(rng.normal(size=rows) + signal * (y - 0.5))))
    return y, np.stack([1 - p, p], axis=1).astype(np.float32)


def alone(metric, y, predictions, weight=None, **options):
    """One candidate's score with its interval."""
    return interval.many(metric, y, {"": predictions}, weight, **options).values[""]


def test_a_mean_has_the_interval_of_the_central_limit_theorem():
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=2000), np.zeros((2000, 1))
    got = alone(metrics.get("mae", "regression"), y, p)
    error = np.abs(y).std() / math.sqrt(2000)
    assert got.value == pytest.approx(np.abs(y).mean())
    assert (got.high - got.low) / 2 == pytest.approx(1.96 * error, rel=0.1)


def test_the_interval_covers_the_truth_about_95_times_in_100():
    # AUC of two unit normals one apart is Phi(1 / sqrt 2) = 0.7602.
    hits = 0
    for seed in range(100):
        got = alone(AUC, *binary(300, seed=seed), draws=200)
        hits += got.low <= 0.7602 <= got.high
    assert 88 <= hits <= 100


def test_a_paired_difference_is_narrower_than_its_parts():
    y, a = binary(1000)
    b = a.copy()
    b[:50] = b[:50, ::-1]
    parts = interval.many(AUC, y, {"a": a, "b": b})
    difference = interval.many(AUC, y, {"a": a, "b": b}, reference="b").differences["a"]
    assert difference.value == pytest.approx(parts.values["a"].value - parts.values["b"].value)
    assert difference.high - difference.low < 0.7 * (parts.values["a"].high - parts.values["a"].low)


def test_many_gives_the_same_as_one_at_a_time():
    y, a = binary(500)
    b = binary(500, seed=5)[1]
    together = interval.many(AUC, y, {"a": a, "b": b}, reference="a")
    assert together.values["b"] == alone(AUC, y, b)
    assert (together.differences["a"].low, together.differences["a"].high) == (0.0, 0.0)


def test_the_same_seed_repeats_and_another_differs():
    y, p = binary(200)
    assert alone(AUC, y, p, seed=1) == alone(AUC, y, p, seed=1)
    assert alone(AUC, y, p, seed=1).low != alone(AUC, y, p, seed=2).low


def test_groups_are_resampled_whole():
    rng = np.random.default_rng(0)
    shift = np.repeat(rng.normal(size=40), 25)
    y, p = shift + 0.1 * rng.normal(size=1000), np.zeros((1000, 1))
    single = alone(RMSE, y, p)
    grouped = alone(RMSE, y, p, groups=np.repeat([f"person {i}" for i in range(40)], 25))
    assert grouped.high - grouped.low > 3 * (single.high - single.low)


def test_weights_count_as_rows():
    y, p = binary(400)
    weight = np.where(y == 1, 2.0, 1.0)
    assert alone(AUC, y, p, weight).value == pytest.approx(AUC.score(y, p, weight))


def test_splits_are_averaged_not_pooled():
    y = np.array([0, 1, 0, 1] * 50)
    splits = np.repeat([0, 1], 100)
    constant = np.where(splits == 0, 0.4, 0.6)
    p = np.stack([1 - constant, constant], axis=1)
    y[:10] = 1  # the constant of the fold with more positives is lower, as in cross-validation of a baseline
    assert alone(AUC, y, p).value < 0.5
    averaged = alone(AUC, y, p, splits=splits)
    assert (averaged.value, averaged.low, averaged.high) == (0.5, 0.5, 0.5)
    assert by_split(AUC, y, p, splits).tolist() == [0.5, 0.5]


def test_draws_without_a_class_are_left_out():
    y = np.array([0] * 29 + [1])
    p = np.stack([np.linspace(1, 0, 30), np.linspace(0, 1, 30)], axis=1)
    got = alone(AUC, y, p)
    assert (got.value, got.low, got.high) == (1.0, 1.0, 1.0)


def test_one_class_has_no_interval():
    got = alone(AUC, np.ones(10, dtype=int), np.full((10, 2), 0.5))
    assert math.isnan(got.value)
    assert math.isnan(got.low)


@pytest.mark.parametrize("groups", [False, True])
def test_many_rows_are_resampled_in_part(monkeypatch, groups):
    monkeypatch.setattr(interval, "WORK_ONE", 100 * 2000)
    rng = np.random.default_rng(3)
    y, p = rng.normal(size=8000), np.zeros((8000, 1))
    names = np.arange(8000) // 2 if groups else None
    done = interval.many(metrics.get("mae", "regression"), y, {"a": p}, groups=names)
    error = np.abs(y).std() / math.sqrt(8000)
    assert done.draws == 100
    assert done.values["a"].value == pytest.approx(np.abs(y).mean())
    assert (done.values["a"].high - done.values["a"].low) / 2 == pytest.approx(1.96 * error, rel=0.3)


@pytest.mark.parametrize(("groups", "kept"), [(FEW_GROUPS - 1, False), (FEW_GROUPS, True)])
def test_too_few_groups_to_resample_give_way_to_rows(groups, kept):
    rows, codes = np.arange(40), np.arange(40) % groups
    assert np.array_equal(units(rows, codes), codes if kept else rows)
    assert np.array_equal(units(rows, None), rows)


def test_the_interval_of_rescaled_draws_ends_where_the_metric_does(monkeypatch):
    monkeypatch.setattr(interval, "WORK_ONE", FEWEST_DRAWS * 40)
    y = np.arange(400) % 2
    p = np.where(np.arange(400) < 3, 1 - y, y)  # the part that is resampled may hold two or three of the errors
    accuracy, candidates = metrics.get("accuracy", "binary"), {"good": np.eye(2)[p], "bad": np.eye(2)[1 - y]}
    got = [interval.many(accuracy, y, candidates, reference="bad", seed=seed) for seed in range(20)]
    assert max(found.values["good"].high for found in got) == 1.0
    assert max(found.differences["good"].high for found in got) == 1.0
