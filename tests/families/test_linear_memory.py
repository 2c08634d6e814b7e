from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl.encode.table import MAX_LEVELS
from automl.families.base import Limits
from automl.families.linear import FAMILY, memory
from tests.rows import column, mixed, numbers, rows_of

ROW = 8 * memory.COPIES * 3
"""Bytes of a row of three numbers."""


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_fit_that_would_not_fit_into_memory_takes_fewer_rows(task):
    data = numbers(task, 4_000)
    limit = int(ROW * 2_000 / memory.SHARE) + 1
    model = FAMILY.fit({}, data, Limits(threads=1, memory=limit))
    assert model.info["downsized"] == {
        "estimated_bytes": ROW * 4_000, "available_bytes": int(memory.SHARE * limit), "rows": 2_000, "of_rows": 4_000,
    }  # fmt: skip
    whole = FAMILY.fit({}, data, Limits(threads=1))
    assert "downsized" not in whole.info
    assert np.abs(model.coefficients - whole.coefficients).max() > 0
    same = (model.predict(data.inputs).argmax(axis=1) == whole.predict(data.inputs).argmax(axis=1)).mean()
    assert same > 0.9


def test_what_is_free_counts_without_a_limit(monkeypatch):
    monkeypatch.setattr("automl.devices.free_memory", lambda: 1)
    model = FAMILY.fit({"C": 1.0}, numbers("binary", 1_500), Limits(threads=1))
    assert model.info["downsized"]["rows"] == memory.FEWEST_ROWS


def test_the_same_rows_are_kept_every_time():
    data = numbers("binary", 4_000)
    first, again = (memory.fitting(data, {}, ROW * 3_000)[0] for _ in range(2))
    pd.testing.assert_frame_equal(first.inputs, again.inputs)
    other = memory.fitting(replace(data, problem=replace(data.problem, seed=1)), {}, ROW * 3_000)[0]
    assert not first.inputs.index.equals(other.inputs.index) or not first.inputs.equals(other.inputs)


@pytest.mark.parametrize("basis", ["plain", "spline", "bins", "quantile"])
@pytest.mark.parametrize("data", [mixed(1_200), numbers("binary", 1_200)], ids=["mixed", "numbers"])
def test_the_width_is_that_of_the_matrix_at_most(data, basis):
    columns = [replace(c, missing=1) for c in data.problem.columns]
    wide = len(FAMILY.fit({"C": 1.0, "basis": basis}, data, Limits(threads=1)).coefficients)
    told = memory.width(columns, basis)
    assert wide <= told <= wide + 32 + len(columns)  # a text of few words has fewer components


def test_labels_beyond_the_most_frequent_take_no_column():
    many = column("city", "category", tuple(str(i) for i in range(500)))
    assert memory.width([many], "plain") == MAX_LEVELS


def test_the_estimate_is_near_what_a_fit_takes():
    import tracemalloc

    data = numbers("binary", 20_000, d=30)
    FAMILY.fit({"C": 1.0}, data.take(np.arange(1_000)), Limits(threads=1))  # imports are not counted
    tracemalloc.start()
    model = FAMILY.fit({"C": 1.0}, data, Limits(threads=1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    estimate = 8 * memory.COPIES * 20_000 * len(model.coefficients)
    assert 0.6 * estimate < peak < 1.1 * estimate


def test_texts_as_ngrams_are_left_alone():
    data = mixed(1_200)
    model = FAMILY.fit({"C": 1.0, "text": "ngrams"}, data, Limits(threads=1, memory=1))
    assert "downsized" not in model.info


def test_groups_and_order_go_with_their_rows():
    frame = pd.DataFrame({"x": np.arange(2_000.0)})
    data = rows_of(frame, [column("x")], np.arange(2_000.0), weight=np.arange(1.0, 2_001.0), order=np.arange(2_000.0))
    kept, facts = memory.fitting(data, {}, 1)
    assert facts["rows"] == len(kept) == memory.FEWEST_ROWS
    np.testing.assert_array_equal(kept.inputs["x"], kept.y)
    np.testing.assert_array_equal(kept.weight, kept.y + 1)
    np.testing.assert_array_equal(kept.order, kept.y)
