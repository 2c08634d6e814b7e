"""Networks trained for real on small data, on whatever Keras backend is set."""

import gc
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import psutil
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits

from automl.data.dataset import Dataset, Images
from automl.families.base import FitFailed, Limits
from automl.families.network import FAMILY, precision, tabular
from automl.families.network.shared import SHELF
from automl.types import Column, Problem
from tests.rows import column, numbers, rows_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
ROOT = Path(__file__).resolve().parents[2]


def table(loader, task, metric, **options):
    """One of scikit-learn's own sets as typed rows."""
    X, y = loader(return_X_y=True, as_frame=True)
    columns = tuple(Column(str(name), "number", "feature", "", 0, 0) for name in X)
    labels = tuple(str(v) for v in np.unique(y)) if task != "regression" else ()
    dtype = np.int64 if labels else np.float64
    return Dataset(Problem("table", task, metric, labels, columns, 0), X.astype(float), y.to_numpy(dtype), **options)


def halves(dataset):
    rows = np.random.default_rng(0).permutation(len(dataset))
    cut = 2 * len(dataset) // 3
    return dataset.take(rows[:cut]), dataset.take(rows[cut:])


@pytest.fixture
def cancer():
    return halves(table(load_breast_cancer, "binary", "accuracy"))


@pytest.fixture
def diabetes():
    return halves(table(load_diabetes, "regression", "rmse"))


@pytest.fixture
def digits(tmp_path):
    sample = load_digits()
    np.save(tmp_path / "digits.npy", (sample.images[:600, :, :, None] * 15.9).astype(np.uint8))
    labels = tuple(str(v) for v in range(10))
    problem = Problem("image", "multiclass", "accuracy", labels, (), 0, (8, 8, 1))
    images = Images(tmp_path / "digits.npy", np.arange(600))
    return halves(Dataset(problem, images, sample.target[:600].astype(np.int64)))


def test_classes_are_learnt_and_probabilities_sum_to_one(cancer):
    train, test = cancer
    model = FAMILY.fit({"epochs": 20}, train, Limits())
    predicted = model.predict(test.inputs)
    assert predicted.shape == (len(test), 2)
    assert predicted.dtype == np.float32
    np.testing.assert_allclose(predicted.sum(axis=1), 1.0, atol=1e-5)
    assert (predicted.argmax(axis=1) == test.y).mean() > 0.93
    assert model.predict(test.inputs.iloc[:0]).shape == (0, 2)


def test_values_are_learnt_and_keep_to_the_range_seen(diabetes):
    train, test = diabetes
    model = FAMILY.fit({"epochs": 30}, train, Limits())
    predicted = model.predict(test.inputs * 1e6)
    assert predicted.shape == (len(test), 1)
    assert predicted.min() >= train.y.min()
    assert predicted.max() <= train.y.max()
    error = np.sqrt(np.mean((model.predict(test.inputs)[:, 0] - test.y) ** 2))
    assert error < 0.85 * test.y.std()


def test_images_are_learnt(digits):
    train, test = digits
    model = FAMILY.fit({"epochs": 15, "width": 16, "blocks": 1}, train, Limits())
    assert (model.predict(test.inputs).argmax(axis=1) == test.y).mean() > 0.9
    assert model.predict(test.inputs.take(np.arange(0))).shape == (0, 10)


def test_values_of_images_are_learnt(digits):
    train, test = digits
    problem = Problem("image", "regression", "rmse", (), (), 0, (8, 8, 1))
    bright = [Dataset(problem, part.inputs, part.inputs.pixels()[:, :4].mean(axis=(1, 2, 3))) for part in (train, test)]
    model = FAMILY.fit({"epochs": 10, "width": 16, "blocks": 1, "augment": 0.0}, bright[0], Limits())
    assert np.corrcoef(model.predict(bright[1].inputs)[:, 0], bright[1].y)[0, 1] > 0.8


def test_a_warm_up_is_not_mistaken_for_the_best_epoch(digits):
    train, _ = digits
    info = FAMILY.fit({"epochs": 30, "width": 8, "blocks": 1}, train, Limits()).info
    assert info["best_epoch"] > 10
    assert info["epochs"] == 30
    assert info["device"] == ("gpu" if precision.on_gpu() else "cpu")


@pytest.mark.parametrize("extras", [{}, {"dropout": 0.0, "weight_decay": 0.0, "embedding": "pbld"}, {"kind": "tabm"}])
def test_a_fit_by_counts_repeats_exactly(cancer, extras):
    train, test = cancer
    first, second = (FAMILY.fit({"epochs": 5, **extras}, train, Limits()).predict(test.inputs) for _ in range(2))
    np.testing.assert_array_equal(first, second)


