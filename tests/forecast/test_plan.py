"""Flags that contradict a forecast."""

import pytest

from automl.config import Plan, parse, to_toml
from automl.errors import UsageError
from automl.forecast.plan import check_plan

GOOD = {"horizon": 14, "time_column": "date", "target": "y"}
REFUSED = [
    ({"time_column": None}, "needs the column of time"),
    ({"horizon": 0}, "number of steps from 1"),
    ({"task": "binary"}, "of numbers, not binary"),
    ({"modality": "series"}, "from a table, not series"),
    ({"group": "store"}, "--group has no meaning for a forecast"),
    ({"split_column": "part"}, "--split-column has no meaning for a forecast"),
    ({"known": ("y",)}, "'y' has two roles"),
    ({"known": ("price",), "drop": ("price",)}, "'price' has two roles"),
    ({"monotone": {"price": 1}}, "'price' cannot be monotone"),
    ({"horizon": None, "known": ("price",)}, "--known is for forecasts"),
]


@pytest.mark.parametrize(("changes", "said"), REFUSED, ids=[case[1] for case in REFUSED])
def test_refused(changes, said):
    with pytest.raises(UsageError, match=said):
        check_plan(Plan(**{**GOOD, **changes}))


@pytest.mark.parametrize(
    "changes", [{}, {"series_id": "store"}, {"known": ("price",), "monotone": {"price": -1}}, {"task": "regression"}]
)
def test_allowed(changes):
    check_plan(Plan(**{**GOOD, **changes}))


def test_a_plan_comes_back_from_its_file():
    plan = Plan(**GOOD, known=("price", "holiday"), series_id="store")

    assert parse(to_toml(plan, ""), "plan.toml") == plan
    assert plan.long_series is None
    assert Plan(series_id="store").long_series == "store"
