from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from automl.families.base import Limits
from automl.families.linear import ALPHA_PATH, C_PATH, FAMILY
from tests.rows import column, mixed, numbers, rows_of


def fit(data, params=None):
    return FAMILY.fit(params or {}, data, Limits())


def standardised(data):
    X = data.inputs.to_numpy()
    return (X - X.mean(axis=0)) / X.std(axis=0)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_probabilities_are_those_of_scikit_learn(task, weighted):
    data = numbers(task, 150)
    weight = np.random.default_rng(0).uniform(0.1, 3, 150) if weighted else None
    data = replace(data, weight=weight)
    model = fit(data, {"C": 0.5})
    expected = LogisticRegression(C=0.5, max_iter=200).fit(standardised(data), data.y, sample_weight=weight)
    np.testing.assert_allclose(model.predict(data.inputs), expected.predict_proba(standardised(data)), atol=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
def test_values_are_those_of_scikit_learn(weighted):
    data = numbers("regression", 150)
    weight = np.random.default_rng(0).uniform(0.1, 3, 150) if weighted else None
    data = replace(data, weight=weight)
    expected = Ridge(alpha=7.0).fit(standardised(data), data.y, sample_weight=weight)
    predicted = fit(data, {"alpha": 7.0}).predict(data.inputs)
    np.testing.assert_allclose(predicted[:, 0], expected.predict(standardised(data)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_weights_matter(task):
    data = numbers(task, 150, noise=3)
    weight = np.where(data.inputs["x1"] > 0, 5.0, 0.01)
    plain, weighted = (fit(d).predict(d.inputs) for d in (data, replace(data, weight=weight)))
    assert not np.allclose(plain, weighted, atol=1e-3)


@pytest.mark.parametrize(("kept", "absent"), [((0, 2), 1), ((1, 2), 0), ((0, 1), 2)])
def test_one_of_three_classes_absent_in_training(kept, absent):
    data = numbers("multiclass", 150)
    model = fit(data.take(np.flatnonzero(np.isin(data.y, kept))))
    predicted = model.predict(data.inputs)
    assert predicted.shape == (150, 3)
    np.testing.assert_allclose(predicted.sum(axis=1), 1, atol=1e-6)
    assert predicted[:, absent].max() < 1e-3
    known = np.isin(data.y, kept)
    assert (predicted.argmax(axis=1) == data.y)[known].mean() > 0.8


def test_two_of_four_classes_absent_in_training():
    data = numbers("multiclass", 200)
    four = replace(data, problem=replace(data.problem, classes=("a", "b", "c", "d")), y=data.y + (data.y == 2))
    train = four.take(np.flatnonzero(four.y != 1))
    predicted = fit(train).predict(four.inputs)
    assert predicted[:, [1, 2]].max() < 1e-3
    assert set(predicted.argmax(axis=1)) == {0, 3}


def test_the_penalty_is_chosen_on_a_path():
    signal, noise = numbers("binary", 300, noise=0.1), numbers("binary", 300, d=60, noise=30.0)
    assert fit(signal).penalty["C"] == max(C_PATH)
    assert fit(noise).penalty["C"] == min(C_PATH)
    assert fit(numbers("regression", 300)).penalty["alpha"] in ALPHA_PATH


def test_the_final_parameters_repeat_the_fit():
    data = mixed(150)
    model = fit(data)
    again = FAMILY.fit(model.final_params(), data, Limits(full=True))
    assert np.array_equal(model.predict(data.inputs), again.predict(data.inputs))
    assert set(model.final_params()) == {"C"}


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_every_kind_of_column_saved_and_loaded(tmp_path, task):
    data = mixed(task=task)
    model = fit(data.take(np.arange(100)))
    model.save(tmp_path)
    again = FAMILY.load(tmp_path, data.problem)
    assert np.isfinite(again.predict(data.inputs)).all()
    assert np.array_equal(model.predict(data.inputs), again.predict(data.inputs))
    assert again.final_params() == model.final_params()
    assert model.predict(data.inputs).dtype == np.float32


def test_names_with_special_characters(tmp_path):
    import pandas as pd

    plain = numbers("binary", 100)
    names = ["a[0]<b", 'say "hi"', "ü, comma"]
    odd = rows_of(pd.DataFrame(plain.inputs.to_numpy(), columns=names), [column(n) for n in names], plain.y)
    model = fit(odd)
    model.save(tmp_path)
    assert np.array_equal(FAMILY.load(tmp_path, odd.problem).predict(odd.inputs), fit(plain).predict(plain.inputs))


def test_an_unseen_category_counts_as_none():
    import pandas as pd

    codes = np.tile([0, 1], 60).astype(np.int32)
    data = rows_of(
        pd.DataFrame({"c": codes}), [column("c", "category", ("a", "b", "c"))], (codes == 1).astype(np.int64)
    )
    first, second, third, missing = fit(data).predict(pd.DataFrame({"c": np.array([0, 1, 2, -1], np.int32)}))[:, 1]
    assert first < 0.1 < third < 0.9 < second
    assert third == missing


@pytest.mark.parametrize(
    ("params", "text"),
    [({}, "linear, penalty from a path"), ({"C": 0.012345}, "linear, C 0.0123"), ({"alpha": 10.0}, "linear, alpha 10")],
)
def test_configurations_have_a_name(params, text):
    assert FAMILY.describe(params) == text


@pytest.mark.parametrize(("task", "name"), [("binary", "C"), ("multiclass", "C"), ("regression", "alpha")])
def test_the_space_holds_the_penalty(task, name):
    (knob,) = FAMILY.space(numbers(task).problem, 100)
    assert knob.name == name
    assert 0 < knob.low < knob.high
    assert knob.log
