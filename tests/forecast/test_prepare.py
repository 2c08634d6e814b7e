"""From a table and a plan to rows that models forecast from."""

from dataclasses import replace

import numpy as np
import pytest

from automl import memory
from automl.config import Plan
from automl.errors import ColumnMissing, DataError, UsageError
from automl.prepare import prepare, profile, read
from automl.run import introduction
from tests.forecast.panel import daily

PLAN = Plan(target="y", time_column="date", series_id="store", horizon=5, known=("holiday",))
STORES = ("a", "b")


def prepared(frame, tmp_path, plan=PLAN):
    return prepare(read(frame, plan), plan, tmp_path, 1)


def test_a_panel(tmp_path):
    found = prepared(daily(150, stores=STORES), tmp_path)
    problem, told = found.dataset.problem, found.profile.forecast

    assert (problem.task, problem.modality, problem.forecast.horizon) == ("regression", "table", 5)
    assert (told["series"], told["baseline"], told["unit"]) == (2, "seasonal naive, 7 steps", "day")
    assert told["known"] == ["holiday"]
    assert len(found.dataset) == len(found.rows) == len(found.times) == 2 * (150 - 7)
    assert found.profile.task.reason == "--horizon forecasts a number"
    assert "a step every day" in " ".join(introduction(found))


def test_dates_and_a_target_are_enough(tmp_path):
    plan = replace(PLAN, series_id=None, known=())
    found = prepared(daily(150)[["date", "y"]], tmp_path, plan)

    assert len(found.dataset) == 143
    assert profile(read(daily(150)[["date", "y"]], plan), plan).forecast == found.profile.forecast


def test_the_target_may_be_read_as_text_with_few_values(tmp_path):
    frame = daily(150, stores=STORES)
    frame["y"] = np.resize([3, 1, 2, 4, 2, 3, 5], len(frame)).astype(str)

    assert set(prepared(frame, tmp_path).dataset.y) == {1, 2, 3, 4, 5}


def test_only_columns_known_in_advance_can_leak(tmp_path):
    frame = daily(150, stores=STORES)
    frame["price"] = 2 * frame["y"] + 1

    def leak(plan):
        found = prepared(frame, tmp_path, plan).profile
        return next(f.status for f in found.findings if f.code == "AM201"), [c.name for c in found.features]

    assert leak(PLAN) == ("passed", ["price", "holiday"])
    assert leak(replace(PLAN, known=("price", "holiday"))) == ("found", ["holiday"])


def test_holes_are_a_finding(tmp_path):
    frame = daily(150, stores=STORES)

    def finding(data):
        return next(f for f in prepared(data, tmp_path).profile.findings if f.code == "AM402")

    assert finding(frame).status == "passed"
    found = finding(frame.drop(index=[40, 41, 42]))
    assert (found.status, found.severity, found.columns) == ("found", "note", ("date",))
    assert found.evidence == {"steps": 300, "missing": 3}


def test_holes_may_be_ignored(tmp_path):
    frame, plan = daily(150, stores=STORES).drop(index=[40, 41, 42]), replace(PLAN, ignore=("AM402",))
    for told in (prepared(frame, tmp_path, plan).profile, profile(read(frame, plan), plan)):
        assert [f.status for f in told.findings if f.code == "AM402"] == ["skipped"]


def test_what_does_not_fit_into_memory_leaves_the_latest_rows(tmp_path):
    found = prepared(daily(1500, stores=STORES), tmp_path)
    smaller = memory.within(found, memory.size(found.dataset) * memory.FACTOR // 2)

    assert len(smaller.times) == len(smaller.dataset) == len(smaller.rows) < len(found.dataset)
    assert smaller.dataset.order.min() > found.dataset.order.min()


def test_refused(tmp_path):
    frame = daily(150, stores=STORES)

    with pytest.raises(ColumnMissing, match=r"'holidays'.*\n.*--known\n.*did you mean 'holiday'"):
        prepared(frame, tmp_path, replace(PLAN, known=("holidays",)))
    with pytest.raises(DataError, match="Regression needs a target of numbers"):
        prepared(frame.assign(y=np.resize(["much", "little"], 300)), tmp_path)
    with pytest.raises(DataError, match="holds no times"):
        prepared(frame.assign(date=np.resize(["x y z", "a b c"], 300)), tmp_path)


def test_texts_are_no_series(tmp_path):
    for i in range(6):
        file = tmp_path / "texts" / "ab"[i % 2] / f"{i}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"some words {i}")

    with pytest.raises(UsageError, match="--horizon is for tables"):
        read(str(tmp_path / "texts"), replace(PLAN, series_id=None, target=None))
