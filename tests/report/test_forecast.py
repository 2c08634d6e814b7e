"""The section of a forecast: what is said, and one series drawn over time."""

import numpy as np
import pytest

from automl.forecast.drawn import MOST_POINTS, drawn
from automl.report import html, reliance, view
from automl.report.sections import forecast
from automl.report.timeline import timeline
from tests.forecast.panel import daily
from tests.forecast.test_prepare import PLAN, prepared
from tests.report.fixture import regression


def told(**changes):
    return {
        "horizon": 14, "unit": "day", "baseline": "seasonal naive, 7 steps", "series": 3, "known": ["promotion"],
        "spacing": {"value": {}, "reason": "a row every day"}, "season": {"value": 7, "reason": "the week, 7 steps"},
        "scale": {"value": "ratio", "reason": "the ratio to the level"}, **changes,
    }  # fmt: skip


def report(**block):
    found = regression()
    found["profile"]["forecast"] = told()
    found["forecast"] = {
        "name": "S1", "series": 3, "time": ["2024-01-01", "2024-01-02", "2024-01-03"], "target": [1.0, 2.0, 4.0],
        "prediction": [1.5, 2.5, 3.0], "lower": [0.5, 1.5, 2.0], "upper": [2.5, 3.5, 4.0], **block,
    }  # fmt: skip
    return found


def test_the_section_says_what_is_forecast_and_from_what():
    found = forecast.build(report())

    assert "14 steps ahead in 3 series, a step every day" in found["lead"]
    assert dict(found["facts"])["To beat"] == "seasonal naive, 7 steps"
    assert dict(found["facts"])["Known in advance"] == "promotion"
    assert found["chart"].count("<path") == 3


def test_without_an_interval_there_is_no_area():
    assert forecast.chart(report(lower=[], upper=[])).count("<path") == 2
    assert forecast.chart(report(target=[1.0, None, 2.0])) == ""
    assert forecast.chart({}) == ""
    assert "missing" in forecast.build({})


def test_the_page_names_the_baseline_to_beat():
    page = html.render(report())

    assert 'id="forecast"' in page
    assert "baseline (seasonal naive, 7 steps)" in page
    assert "seasonal naive" in view.guess(report())
    plain = html.render(regression())
    assert 'id="forecast"' not in plain
    assert view.guess(regression()) == "guessing"


def test_a_naive_forecast_may_be_relied_on():
    found = report()
    found["model"]["family"] = "baseline"
    plain = regression()
    plain["model"]["family"] = "baseline"

    assert "no model does better than guessing" in reliance.judge(plain).reasons
    assert "no model does better than guessing" not in reliance.judge(found).reasons


def test_higher_values_are_drawn_higher():
    picture = timeline(["a", "b"], [0.0, 10.0], [5.0, 5.0], None, "both")
    (first, second) = (float(pair.split()[1]) for pair in picture.split('d="M')[1].split('"')[0].split("L"))

    assert first > second
    assert 'aria-label="both"' in picture


@pytest.mark.parametrize("bounds", [True, False])
def test_the_series_of_median_error_is_drawn_in_the_order_of_time(tmp_path, bounds):
    data = prepared(daily(150, stores=("a", "b", "c")), tmp_path, PLAN)
    rows = np.arange(len(data.dataset))
    offset = {0: 1.0, 1: 9.0, 2: 3.0}
    wrong = np.array([offset[code] for code in data.dataset.inputs["store"].to_numpy()])
    predictions = data.dataset.y + wrong
    ends = (predictions - 1, predictions + 1) if bounds else None
    found = drawn(data.dataset, rows, predictions, ends, data.times)

    assert (found["name"], found["series"]) == ("c", 3)
    assert found["time"] == sorted(found["time"])
    assert found["time"][0] == "2024-01-08"
    assert np.subtract(found["prediction"], found["target"]) == pytest.approx(3.0)
    assert ("lower" in found) == bounds
    assert len(found["time"]) <= MOST_POINTS
