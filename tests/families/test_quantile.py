import numpy as np
import pytest

from automl.families.quantile import quantile_of, weighted_quantile


@pytest.mark.parametrize(
    ("metric", "level"), [("mae", 0.5), ("mape", 0.5), ("pinball", 0.5), ("pinball:0.9", 0.9), ("rmse", None)]
)
def test_the_quantile_that_a_metric_asks_for(metric, level):
    assert quantile_of(metric) == level


def test_a_row_of_weight_two_counts_as_two_rows():
    values, weight = np.array([3.0, 1.0, 2.0, 4.0]), np.array([1, 2, 0, 1])
    repeated = np.repeat(values, weight)
    for level in (0.1, 0.5, 0.7, 0.9):
        assert weighted_quantile(values, weight, level) == weighted_quantile(repeated, np.ones(4), level)
