"""Linear models and trees on texts, sounds and series: they learn, and a saved model predicts the same."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl import families
from automl.data.dataset import Images
from automl.encode.sparse import SparseTable
from automl.encode.table import LinearTable
from automl.explain.scorecard import NotPrintable, scorecard
from automl.families.base import Limits
from automl.families.features import HandmadeFeatures
from tests.rows import column, mixed, rows_of

ROUNDS = {"linear": {}, "trees": {"eta": 0.3, "max_depth": 2, "rounds": 20}}
TASKS = ("binary", "multiclass", "regression")


def target(task, code):
    return code.astype(float) if task == "regression" else code


def texts(task, folder):
    rng = np.random.default_rng(0)
    code = np.arange(60) % (3 if task != "binary" else 2)
    words = np.array(["bus late again", "fine trip home", "great view of the lake"])[code]
    cells = [f"{a} {b}" for a, b in zip(words, rng.choice(["today", "indeed", "so far"], 60), strict=True)]
    frame = pd.DataFrame({"note": pd.array([None, *cells[1:]], "str")})
    return with_modality(rows_of(frame, [column("note", "text")], target(task, code), task=task), "text")


def sounds(task, folder):
    rng = np.random.default_rng(0)
    code = np.arange(60) % (3 if task != "binary" else 2)
    clips = rng.integers(1, 90, (60, 64, 12, 1), dtype=np.uint8)
    for clip, c in zip(clips, code, strict=True):
        clip[20 * c : 20 * c + 10] += 120
    np.save(folder / "clips.npy", clips)
    data = rows_of(None, [], target(task, code), task=task)
    data = replace(data, inputs=Images(folder / "clips.npy", np.arange(60)))
    return with_modality(data, "audio", image_size=(64, 12, 1))


def series(task, folder):
    rng = np.random.default_rng(0)
    code = np.arange(60) % (3 if task != "binary" else 2)
    time = np.arange(20)
    values = np.hstack([np.sin(time * (0.3 + code[:, None])), rng.normal(size=(60, 20))]) + rng.normal(0, 0.1, (60, 40))
    values[::5, 15:20] = np.nan
    frame = pd.DataFrame(values, columns=[f"t{i}" for i in range(40)])
    data = rows_of(frame, [column(name) for name in frame], target(task, code), task=task)
    return with_modality(data, "series", channels=2)


def with_modality(data, modality, **changes):
    return replace(data, problem=replace(data.problem, modality=modality, **changes))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("family", ["linear", "trees"])
@pytest.mark.parametrize("make", [texts, sounds, series])
def test_a_saved_model_predicts_the_same_and_has_learnt(make, family, task, tmp_path):
    data = make(task, tmp_path)
    loaded = families.load(family)
    model = loaded.fit(ROUNDS[family], data, Limits(threads=1))
    predicted = model.predict(data.inputs)
    model.save(tmp_path)
    again = loaded.load(tmp_path, data.problem)
    np.testing.assert_allclose(again.predict(data.inputs), predicted, atol=1e-6)
    if task == "regression":
        assert np.corrcoef(predicted[:, 0], data.y)[0, 1] > 0.9
    else:
        assert (predicted.argmax(axis=1) == data.y).mean() > 0.9


@pytest.mark.parametrize("make", [texts, sounds, series])
def test_every_default_and_knob_is_for_the_modality(make, tmp_path):
    problem = make("regression", tmp_path).problem
    for name in ("linear", "trees"):
        family = families.load(name)
        knobs = {knob.name for knob in family.space(problem, 60)}
        assert not knobs & {"basis", "categories", "text"}
        assert 1 <= len(family.defaults(problem, 60)) <= 3
        assert all("categories" not in params for params in family.defaults(problem, 60))


def test_a_table_with_texts_is_offered_n_grams_unless_it_must_be_explainable():
    linear, problem = families.load("linear"), mixed().problem
    assert {"text": "ngrams"} in linear.defaults(problem, 120)
    assert "text" in {knob.name for knob in linear.space(problem, 120)}
    strict = replace(problem, explainable=True)
    assert {"text": "ngrams"} not in linear.defaults(strict, 120)
    assert "text" not in {knob.name for knob in linear.space(strict, 120)}


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_n_grams_in_a_table(task, tmp_path):
    data = mixed(task=task)
    linear = families.load("linear")
    model = linear.fit({"text": "ngrams"}, data, Limits(threads=1))
    assert isinstance(model.features, SparseTable)
    assert linear.describe(model.final_params()).startswith("linear, n-grams of texts, ")
    model.save(tmp_path)
    again = linear.load(tmp_path, data.problem)
    np.testing.assert_allclose(again.predict(data.inputs), model.predict(data.inputs), rtol=1e-5)
    with pytest.raises(NotPrintable, match="only linear models"):
        scorecard(model)


def test_texts_as_topics_need_no_option():
    model = families.load("linear").fit({"text": "topics"}, mixed(), Limits(threads=1))
    assert isinstance(model.features, LinearTable)
    assert "text" not in model.final_params()


def test_linear_models_see_standardised_features_and_trees_do_not(tmp_path):
    data = sounds("binary", tmp_path)
    linear, matrix = HandmadeFeatures.fit(data, "linear")
    trees, plain = HandmadeFeatures.fit(data, "trees")
    np.testing.assert_allclose(matrix.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose((plain - linear.mean) / linear.scale, matrix, rtol=1e-3, atol=1e-3)
    assert trees.feature_types == ["q"] * plain.shape[1]


def test_features_are_standardised_in_blocks(tmp_path, monkeypatch):
    data = sounds("binary", tmp_path)
    whole, matrix = HandmadeFeatures.fit(data, "linear")
    monkeypatch.setattr("automl.families.features.BLOCK_BYTES", 1)
    found, rows = HandmadeFeatures.fit(data, "linear")

    plain = whole.encoder.transform(data.inputs)
    constant = plain.std(axis=0, dtype=np.float64) <= 1e-6
    np.testing.assert_allclose(found.scale, np.where(constant, 1.0, plain.std(axis=0, dtype=np.float64)), rtol=1e-9)
    np.testing.assert_allclose(rows, matrix, rtol=1e-5, atol=1e-6)
