"""What is read off the targets that may be learnt from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl.prepare import Prepared, with_tail
from tests.rows import column, rows_of

ROWS = np.arange(100)


def prepared(y, modality="table"):
    data = rows_of(pd.DataFrame({"x": np.zeros(len(y))}), [column("x")], y)
    return Prepared(None, replace(data, problem=replace(data.problem, modality=modality)), ROWS)


@pytest.mark.parametrize("modality", ["table", "image", "text", "series", "audio"])
@pytest.mark.parametrize(("tail_in", "skewed"), [("development", True), ("test", False)])
def test_a_tail_is_looked_for_in_the_rows_that_may_be_learnt_from(modality, tail_in, skewed):
    y = np.linspace(10.0, 11.0, 100)
    y[::10] = 1e4
    tail = ROWS % 10 == 0
    development = ROWS if tail_in == "development" else ROWS[~tail]
    problem = with_tail(prepared(y, modality), development).dataset.problem
    assert problem.skewed_target is problem.log_target is skewed
    problem = with_tail(prepared(-y, modality), development).dataset.problem
    assert (problem.skewed_target, problem.log_target) == (skewed, False)


def test_classes_and_forecasts_stay_as_they_are():
    classes = prepared(ROWS % 2)
    assert with_tail(classes, ROWS) is classes
    values = prepared(np.exp(ROWS / 10.0))
    told = replace(values.dataset, problem=replace(values.dataset.problem, forecast=object()))
    forecast = replace(values, dataset=told)
    assert with_tail(forecast, ROWS) is forecast