VARIANTS = [
    {},
    {"embedding": "pbld", "numbers": "quantile"},
    {"embedding": "pwl"},
    {"kind": "tabm"},
    {"kind": "tabm", "embedding": "none", "numbers": "robust"},
]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_network_used_before_gives_what_a_new_one_gives(cancer, variant):
    train, test = cancer
    params = {"epochs": 3, **variant}
    others = train.take(np.arange(len(train) - 3))
    SHELF.clear()
    FAMILY.fit(params, others, Limits())
    used = FAMILY.fit(params, train, Limits()).predict(test.inputs)
    assert len(SHELF.kept) == 1  # one shape: the second fit did use the network of the first
    SHELF.clear()
    np.testing.assert_array_equal(FAMILY.fit(params, train, Limits()).predict(test.inputs), used)


def test_models_that_share_a_network_keep_their_own_weights(cancer, tmp_path):
    train, test = cancer
    first = FAMILY.fit({"epochs": 2}, train, Limits())
    before = first.predict(test.inputs)
    second = FAMILY.fit({"epochs": 2, "lr": 0.001}, train, Limits())
    after = second.predict(test.inputs)
    assert first.shared is second.shared
    assert np.abs(before - after).max() > 1e-3
    np.testing.assert_array_equal(first.predict(test.inputs), before)
    second.save(tmp_path)
    np.testing.assert_array_equal(FAMILY.load(tmp_path, train.problem).predict(test.inputs), after)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_every_variant_learns(variant, task):
    train, test = halves(numbers(task, n=600, noise=0.3))
    predicted = FAMILY.fit({"epochs": 30, **variant}, train, Limits()).predict(test.inputs)
    if task == "regression":
        assert np.sqrt(np.mean((predicted[:, 0] - test.y) ** 2)) < 0.3 * test.y.std()
    else:
        assert (predicted.argmax(axis=1) == test.y).mean() > 0.85


def test_a_long_training_is_compiled_and_learns_what_a_short_one_does(cancer, monkeypatch):
    train, test = cancer
    plain = FAMILY.fit({"epochs": 4}, train, Limits()).predict(test.inputs)
    monkeypatch.setattr(tabular, "LONG_STEPS", 1)
    model = FAMILY.fit({"epochs": 4}, train, Limits())
    assert next(reversed(SHELF.kept.values())).trainer.jit_compile is (keras.backend.backend() != "torch")
    repeated = FAMILY.fit({"epochs": 4}, train, Limits()).predict(test.inputs)
    predicted = model.predict(test.inputs)
    np.testing.assert_allclose(predicted, plain, atol=0.02)
    np.testing.assert_array_equal(predicted, repeated)


@pytest.mark.parametrize(
    ("steps", "seconds", "expected"),
    [(tabular.LONG_STEPS, np.inf, True), (tabular.LONG_STEPS - 1, np.inf, False), (10**6, 1.0, False)],
)
def test_a_training_is_long_by_its_steps_and_the_time_for_them(steps, seconds, expected):
    assert tabular.long(steps, seconds) is expected


def test_levels_are_learnt_and_unseen_ones_are_harmless():
    random = np.random.default_rng(0)
    codes = random.integers(0, 40, 1_200).astype(np.int32)
    effect = random.normal(size=40)
    dataset = rows_of(
        pd.DataFrame({"c": codes, "n": random.normal(size=1_200)}),
        [column("c", "category", tuple(f"v{i}" for i in range(42))), column("n")],
        effect[codes] + random.normal(0.0, 0.1, 1_200),
    )
    train, test = halves(dataset)
    model = FAMILY.fit({"epochs": 40}, train, Limits())
    assert np.corrcoef(model.predict(test.inputs)[:, 0], test.y)[0, 1] > 0.95
    unseen = model.predict(test.inputs.assign(c=np.int32(41)))
    assert np.isfinite(unseen).all()
    np.testing.assert_array_equal(unseen, model.predict(test.inputs.assign(c=np.int32(-1))))


def test_a_logarithm_of_the_target_is_learnt_and_undone(tmp_path):
    train, test = halves(numbers("regression", n=600, noise=0.1))
    skewed = [replace(part, y=np.exp(part.y)) for part in (train, test)]
    model = FAMILY.fit({"epochs": 30, "target": "log"}, skewed[0], Limits())
    predicted = model.predict(test.inputs)
    assert np.corrcoef(np.log1p(predicted[:, 0]), np.log1p(skewed[1].y))[0, 1] > 0.97
    assert model.targets.transform.smearing != 1.0
    model.save(tmp_path)
    np.testing.assert_array_equal(FAMILY.load(tmp_path, train.problem).predict(test.inputs), predicted)


