"""The figures of the test part."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from automl.evaluate import final, metrics
from automl.finish import _test_figures
from tests.rows import numbers


def figures(groups, n=60):
    """Intervals of a linear model and of the baseline on a test part of these groups."""
    data = replace(numbers("regression", n), groups=groups)
    session = SimpleNamespace(
        prepared=SimpleNamespace(dataset=data), metric=metrics.get("rmse", "regression"), plan=SimpleNamespace(seed=0)
    )
    error = np.random.default_rng(0).normal(size=(n, 1))
    tested = final.Tested(np.arange(n), {"linear-0": data.y[:, None] + 0.5 * error, "baseline-0": np.zeros((n, 1))})
    shaped = SimpleNamespace(for_metric=lambda _, predictions: predictions)
    return _test_figures(session, tested, SimpleNamespace(name="linear-0"), shaped)


@pytest.mark.parametrize("few", [1, 2, 4])
def test_a_test_part_of_few_groups_is_resampled_by_rows(few):
    groups = np.arange(60) // (60 // few)

    assert figures(groups) == figures(None)


def test_a_test_part_of_many_groups_is_resampled_by_groups():
    values, differences = figures(np.arange(60) // 4)

    assert values["linear-0"] != figures(None)[0]["linear-0"]
    assert differences["baseline-0"].low < differences["baseline-0"].value < differences["baseline-0"].high
