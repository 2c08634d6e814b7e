"""Rows to predict behind the history of a model."""

import numpy as np
import pandas as pd
import pytest

from automl.errors import ColumnMissing, DataError, RunError
from automl.forecast.future import future
from automl.forecast.history import History
from tests.forecast.panel import built, daily

STORES = ("a", "b")


@pytest.fixture(scope="module")
def whole():
    return daily(150, stores=STORES)


@pytest.fixture(scope="module")
def made(whole):
    return built(whole[whole["date"] < "2024-05-10"].reset_index(drop=True), 5, series="store")


def after(whole, days=5):
    """The rows of the days that follow what was learnt from, the target left out."""
    dates = pd.date_range("2024-05-10", periods=days)
    return whole[whole["date"].isin(dates)].reset_index(drop=True).drop(columns="y")


def ask(frame, made, y=None):
    return future(frame, np.full(len(frame), np.nan) if y is None else y, made.forecast, made.history)


def test_inputs_of_the_future_are_those_that_the_whole_history_gives(whole, made):
    frame = after(whole)
    found = ask(frame, made)

    assert (found.problems == "").all()
    everything = built(whole, 5, series="store")
    keys = pd.MultiIndex.from_frame(whole[["store", "date"]].iloc[everything.rows])
    places = keys.get_indexer(pd.MultiIndex.from_frame(frame[["store", "date"]]))
    names = [name for name in found.inputs if name in everything.inputs]
    assert len(names) > 10
    wanted = everything.inputs.iloc[places][names].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.inputs[names], wanted, rtol=1e-9, check_dtype=False)


def test_the_order_of_the_rows_is_kept(whole, made):
    frame = after(whole)
    back = ask(frame.iloc[::-1].reset_index(drop=True), made).inputs.iloc[::-1].reset_index(drop=True)

    pd.testing.assert_frame_equal(back, ask(frame, made).inputs)


def test_a_row_beyond_the_horizon_has_a_problem_until_the_history_is_extended(whole, made):
    frame = after(whole, 6)
    found = ask(frame, made)

    late = frame["date"] == "2024-05-15"
    assert (found.problems[late] == "6 steps after the last known y; the horizon is 5").all()
    assert (found.problems[~late] == "").all()
    y = np.where(frame["date"] == "2024-05-10", 55.0, np.nan)
    extended = ask(frame, made, y)
    assert (extended.problems == "").all()
    assert (extended.inputs.loc[late, made.forecast.lag(5)] == 55.0).all()


def test_rows_that_the_history_has_too_are_taken_once(whole, made):
    frame = whole[whole["date"].between("2024-05-01", "2024-05-14")].reset_index(drop=True)
    y = np.where(frame["date"] < "2024-05-10", frame["y"], np.nan)
    new = frame["date"] >= "2024-05-10"
    found = ask(frame.drop(columns="y"), made, y).inputs[new.to_numpy()].reset_index(drop=True)

    pd.testing.assert_frame_equal(found, ask(after(whole), made).inputs)


def test_columns_that_are_not_known_in_advance_may_be_missing(whole, made):
    frame = after(whole)

    pd.testing.assert_frame_equal(ask(frame.drop(columns="price"), made).inputs, ask(frame, made).inputs)
    with pytest.raises(ColumnMissing, match="'holiday'"):
        ask(frame.drop(columns="holiday"), made)
    with pytest.raises(ColumnMissing, match="'date', 'store'"):
        ask(frame.drop(columns=["date", "store"]), made)


PROBLEMS = [
    ({"store": "new"}, "no past of this series is known"),
    ({"store": None}, "no series is named"),
    ({"date": pd.NaT}, "no time"),
    ({"date": pd.Timestamp("2024-05-10 07:00")}, "not a step of the series: a row every day"),
    ({"date": pd.Timestamp("2023-01-01")}, "steps before, nothing of this series is known"),
]


@pytest.mark.parametrize(("cells", "said"), PROBLEMS, ids=[case[1] for case in PROBLEMS])
def test_a_row_that_cannot_be_forecast_says_why(whole, made, cells, said):
    frame = after(whole)
    for name, value in cells.items():
        frame.loc[0, name] = value
    found = ask(frame, made)

    assert said in found.problems[0]
    assert (found.problems[1:] == "").all()


def test_only_problems_is_no_error(whole, made):
    assert ask(after(whole).assign(date=pd.NaT), made).problems.tolist() == ["no time"] * 10


def test_a_time_stamp_twice_is_refused(whole, made):
    frame = after(whole)

    with pytest.raises(DataError, match="1 rows repeat a time stamp"):
        ask(pd.concat([frame, frame.iloc[:1]], ignore_index=True), made)


def test_a_history_comes_back_from_its_file(tmp_path, made):
    made.history.save(tmp_path)
    found = History.load(tmp_path, made.forecast)

    pd.testing.assert_frame_equal(found.frame, made.history.frame)
    assert (found.names, found.y.tolist()) == (made.history.names, made.history.y.tolist())
    with pytest.raises(RunError, match=r"history\.npz is missing"):
        History.load(tmp_path / "none", made.forecast)


def test_rows_are_steps_where_there_is_no_spacing(whole):
    generator = np.random.default_rng(0)
    frame = whole[whole["store"] == "a"].reset_index(drop=True)
    apart = np.cumsum(generator.integers(1, 90_000, 150))
    frame["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(apart, unit="s")
    past = built(frame.iloc[:140].reset_index(drop=True), 5)
    assert past.forecast.steps.unit == "rows"

    found = ask(frame.iloc[140:].drop(columns="y").reset_index(drop=True), past)

    assert (found.problems[:5] == "").all()
    assert found.problems[5].startswith("6 steps after")
    assert found.inputs[past.forecast.lag(5)].to_numpy()[:5] == pytest.approx(frame["y"].to_numpy()[135:140])