def test_images_repeat_exactly(digits):
    train, test = digits
    params = {"epochs": 2, "width": 8, "blocks": 1}
    first, second = (FAMILY.fit(params, train, Limits()).predict(test.inputs) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("kind", ["table", "image"])
def test_a_saved_model_predicts_the_same_in_a_new_process(cancer, digits, tmp_path, kind):
    train, test = cancer if kind == "table" else digits
    table = {"epochs": 2, "embedding": "pbld", "dropout": 0.1}
    params = table if kind == "table" else {"epochs": 1, "width": 8, "blocks": 1}
    model = FAMILY.fit(params, train, Limits())
    folder = tmp_path / "model"
    folder.mkdir()
    model.save(folder)
    assert {path.name for path in folder.iterdir()} == {"network.keras", "encoder.json", "arrays.npz"}
    np.save(tmp_path / "expected.npy", model.predict(test.inputs))
    inputs = test.inputs if kind == "table" else pd.DataFrame(test.inputs.pixels().reshape(len(test), -1))
    inputs.to_parquet(tmp_path / "inputs.parquet")
    code = f"""
import numpy as np, pandas as pd
from pathlib import Path
from automl.data.dataset import Images
from automl.families.network import FAMILY
from automl.families.network.shared import SHELF
from automl.types import Problem
folder = Path({str(tmp_path)!r})
inputs = pd.read_parquet(folder / "inputs.parquet")
problem = Problem({kind!r}, {test.problem.task!r}, "accuracy", {test.problem.classes!r}, image_size=(8, 8, 1))
if {kind!r} == "image":
    np.save(folder / "new.npy", inputs.to_numpy().reshape(-1, 8, 8, 1))
    inputs = Images(folder / "new.npy", np.arange(len(inputs)))
np.testing.assert_array_equal(FAMILY.load(folder / "model", problem).predict(inputs), np.load(folder / "expected.npy"))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_fit_ends_in_its_time_with_a_finished_schedule(cancer):
    train, test = cancer
    FAMILY.fit({"epochs": 1}, train, Limits(seconds=30))  # the first fit of a process pays for the backend's start
    started = time.monotonic()
    model = FAMILY.fit({"epochs": 100_000, "lr": 1e-6}, train, Limits(seconds=5))
    assert time.monotonic() - started < 6.5  # a busy machine may stall a step
    assert model.info["cut_by_time"]
    assert model.info["full_epochs"] == 100_000
    assert np.isfinite(model.predict(test.inputs)).all()


def test_no_time_at_all_still_gives_a_model_that_says_so(cancer):
    train, test = cancer
    model = FAMILY.fit({}, train, Limits(seconds=0.01))
    assert model.info["under_trained"]
    predicted = model.predict(test.inputs)
    assert np.isfinite(predicted).all()


def test_a_horizon_in_the_parameters_holds(cancer):
    info = FAMILY.fit({"epochs": 4}, cancer[0], Limits(seconds=60)).info
    assert (info["epochs"], info["planned_epochs"], len(info["curve"])) == (4.0, 4, 4)
    assert info["under_trained"]
    assert 1 <= info["best_epoch"] <= 4


def test_a_final_fit_repeats_the_horizon_and_sets_fewer_rows_aside(cancer):
    train, test = cancer
    model = FAMILY.fit({"epochs": 20}, train, Limits())
    final = model.final_params()
    assert final["epochs"] == 20
    full = FAMILY.fit(final, train, Limits(full=True))
    assert full.info["planned_epochs"] == 20
    assert full.info["curve"] != model.info["curve"]
    assert (full.predict(test.inputs).argmax(axis=1) == test.y).mean() > 0.93


def test_rows_of_no_weight_are_not_learnt(cancer):
    train, test = cancer
    lies = np.arange(len(train)) % 2 == 0
    y = np.where(lies, 1 - train.y, train.y)
    weighted = Dataset(train.problem, train.inputs, y, weight=np.where(lies, 1e-6, 1.0))
    predicted = FAMILY.fit({"epochs": 20}, weighted, Limits()).predict(test.inputs)
    assert (predicted.argmax(axis=1) == test.y).mean() > 0.9


def test_divergence_is_a_failed_fit(diabetes):
    train, _ = diabetes
    with pytest.raises(FitFailed, match="not finite"):
        FAMILY.fit({"lr": 1e30, "epochs": 5}, train, Limits())


def test_two_rows_are_too_few_and_a_class_may_be_missing(cancer):
    train, _ = cancer
    with pytest.raises(FitFailed, match="at least two rows"):
        FAMILY.fit({}, train.take(np.array([0])), Limits())
    one_class = train.take(np.flatnonzero(train.y == 1)[:30])
    predicted = FAMILY.fit({"epochs": 2}, one_class, Limits()).predict(one_class.inputs)
    assert (predicted[:, 1] > 0.5).all()


def test_memory_does_not_grow_with_fits(cancer):
    train, test = cancer
    sizes = []
    for _ in range(12):
        FAMILY.fit({"epochs": 1, "width": 64}, train, Limits()).predict(test.inputs)
        gc.collect()
        sizes.append(psutil.Process().memory_info().rss / 2**20)
    assert sizes[-1] - sizes[4] < 150, sizes


@pytest.mark.parametrize("asked", [False, True], ids=["free", "--memory"])
def test_rows_that_would_not_fit_into_memory_are_left_out(monkeypatch, asked):
    data = numbers("binary", 400)
    least = 12 * data.inputs.shape[1] * 200 / 0.6
    monkeypatch.setattr("automl.devices.free_memory", lambda: 10 * least if asked else least)
    model = FAMILY.fit({"epochs": 3}, data, Limits(memory=least if asked else None))
    assert model.info["downsized"] == {"rows": 200, "of_rows": 400}
    assert model.predict(data.inputs).shape == (400, 2)
