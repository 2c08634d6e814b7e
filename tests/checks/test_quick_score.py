import time

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from automl.checks import CheckFacts, quick_score
from automl.checks.quick_score import LEAST_ROWS, apart, later, score, score_name
from automl.types import Column

ROWS = 1_000
RNG = np.random.default_rng(0)


def column(name, kind="number", role="feature", levels=()):
    return Column(name, kind, role, "", 0, 0, levels=levels)


def facts(frame, y, columns=None, classes=0, **options):
    """Facts of a table whose columns are numbers unless given."""
    columns = columns or [column(name) for name in frame]
    names, task = tuple(map(str, range(classes))), "multiclass" if classes > 2 else "binary"
    kept = np.ones(len(frame), bool)
    return CheckFacts(frame, tuple(columns), "y", task if classes else "regression", y, names, kept=kept, **options)


def signal(n=ROWS, noise=0.3):
    frame = pd.DataFrame(RNG.normal(size=(n, 3)), columns=["a", "b", "c"])
    return frame, frame["a"].to_numpy() + np.sin(2 * frame["b"].to_numpy()) + RNG.normal(0, noise, n)


def test_what_columns_add_to_each_other_is_followed():
    frame, y = signal()
    given = facts(frame.mask(RNG.random(frame.shape) < 0.05), y)
    assert score_name(given) == "R2"
    assert 0.8 < score(given, apart(given)) < 1
    # Variances 1, about 0.5 and 0.09: without 'a' a third can be told, without both nothing.
    assert 0.1 < score(given, apart(given), ["a"]) < 0.4
    assert -0.2 < score(given, apart(given), ["a", "b"]) < 0.1
    assert score(given, apart(given), ["a", "b", "c"]) is None


@pytest.mark.parametrize("classes", [2, 4, 9])
def test_classes_are_judged_by_the_area_of_each(classes):
    frame, y = signal()
    codes = np.digitize(y, np.quantile(y, np.arange(1, classes) / classes))
    given = facts(frame, codes, classes=classes)
    assert score_name(given) == "ROC AUC"
    assert (0.9 if classes == 2 else 0.65) < score(given, apart(given)) < 1
    assert score(given, apart(given), ["a", "b"]) == pytest.approx(0.5, abs=0.08)


def test_the_area_of_two_classes_is_that_of_scikit_learn(monkeypatch):
    frame, y = signal(noise=1.0)
    given = facts(frame, (y > 0).astype(int), classes=2)
    seen = []
    monkeypatch.setattr(
        quick_score, "_predicted", lambda *a, inner=quick_score._predicted: seen.append(inner(*a)) or seen[0]
    )
    parts = apart(given)
    assert score(given, parts) == pytest.approx(roc_auc_score(y[parts[1]] > 0, seen[0][:, 0]))


def test_levels_are_bins_and_columns_beyond_the_most_are_left_out():
    codes = RNG.choice(list("abcd"), ROWS)
    noise = {f"x{i}": RNG.normal(size=ROWS) for i in range(60)}
    frame = pd.DataFrame({**noise, "level": codes})
    y = np.where(codes == "b", 2.0, np.where(codes == "c", -1.0, 0.0)) + RNG.normal(0, 0.1, ROWS)
    given = facts(frame, y, [*(column(name) for name in noise), column("level", "category", levels=tuple("abcd"))])
    assert score(given, apart(given)) > 0.9


def test_a_fifth_is_held_out_at_random_and_the_same_again():
    given = facts(*signal())
    fit, check = apart(given)
    assert len(check) == ROWS / 5
    assert sorted([*fit, *check]) == list(range(ROWS))
    assert np.array_equal(apart(given)[1], check)
    assert np.ptp(check) > 0.9 * ROWS
    among = np.arange(100, 200)
    assert set(np.concatenate(apart(given, among))) == set(among)


def test_groups_stay_whole():
    frame, y = signal()
    frame["who"] = [f"g{i // 50}" if i >= 100 else None for i in range(ROWS)]
    given = facts(frame, y, [*map(column, "abc"), column("who", "category", "group")])
    fit, check = apart(given)
    assert not set(frame["who"].iloc[fit].dropna()) & set(frame["who"].iloc[check].dropna())
    assert 150 <= len(check) <= 300


@pytest.mark.parametrize("name", ["day", "number"])
def test_the_last_fifth_by_time_is_held_out(name):
    frame, y = signal()
    order = RNG.permutation(ROWS)
    frame["number"] = order.astype(float)
    frame["day"] = (pd.Timestamp("2020-01-01") + pd.to_timedelta(order, unit="D")).astype(str)
    frame.loc[:9, ["day", "number"]] = None
    columns = [*map(column, "abc"), column("day", "date"), column("number", "id", "dropped")]
    fit, check = later(facts(frame, y, columns), name)
    assert order[fit].max() < order[check].min()
    assert len(check) == round(0.2 * (ROWS - 10))
    assert set(range(10)).isdisjoint([*fit, *check])
    declared = facts(frame, y, columns, time=name)
    assert np.array_equal(apart(declared)[1], check)


def test_times_that_cannot_be_cut_and_too_few_rows_give_nothing():
    frame, y = signal()
    frame["year"] = np.where(np.arange(ROWS) < 300, 2000, 2001)
    assert later(facts(frame, y), "year") is None
    few = facts(frame.head(LEAST_ROWS - 1), y[: LEAST_ROWS - 1])
    assert later(few, "a") is None
    assert score(few, apart(few)) is None
    flat = facts(frame, np.zeros(ROWS))
    assert score(flat, apart(flat)) is None
    one = facts(frame, np.zeros(ROWS, int), classes=2)
    assert score(one, apart(one)) is None


def test_a_score_takes_well_under_a_second():
    frame = pd.DataFrame(RNG.normal(size=(5_000, 100)), columns=[f"x{i}" for i in range(100)])
    given = facts(frame, RNG.integers(0, 10, 5_000), classes=10)
    parts = apart(given), len(given.bins)
    before = time.process_time()
    assert score(given, parts[0]) is not None
    assert time.process_time() - before < 1
