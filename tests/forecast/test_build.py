"""Rows to forecast from: no look ahead, the layout of time, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from automl.data.ordered import last_part
from automl.errors import DataError
from automl.forecast.build import needed
from automl.types import Column
from tests.forecast.panel import DATE, asked, built, daily, number

STORES = ("a", "b", "c")


@pytest.mark.parametrize("horizon", [1, 3, 10])
def test_inputs_do_not_change_with_anything_later_than_the_horizon_before(horizon):
    frame = daily(140, stores=STORES)
    first = built(frame, horizon, series="store")
    cut = frame["date"].unique()[125]
    later = frame["date"] > cut - pd.Timedelta(days=horizon)
    # What is chosen for all rows is chosen from the first four fifths; only values of the rest are changed.
    other = frame.assign(y=np.where(later, frame["y"] + 1000, frame["y"]), price=np.where(later, -9.0, frame["price"]))
    second = built(other, horizon, series="store")

    at = frame["date"].to_numpy()[first.rows]
    early = np.flatnonzero(at <= cut)
    pd.testing.assert_frame_equal(first.inputs.iloc[early], second.inputs.iloc[early], rtol=1e-9)
    after = np.flatnonzero(at > cut)
    assert not np.allclose(first.inputs.iloc[after][f"y, {horizon} step{'s' * (horizon > 1)} before"],
                           second.inputs.iloc[after][f"y, {horizon} step{'s' * (horizon > 1)} before"])  # fmt: skip


def later(days, begins, ends=()):
    """Stores that begin, or end, within these days; the target of each is its own."""
    frame = daily(days, stores=tuple("abcdef"[: len(begins)]))
    day, store = frame.groupby("store").cumcount(), frame["store"]
    begin = store.map(dict(zip("abcdef", begins, strict=False)))
    end = store.map(dict(zip("abcdef", ends, strict=False))).fillna(days)
    return frame[(day >= begin) & (day < end)].reset_index(drop=True)


PANELS = [
    later(200, [0]),
    later(200, [0, 120, 120, 120, 120]),  # four fifths of the rows reach far into the last fifth of the time
    later(200, [0, 182], [165, 200]),  # between the two, and while the second has no past, there is nothing to learn
]


@pytest.mark.parametrize("frame", PANELS, ids=["one", "late", "gap"])
@pytest.mark.parametrize("change", [-500.0, 500.0, None])
def test_nothing_is_chosen_by_targets_that_are_not_known_before_the_test_part(frame, change):
    first = built(frame, 3, series="store")
    known, _ = last_part(first.order, first.origin)
    unknown = frame["date"] > frame["date"].iloc[first.rows[known]].max()
    noise = np.random.default_rng(1).normal(100, 80, len(frame))
    second = built(frame.assign(y=frame["y"].mask(unknown, noise if change is None else change)), 3, series="store")

    assert unknown.mean() > 0.1
    assert first.forecast == second.forecast
    for name in ("season", "scale"):
        assert first.choices[name].evidence == pytest.approx(second.choices[name].evidence, rel=1e-6)


def test_lags_hold_the_values_of_their_own_series():
    frame = daily(100, stores=STORES)
    made = built(frame, 3, series="store")

    wanted = frame.groupby("store")["y"].shift(5).to_numpy()[made.rows]
    assert made.inputs[made.forecast.lag(5)].to_numpy() == pytest.approx(wanted)
    assert made.inputs[made.forecast.lag(made.forecast.naive)].notna().all()


def test_other_columns_are_those_of_the_horizon_before_unless_they_are_known():
    frame = daily(100)
    made = built(frame, 3)

    assert made.inputs["price, 3 steps before"].to_numpy() == pytest.approx(frame["price"].shift(3)[made.rows])
    assert made.inputs["holiday"].to_numpy() == pytest.approx(frame["holiday"][made.rows])
    assert {"price", "y"}.isdisjoint(made.inputs.columns)
    assert [column.name for column in made.columns] == [*made.inputs.columns]


def test_rows_may_stand_in_any_order():
    frame = daily(100, stores=STORES)
    shuffled = frame.sample(frac=1.0, random_state=0).reset_index(drop=True)
    first, second = built(frame, 3, series="store"), built(shuffled, 3, series="store")

    keys = ["store", "date"]
    one = first.inputs.assign(**frame[keys].iloc[first.rows].reset_index(drop=True).add_prefix("key_"))
    two = second.inputs.assign(**shuffled[keys].iloc[second.rows].reset_index(drop=True).add_prefix("key_"))
    by = ["key_store", "key_date"]
    pd.testing.assert_frame_equal(
        one.sort_values(by).reset_index(drop=True), two.sort_values(by).reset_index(drop=True), rtol=1e-9
    )


def test_every_row_is_forecast_from_the_horizon_before_and_blocks_are_as_long():
    made = built(daily(100), 4)

    assert (made.order - made.origin == 4).all()
    assert np.bincount(made.blocks)[:-1].tolist() == [4] * (len(made.order) // 4)


def test_calendar_parts_without_elapsed_time():
    names = [*built(daily(100), 3).inputs.columns]

    assert [name for name in names if name.startswith("date: ")] == [
        "date: month_sin", "date: month_cos", "date: day", "date: weekday_sin", "date: weekday_cos",
    ]  # fmt: skip


def test_targets_missing_at_the_end_are_not_learnt():
    frame = daily(100)
    frame.loc[95:, "y"] = np.nan

    assert built(frame, 3).rows.max() == 94


def test_the_history_is_as_long_as_inputs_reach():
    made = built(daily(140, stores=STORES), 3, series="store")

    assert np.bincount(made.history.codes).tolist() == [made.forecast.reach] * 3


REFUSED = [
    (daily(25), {}, "Too short a history to forecast 3 steps ahead: 25 steps where"),
    (daily(100, stores=("a", "b")), {}, "200 rows share their time stamp"),
    (daily(100).assign(date=pd.NaT), {}, "100 rows have no time"),
    (daily(100).assign(store=None), {"series": "store"}, "100 rows name no series"),
]


@pytest.mark.parametrize(("frame", "options", "said"), REFUSED, ids=[case[2] for case in REFUSED])
def test_what_cannot_be_forecast_is_refused(frame, options, said):
    with pytest.raises(DataError, match=said):
        built(frame, 3, **options)


def test_the_error_of_a_time_stamp_that_repeats_names_the_column_that_tells_them_apart():
    store = Column("store", "category", "feature", "", 0, 2, levels=("a", "b"))

    with pytest.raises(DataError, match="--series-id store"):
        built(daily(100, stores=("a", "b")), 3, inputs=(number("price"), store), known=())


def test_a_history_as_long_as_needed_is_enough():
    length = needed(7, 3)

    assert len(built(daily(length), 3, inputs=(), known=()).rows) == length - 7
    with pytest.raises(DataError, match=f"{length - 1} steps where {length} are needed"):
        built(daily(length - 1), 3, inputs=(), known=())


def test_numbers_may_be_the_time():
    frame = daily(100).assign(date=np.arange(100) * 10)
    made = built(frame, 3, time=Column("date", "number", "time", "", 0, 0))

    assert made.forecast.steps.every == 10
    assert made.forecast.season == 7
    assert "date: season_sin" in made.inputs
    assert asked().time == DATE
