from dataclasses import replace

import numpy as np
import pytest

from automl import families, jsonio
from automl.clock import OutOfTime
from automl.errors import DataError
from automl.families import task as module
from automl.families.base import FitFailed, Limits
from automl.families.task import FitTask, fit
from tests.rows import numbers


class Broken:
    """A family whose fit, or whose model, does what it is told."""

    def __init__(self, raises=None, predicts=None):
        self.raises, self.predicts, self.info = raises, predicts, {"a": 1}

    def fit(self, params, train, limits):
        if self.raises is not None:
            raise self.raises
        return self

    def predict(self, inputs):
        return np.full((len(inputs), 2), self.predicts, np.float32)

    def final_params(self):
        return {}


@pytest.fixture
def broken(monkeypatch):
    def use(**how):
        monkeypatch.setattr(families, "load", lambda _name: Broken(**how))
        return FitTask("linear", {}, np.arange(40), np.arange(40, 60), Limits())

    return use


def test_it_fits_on_some_rows_and_predicts_others(tmp_path):
    data = numbers("binary", 100)
    done = fit(data, FitTask("linear", {"C": 1.0}, np.arange(70), np.arange(70, 100), Limits(), tmp_path))
    assert done.predictions.shape == (30, 2)
    assert done.final_params == {"C": 1.0}
    assert done.fit_seconds > 0
    assert done.predict_seconds > 0
    alone = families.load("linear").fit({"C": 1.0}, data.take(np.arange(70)), Limits())
    assert np.array_equal(done.predictions, alone.predict(data.inputs.iloc[70:]))
    assert (tmp_path / "encoder.json").is_file()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("bad shape"), "ValueError: bad shape"),
        (RuntimeError("solver"), "RuntimeError: solver"),
        (MemoryError(), "out of memory"),
        (FitFailed("diverged"), "diverged"),
    ],
)
def test_whatever_a_library_raises_is_a_failed_fit(broken, error, message):
    with pytest.raises(FitFailed, match=message):
        fit(numbers(), broken(raises=error))


@pytest.mark.parametrize("error", [OutOfTime(), DataError("no rows"), KeyboardInterrupt()])
def test_what_the_run_must_see_passes_through(broken, error):
    with pytest.raises(type(error)):
        fit(numbers(), broken(raises=error))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_predictions_that_are_not_finite_are_refused(broken, value):
    with pytest.raises(FitFailed, match="not finite"):
        fit(numbers(), broken(predicts=value))


def test_a_refused_model_is_not_saved(broken, tmp_path):
    task = broken(predicts=np.nan)
    with pytest.raises(FitFailed):
        fit(numbers(), module.FitTask(task.family, {}, task.train, task.predict, task.limits, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_one_class_alone_is_a_failed_fit():
    data = numbers("binary", 100)
    with pytest.raises(FitFailed, match="class"):
        fit(data, FitTask("linear", {}, np.flatnonzero(data.y == 1), np.arange(5), Limits()))


def test_the_model_is_weighed_when_that_is_asked_for(tmp_path):
    data = numbers("binary", 100)
    task = FitTask("linear", {"C": 1.0}, np.arange(70), np.arange(70, 100), Limits())
    assert fit(data, task).cost is None
    alone, kept = (fit(data, replace(task, weigh=True, save=save)) for save in (None, tmp_path))
    assert alone.cost.predict_one_seconds > 0
    assert alone.cost.bytes == pytest.approx(kept.cost.bytes, abs=20)
    contract = len(jsonio.dumps(data.problem).encode())  # needed by every prediction, and written beside the model
    assert kept.cost.bytes == contract + sum(path.stat().st_size for path in tmp_path.iterdir())
    assert np.array_equal(alone.predictions, fit(data, task).predictions)


@pytest.mark.parametrize("error", [OutOfTime(), ValueError("one row is too few")])
def test_a_fit_is_not_lost_because_it_cannot_be_weighed(broken, monkeypatch, error):
    def trouble(*_arguments):
        raise error

    monkeypatch.setattr(module, "weigh", trouble)
    done = fit(numbers(), replace(broken(predicts=0.5), weigh=True))
    assert done.cost is None
    assert done.predictions.shape == (20, 2)


@pytest.mark.parametrize(("limit", "expected"), [(None, 1.0), (50.0, 50.0), (0.0, 0.0)])
def test_weighing_gets_the_time_that_the_fit_left(broken, monkeypatch, limit, expected):
    given = []
    monkeypatch.setattr(module, "weigh", lambda *arguments: given.append(arguments[-1]))
    fit(numbers(), replace(broken(predicts=0.5), weigh=True, limits=Limits(limit)))
    assert given == [pytest.approx(expected, abs=0.2)]
