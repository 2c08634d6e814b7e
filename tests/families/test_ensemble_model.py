import json

import numpy as np
import pytest

from automl import families
from automl.errors import RunError
from automl.families import ensemble
from automl.families.base import FitFailed, Limits
from automl.families.ensemble import EnsembleModel, Member
from tests.rows import numbers


def fitted(task="binary"):
    data = numbers(task, 200)
    linear = families.load("linear").fit({}, data, Limits())
    base = families.load("baseline").fit({}, data, Limits())
    members = (
        Member("linear-0", "linear", "linear", 0.75, ("linear-0-split0", "linear-0-split1")),
        Member("baseline-0", "baseline", "share", 0.25, ("baseline-0-all0",)),
    )
    return data, EnsembleModel(members, ((linear, linear), (base,)))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_weighted_mean_that_survives_saving(tmp_path, task):
    data, model = fitted(task)
    linear, base = model.bags[0][0], model.bags[1][0]
    expected = 0.75 * linear.predict(data.inputs) + 0.25 * base.predict(data.inputs)
    assert np.allclose(model.predict(data.inputs), expected, atol=1e-6)
    model.save(tmp_path)
    again = families.load("ensemble").load(tmp_path, data.problem)
    assert np.array_equal(again.predict(data.inputs), model.predict(data.inputs))


@pytest.mark.parametrize("name", ["../outside", "gone", "linear-0-split0/.."])
def test_a_folder_that_is_missing_or_elsewhere_is_refused(tmp_path, name):
    data, model = fitted()
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "outside").mkdir()
    model.save(folder)
    stored = json.loads((folder / ensemble.FILE).read_text())
    stored["members"][0]["folders"][0] = name
    (folder / ensemble.FILE).write_text(json.dumps(stored))
    with pytest.raises(RunError, match="is missing"):
        families.load("ensemble").load(folder, data.problem)


def test_it_is_never_fitted_as_one():
    with pytest.raises(FitFailed, match="assembled"):
        families.load("ensemble").fit({}, numbers("binary", 50), Limits())
