"""Networks for text, series and audio trained for real on tiny data, on whatever Keras backend is set."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl.data.dataset import Dataset, Images
from automl.families.base import Limits
from automl.families.network import FAMILY, sizing
from automl.families.network.shared import SHELF
from automl.types import Column, Problem

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
LABELS = ("a", "b")


def texts(n=120):
    """The class is the word that is there; two columns, some cells missing."""
    random = np.random.default_rng(0)
    y = np.arange(n) % 2
    filler = [" ".join(random.choice(["the", "of", "and", "red", "blue"], 6)) for _ in range(n)]
    frame = pd.DataFrame({"body": [f"{f} {['good', 'bad'][k]} {f}" for f, k in zip(filler, y, strict=True)]})
    frame["title"] = [None if i % 5 == 0 else "a title" for i in range(n)]
    columns = tuple(Column(name, "text", "feature", "", 0, 0) for name in frame)
    return Dataset(Problem("text", "binary", "log_loss", LABELS, columns), frame, y.astype(np.int64))


def series(n=120, steps=30):
    """The class is the frequency of one of two channels; some steps are missing."""
    random = np.random.default_rng(0)
    y = np.arange(n) % 2
    waves = np.sin(np.arange(steps) * (0.4 + 0.8 * y[:, None]) + random.uniform(0, 6, (n, 1)))
    values = np.hstack([waves + random.normal(0, 0.1, waves.shape), random.normal(size=(n, steps))])
    values[::7, steps - 5 : steps] = np.nan
    frame = pd.DataFrame(values, columns=[f"t{i}" for i in range(2 * steps)])
    columns = tuple(Column(name, "number", "feature", "", 0, 0) for name in frame)
    return Dataset(Problem("series", "binary", "log_loss", LABELS, columns, channels=2), frame, y.astype(np.int64))


def audio(folder, n=120, frames=24):
    """The class is whether low or high bands sound."""
    random = np.random.default_rng(0)
    y = np.arange(n) % 2
    sounds = random.integers(0, 60, (n, 64, frames, 1))
    for sound, k in zip(sounds, y, strict=True):
        sound[32 * k : 32 * k + 32] += 120
    np.save(folder / "sounds.npy", sounds.astype(np.uint8))
    problem = Problem("audio", "binary", "log_loss", LABELS, image_size=(64, frames, 1))
    return Dataset(problem, Images(folder / "sounds.npy", np.arange(n)), y.astype(np.int64))


def data(kind, folder):
    return {"text": texts, "series": series, "audio": lambda: audio(folder)}[kind]()


CASES = [
    ("text", {"kind": "bag", "width": 16, "epochs": 15}),
    ("text", {"kind": "bag", "width": 16, "layers": 2, "epochs": 15}),
    ("text", {"kind": "sepconv", "width": 16, "lr": 5e-3, "epochs": 20}),
    ("text", {"kind": "transformer", "width": 16, "layers": 1, "lr": 5e-3, "epochs": 20}),
    ("series", {"width": 4, "layers": 3, "kernel": 8, "scale": True, "epochs": 20}),
    ("series", {"layer": "plain", "width": 4, "layers": 3, "kernel": 8, "scale": True, "epochs": 20}),
    ("audio", {"width": 4, "blocks": 1, "augment": 1.0, "mixup": 0.2, "epochs": 30}),
    ("audio", {"block": "separable", "width": 8, "blocks": 1, "augment": 0.5, "epochs": 25}),
]
SMALL = {kind: {**params, "epochs": 2} for kind, params in CASES}


@pytest.mark.parametrize(("kind", "params"), CASES)
def test_classes_are_learnt_and_saved(kind, params, tmp_path):
    dataset = data(kind, tmp_path)
    train, test = dataset.take(np.arange(90)), dataset.take(np.arange(90, 120))
    model = FAMILY.fit(params, train, Limits())
    predicted = model.predict(test.inputs)
    assert (predicted.argmax(axis=1) == test.y).mean() > 0.85
    model.save(tmp_path)
    loaded = FAMILY.load(tmp_path, train.problem)
    np.testing.assert_array_equal(loaded.predict(test.inputs), predicted)
    one = loaded.predict(test.take(np.arange(1)).inputs)
    np.testing.assert_allclose(one, predicted[:1], atol=1e-5)


@pytest.mark.parametrize("kind", SMALL)
def test_a_network_used_before_gives_what_a_new_one_gives(kind, tmp_path):
    dataset = data(kind, tmp_path)
    train, others = dataset.take(np.arange(100)), dataset.take(np.arange(3, 101))
    SHELF.clear()
    FAMILY.fit(SMALL[kind], others, Limits())
    used = FAMILY.fit(SMALL[kind], train, Limits()).predict(dataset.inputs)
    assert len(SHELF.kept) == 1
    SHELF.clear()
    np.testing.assert_array_equal(FAMILY.fit(SMALL[kind], train, Limits()).predict(dataset.inputs), used)


@pytest.mark.parametrize("kind", SMALL)
def test_values_are_predicted_within_their_range(kind, tmp_path):
    dataset = data(kind, tmp_path)
    values = replace(dataset, problem=replace(dataset.problem, task="regression", metric="rmse", classes=()))
    values = replace(values, y=10.0 + dataset.y)
    predicted = FAMILY.fit({**SMALL[kind], "epochs": 10}, values, Limits()).predict(dataset.inputs)
    assert predicted.shape == (120, 1)
    assert predicted.min() >= 10.0
    assert predicted.max() <= 11.0
    assert np.corrcoef(predicted[:, 0], values.y)[0, 1] > 0.5


@pytest.mark.parametrize("kind", SMALL)
def test_free_sizes_follow_the_time_there_is(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(sizing, "SECONDS_COUNTED", 0.0)
    dataset = data(kind, tmp_path)
    model = FAMILY.fit({"epochs": 2}, dataset, Limits())
    smallest = {"text": 32, "series": 8, "audio": 8}[kind]
    assert model.params["width"] == smallest
    assert FAMILY.describe(model.params) != FAMILY.describe(FAMILY.defaults(dataset.problem, 120)[0])


def test_texts_and_series_without_anything_in_them_are_predicted():
    for dataset, inputs in ((texts(), pd.DataFrame({"body": [None, ""], "title": [None, "!"]})), (series(), None)):
        model = FAMILY.fit(SMALL[dataset.problem.modality], dataset, Limits())
        empty = dataset.inputs.iloc[:2] * np.nan if inputs is None else inputs
        assert np.isfinite(model.predict(empty)).all()
