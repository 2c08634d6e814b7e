from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl.evaluate import oof
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def test_a_stack_holds_the_rows_of_each_split_in_order():
    cv = fake_cv(replace(numbers("regression", 100), weight=np.arange(100.0)))
    a, b = judged(cv, "linear"), judged(cv, "trees", splits=[0, 4])
    rows = oof.stack(cv, [a, b], [4, 0])
    assert rows.split.tolist() == [4] * 20 + [0] * 20
    assert np.array_equal(rows.row, [*cv.splits[4].check, *cv.splits[0].check])
    assert np.array_equal(rows.y, cv.dataset.y[rows.row])
    assert np.array_equal(rows.weight, rows.row)
    assert np.array_equal(rows.predictions["trees-0"][:20], b.fits[4].predictions)
    assert list(rows.predictions) == ["linear-0", "trees-0"]


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_file_has_a_line_for_each_candidate_split_and_row(tmp_path, task):
    data = numbers(task, 60, **({} if task == "regression" else {"classes": ("no, never", "yes <1>")}))
    cv = fake_cv(data, folds=3, repeats=2)
    a, b = judged(cv, "linear", 0.5), judged(cv, "trees", 0.5, splits=[0])
    names = np.arange(60) * 10 + 7
    oof.write(tmp_path / "oof.parquet", cv, [a, b], names)
    frame = pd.read_parquet(tmp_path / "oof.parquet")
    assert frame["candidate"].value_counts().to_dict() == {"linear-0": 120, "trees-0": 20}
    part = frame[(frame["candidate"] == "linear-0") & (frame["repeat"] == 1) & (frame["fold"] == 2)]
    check = cv.splits[5].check
    assert part["row"].tolist() == names[check].tolist()
    if task == "regression":
        assert list(frame) == ["candidate", "repeat", "fold", "row", "target", "prediction"]
        np.testing.assert_allclose(part["prediction"], a.fits[5].predictions[:, 0])
        np.testing.assert_allclose(part["target"], data.y[check])
    else:
        assert list(frame)[5:] == ["probability_no, never", "probability_yes <1>"]
        assert part["target"].tolist() == [data.problem.classes[i] for i in data.y[check]]
        np.testing.assert_allclose(part["probability_yes <1>"], a.fits[5].predictions[:, 1])


def test_weights_are_written(tmp_path):
    cv = fake_cv(replace(numbers("regression", 60), weight=np.arange(60.0)))
    oof.write(tmp_path / "oof.parquet", cv, [judged(cv, "linear", splits=[0])], np.arange(60))
    frame = pd.read_parquet(tmp_path / "oof.parquet")
    assert (frame["weight"] == frame["row"]).all()
