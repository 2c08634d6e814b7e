"""What a fitted model costs to use."""

import time
from itertools import pairwise

import numpy as np
import pytest

from automl import families
from automl.families import weigh as module
from automl.families.base import Limits
from automl.families.weigh import MANY_ROWS, STEPS, folder_bytes, peak_memory, repeated, weigh
from tests.rows import numbers


class Clock:
    """Stands in for the module `time`: goes on only when the model predicts."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    perf_counter = monotonic


class Model:
    """Predictions take so many seconds a call and a row; the first call takes longer."""

    def __init__(self, clock, call=0.001, row=1e-6, first=0.0):
        self.clock, self.call, self.row, self.first = clock, call, row, first
        self.rows = []

    def predict(self, inputs):
        self.clock.now += self.call + self.row * len(inputs) + (0 if self.rows else self.first)
        self.rows.append(len(inputs))

    def save(self, folder):
        (folder / "sub").mkdir()
        (folder / "arrays.npz").write_bytes(b"x" * 70)
        (folder / "sub" / "encoder.json").write_bytes(b"x" * 30)


@pytest.fixture
def clock(monkeypatch):
    fake = Clock()
    monkeypatch.setattr(module, "time", fake)
    return fake


ROWS = numbers("binary", 30).inputs


def test_a_fast_model_is_measured_whole(clock):
    model = Model(clock, first=0.3)
    cost = weigh(model, ROWS)

    assert cost.predict_one_seconds == pytest.approx(0.001001)  # without the first call
    assert cost.predict_many_seconds == pytest.approx(0.011)
    assert (cost.many_rows, cost.bytes) == (MANY_ROWS, 100)
    assert model.rows == [1] * 6 + list(STEPS)


@pytest.mark.parametrize(
    ("row", "measured"), [(2e-4, STEPS[:2]), (2e-3, STEPS[:1])], ids=["a thousand rows", "a hundred rows"]
)
def test_a_slow_one_is_extrapolated_from_what_fits_into_the_time(clock, row, measured):
    model = Model(clock, call=0.01, row=row)
    cost = weigh(model, ROWS)

    assert cost.predict_many_seconds == pytest.approx(0.01 + MANY_ROWS * row)
    assert model.rows[6:] == list(measured)
    assert clock.now < 1.0


def test_without_time_two_single_rows_are_all(clock):
    model = Model(clock, call=0.2)
    cost = weigh(model, ROWS, seconds=-5.0)

    assert model.rows == [1, 1]
    assert cost.predict_one_seconds == cost.predict_many_seconds == pytest.approx(0.200001)


def test_more_time_than_the_most_is_not_taken(clock):
    model = Model(clock, call=0.0, row=1e-3)
    weigh(model, ROWS, seconds=1e9)

    assert max(model.rows) == 100
    assert clock.now < 1.0


def test_the_saved_folder_is_taken_when_there_is_one(clock, tmp_path):
    (tmp_path / "model.ubj").write_bytes(b"x" * 7)

    assert weigh(Model(clock), ROWS, tmp_path).bytes == 7
    assert [path.name for path in tmp_path.iterdir()] == ["model.ubj"]


def test_nothing_is_left_behind(clock, tmp_path, monkeypatch):
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    weigh(Model(clock), ROWS)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("given", "wanted"), [(30, 1), (30, 100), (3, 7)])
def test_rows_are_repeated_when_there_are_too_few(given, wanted):
    rows = repeated(numbers("binary", given).inputs, wanted)

    assert len(rows) == wanted
    assert np.array_equal(rows.iloc[-1], ROWS.iloc[(wanted - 1) % given])


def test_bytes_of_a_folder_count_what_lies_deeper(tmp_path):
    Model(Clock()).save(tmp_path)

    assert folder_bytes(tmp_path) == 100


def test_the_peak_never_falls():
    peaks = [peak_memory() for _ in range(3) if np.ones(10_000).sum()]

    assert all(before <= after for before, after in pairwise(peaks))
    assert 2**20 < peaks[0] < 2**40


@pytest.mark.parametrize("family", ["baseline", "linear"])
def test_a_real_model_is_weighed_in_no_time(family):
    data = numbers("binary", 200)
    model = families.load(family).fit({}, data, Limits(threads=1))
    started = time.monotonic()
    cost = weigh(model, data.inputs)

    assert 0 < cost.predict_one_seconds < 1
    assert 0 < cost.predict_many_seconds < 2
    assert cost.bytes > 50
    assert time.monotonic() - started < 2
