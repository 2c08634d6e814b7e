"""On which scale a series is learnt."""

import numpy as np
import pytest

from automl.forecast.scale import related, unrelated
from tests.forecast.panel import built, daily


def grown(kind):
    """Two years of days that grow, their week with them or not; or that stay."""
    frame, day = daily(500), np.arange(500)
    week, noise = np.sin(2 * np.pi * day / 7), np.random.default_rng(1).normal(size=500)
    level = 50 * np.exp(day / 150)
    values = {
        "ratio": level * (1 + 0.4 * week + 0.02 * noise),
        "difference": 20 + 10 * day + 40 * week - 400 + 5 * noise,  # below zero at first: no ratio
    }
    return frame.assign(y=values[kind])


@pytest.mark.parametrize("kind", ["ratio", "difference"])
def test_the_scale_that_forecasts_best_is_chosen(kind):
    made = built(grown(kind), 7)
    found = made.choices["scale"]

    assert made.forecast.scale == found.value == kind
    assert found.evidence[kind] <= 1.03 * min(found.evidence.values())
    assert "ridge regression" in found.reason


def test_values_of_zero_or_less_have_no_ratio():
    made = built(grown("difference"), 7)

    assert not made.forecast.positive
    assert set(made.choices["scale"].evidence) == {"none", "difference"}


@pytest.mark.parametrize("scale", ["none", "difference", "ratio"])
def test_there_and_back(scale):
    values, level = np.array([[1.0, 2.0], [3.0, 8.0]]), np.array([2.0, 4.0])

    assert unrelated(related(values, level, scale), level, scale) == pytest.approx(values)
    assert unrelated(related(values[:, 0], level, scale), level, scale) == pytest.approx(values[:, 0])
