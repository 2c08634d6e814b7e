from dataclasses import replace

import numpy as np
import pytest

from automl import families
from automl.data.dataset import Dataset, Images
from automl.encode import image
from automl.explain import importance as module
from automl.explain.importance import REGIONS, REPEATS, _parts, importance
from automl.families.base import Limits
from automl.types import Column, Problem
from tests.rows import mixed, numbers

ALL = np.arange(120)


def explained(data, folder, rows=ALL, seconds=None, family="linear", metric=None):
    families.load(family).fit({}, data, Limits()).save(folder)
    return importance(data, rows, folder, family, metric or data.problem.metric, seconds)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_column_that_decides_comes_first(tmp_path, task):
    found = explained(numbers(task), tmp_path)
    first, *others = found.columns
    assert first["column"] == "x0"
    assert first["low"] > 0.1
    assert first["low"] < first["value"] < first["high"]
    assert all(abs(c["value"]) < first["value"] / 5 for c in others)
    assert [c["value"] for c in found.columns] == sorted((c["value"] for c in found.columns), reverse=True)
    assert (found.rows, found.repeats, found.skipped) == (120, REPEATS, 0)


def test_a_constant_column_adds_nothing(tmp_path):
    data = numbers()
    found = explained(replace(data, inputs=data.inputs.assign(x1=3.0)), tmp_path)
    constant = next(c for c in found.columns if c["column"] == "x1")
    assert (constant["value"], constant["low"], constant["high"]) == (0, 0, 0)


def test_columns_are_the_users_whatever_they_are_encoded_to(tmp_path):
    data = mixed()
    found = explained(data, tmp_path)
    assert {c["column"] for c in found.columns} == {"number", "yes", "city", "date", "note"}
    assert found.columns[0]["column"] in {"number", "city"}


def test_the_rows_are_left_as_they_are(tmp_path):
    data = mixed()
    before = data.inputs.copy()
    explained(data, tmp_path)
    assert data.inputs.equals(before)


def test_only_the_rows_given_are_judged(tmp_path, monkeypatch):
    found = explained(numbers(), tmp_path, rows=np.arange(50, 90))
    assert found.rows == 40
    monkeypatch.setattr(module, "ROWS", 30)
    assert explained(numbers(), tmp_path).rows == 30


def test_weights_count(tmp_path):
    data = numbers()
    weighted = replace(data, weight=np.where(data.inputs["x0"] > 0.3, 20.0, 0.1))
    plain, other = explained(data, tmp_path), importance(weighted, ALL, tmp_path, "linear", "roc_auc", None)
    assert plain.columns[0]["value"] != other.columns[0]["value"]


def test_the_seed_repeats(tmp_path):
    assert explained(numbers(), tmp_path) == explained(numbers(), tmp_path)
    assert explained(numbers(seed=1), tmp_path) != explained(numbers(), tmp_path)


def test_without_time_columns_are_skipped_and_counted(tmp_path):
    found = explained(numbers(d=6), tmp_path, seconds=0.0)
    assert len(found.columns) == 1
    assert found.skipped == 5
    assert found.repeats == 1
    assert found.columns[0]["low"] == found.columns[0]["high"] == found.columns[0]["value"]


def test_the_method_names_the_loss(tmp_path):
    method = explained(numbers(), tmp_path).method
    assert method == "1 - ROC AUC added on 120 rows when the column is shuffled between rows"


def striped(folder, channels=1):
    """Images of which those of the second class have stripes in the centre; and a folder for a model beside them."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 60, (120, 24, 24, channels)).astype(np.uint8)
    y = rng.integers(0, 2, 120)
    pixels[y == 1, 9:15:2, 9:15] = 250
    np.save(folder / "images.npy", pixels)
    problem = Problem("image", "binary", "log_loss", ("a", "b"), (), 0, (24, 24, channels))
    (folder / "model").mkdir()
    return Dataset(problem, Images(folder / "images.npy", ALL), y)


def test_the_region_that_decides_comes_first(tmp_path):
    data = striped(tmp_path)
    pixels = np.load(tmp_path / "images.npy")
    found = explained(data, tmp_path / "model")
    assert found.columns[0]["column"] == "centre"
    assert {c["column"] for c in found.columns} == set(REGIONS)
    assert "another image" in found.method
    assert sorted(p.name for p in tmp_path.iterdir()) == ["images.npy", "model"]
    assert np.array_equal(np.load(tmp_path / "images.npy"), pixels)


def test_the_features_of_the_run_stay_known(tmp_path, monkeypatch):
    data = striped(tmp_path)
    explained(data, tmp_path / "model")
    asked = []
    monkeypatch.setattr(image, "features", lambda pixels: asked.append(len(pixels)))
    image.HandmadeImages().transform(data.inputs)
    assert sum(asked) == 0


def test_of_recordings_parts_of_the_spectrogram(tmp_path):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 60, (120, 64, 24, 1)).astype(np.uint8)
    y = rng.integers(0, 2, 120)
    pictures[y == 1, 45:60, 1:7] = 250
    np.save(tmp_path / "images.npy", pictures)
    problem = Problem("audio", "binary", "log_loss", ("a", "b"), (), 0, (64, 24, 1))
    data = Dataset(problem, Images(tmp_path / "images.npy", ALL), y)
    (tmp_path / "model").mkdir()
    found = explained(data, tmp_path / "model")
    assert found.columns[0]["column"] == "high frequencies, beginning"
    assert "another recording" in found.method


@pytest.mark.parametrize(("channels", "blocks", "first"), [(1, 12, "x0 to x2"), (18, 18, "x0 to x1")])
def test_of_long_series_blocks_of_points(channels, blocks, first):
    columns = tuple(Column(f"x{i}", "number", "feature", "", 0, 2) for i in range(36))
    parts = _parts(Problem("series", "binary", "log_loss", ("a", "b"), columns, channels=channels))
    assert len(parts) == blocks
    assert next(iter(parts)) == first
    assert [name for names in parts.values() for name in names] == [column.name for column in columns]


def test_of_short_series_every_point():
    columns = tuple(Column(f"x{i}", "number", "feature", "", 0, 2) for i in range(5))
    assert list(_parts(Problem("series", "binary", "log_loss", ("a", "b"), columns))) == ["x0", "x1", "x2", "x3", "x4"]
