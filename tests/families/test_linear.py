from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from automl.families.base import FitFailed, Limits
from automl.families.linear import FAMILY, squared
from automl.families.linear.squared import ALPHA_PATH
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
    expected = LogisticRegression(C=0.5, max_iter=1000, tol=1e-8).fit(standardised(data), data.y, sample_weight=weight)
    np.testing.assert_allclose(model.predict(data.inputs), expected.predict_proba(standardised(data)), atol=1e-4)


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


def test_a_number_constant_in_training_does_not_rule_over_new_rows():
    data = numbers("multiclass", 200)
    constant = replace(data, inputs=data.inputs.assign(x2=0.1))
    model = fit(constant.take(np.arange(153)))
    new = constant.inputs.iloc[153:]
    np.testing.assert_allclose(model.predict(new.assign(x2=0.3)), model.predict(new), atol=1e-3)


def test_the_penalty_is_chosen_on_a_path():
    signal, noise = numbers("binary", 300, noise=0.1), numbers("binary", 300, d=60, noise=30.0)
    assert fit(signal).penalty["C"] > 10
    assert fit(noise).penalty["C"] < 0.01
    assert fit(numbers("regression", 300)).penalty["alpha"] in ALPHA_PATH


@pytest.mark.parametrize("options", [{}, {"groups": np.arange(150) // 10}, {"order": np.arange(150.0)}], ids=str)
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_penalty_is_chosen_within_the_structure_of_the_rows(task, options):
    assert fit(numbers(task, 150, **options)).info["cut_by_time"] is False


def test_a_path_without_time_gives_a_model_and_says_so():
    data = numbers("binary", 400, d=20)
    model = FAMILY.fit({}, data, Limits(seconds=1e-4))
    assert model.info["cut_by_time"]
    assert (model.predict(data.inputs).argmax(axis=1) == data.y).mean() > 0.8


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_more_columns_than_rows_give_the_same_solution_as_all_columns(task):
    data = numbers(task, 40, d=100)
    strength = {"alpha": 3.0} if task == "regression" else {"C": 0.1}
    expected = Ridge(alpha=3.0) if task == "regression" else LogisticRegression(C=0.1, max_iter=5000, tol=1e-9)
    X = standardised(data)
    expected.fit(X, data.y)
    predicted = fit(data, strength).predict(data.inputs)
    if task == "regression":
        np.testing.assert_allclose(predicted[:, 0], expected.predict(X), rtol=1e-5, atol=1e-6)
    else:
        np.testing.assert_allclose(predicted, expected.predict_proba(X), atol=1e-3)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_large_ridge_regression_is_the_same(monkeypatch, weighted):
    data = numbers("regression", 300, d=8, noise=5.0)
    data = replace(data, weight=np.random.default_rng(0).uniform(0.1, 3, 300) if weighted else None)
    expected = fit(data)
    monkeypatch.setattr(squared, "LARGE_RIDGE", 0)
    model = fit(data)
    assert 0.05 < model.penalty["alpha"] / expected.penalty["alpha"] < 20
    again = fit(data, model.penalty)
    np.testing.assert_allclose(model.predict(data.inputs), again.predict(data.inputs), rtol=1e-5, atol=1e-6)


def curved(n=400):
    """A target that rises and falls with a number: nothing for a straight line."""
    import pandas as pd

    rng = np.random.default_rng(0)
    x = rng.lognormal(size=n)
    y = 3 * np.sin(3 * np.log(x)) + rng.normal(0, 0.3, n)
    return rows_of(pd.DataFrame({"x": x}), [column("x")], y)


@pytest.mark.parametrize("basis", ["spline", "bins"])
def test_splines_and_bins_follow_a_curve(basis):
    data = curved()
    line, curve = (fit(data, params).predict(data.inputs)[:, 0] for params in ({}, {"basis": basis}))
    assert np.mean((curve - data.y) ** 2) < 0.5 * np.mean((line - data.y) ** 2)


def test_normal_scores_are_not_led_astray_by_one_huge_number():
    data = curved()
    odd = replace(data, inputs=data.inputs.assign(x=data.inputs["x"].where(np.arange(400) > 0, 1e30)))
    first, second = (fit(d, {"basis": "quantile"}).predict(data.inputs) for d in (data, odd))
    np.testing.assert_allclose(first, second, atol=0.3)


@pytest.mark.parametrize("metric", ["rmse", "mae", "rmsle"])
def test_a_log_target_gives_values_in_the_unit_of_the_target(metric):
    data = numbers("regression", 400, noise=0.3, metric=metric)
    data = replace(data, y=np.exp(data.y))
    model = fit(data, {"target": "log"})
    plain = fit(data)
    error = [float(np.mean(np.abs(m.predict(data.inputs)[:, 0] - data.y))) for m in (model, plain)]
    assert error[0] < 0.6 * error[1]
    assert (model.transform.smearing != 1) == (metric == "rmse")
    assert model.final_params()["target"] == "log"


@pytest.mark.parametrize("metric", ["rmse", "mae"])
@pytest.mark.parametrize("target", ["power", "quantile"])
def test_bent_targets_of_both_signs_beat_plain_ones_on_new_rows(target, metric):
    data = numbers("regression", 800, noise=0.6, metric=metric)
    data = replace(data, y=4 - np.exp(data.y / 1.5))
    train, new = data.take(np.arange(400)), data.take(np.arange(400, 800))
    models = [fit(train, params) for params in ({"target": target}, {})]
    square, absolute = np.transpose(
        [[np.mean(e**2), np.mean(np.abs(e))] for e in (m.predict(new.inputs)[:, 0] - new.y for m in models)]
    )
    bent, plain = square if metric == "rmse" else absolute
    assert bent < 0.7 * plain
    assert (models[0].transform.smearing > 0) == (metric == "rmse")


def test_a_log_of_negative_targets_fails():
    with pytest.raises(FitFailed, match="needs values of zero and more"):
        fit(numbers("regression"), {"target": "log"})


def test_a_penalty_that_there_is_not_fails():
    with pytest.raises(FitFailed, match="no penalty 'l3'"):
        fit(numbers("regression"), {"penalty": "l3"})


@pytest.mark.parametrize(("metric", "share"), [("mae", 0.5), ("pinball:0.9", 0.9)])
def test_quantile_metrics_get_a_line_with_that_share_of_targets_below(metric, share):
    data = numbers("regression", 200, metric=metric)
    data = replace(data, y=data.y + np.random.default_rng(0).exponential(5, 200))
    assert np.mean(data.y <= fit(data).predict(data.inputs)[:, 0]) == pytest.approx(share, abs=0.01)


def test_the_share_below_a_quantile_is_that_of_new_rows_where_columns_are_many():
    data = numbers("regression", 2_200, d=60, noise=1.0, metric="pinball:0.9")
    new = data.take(np.arange(200, 2_200))
    below = new.y <= fit(data.take(np.arange(200))).predict(new.inputs)[:, 0]
    assert below.mean() == pytest.approx(0.9, abs=0.04)


def test_rows_count_by_their_weight_in_a_quantile():
    data = numbers("regression", 400, metric="pinball:0.9")
    y = data.y + np.random.default_rng(0).exponential(5, 400)
    weight = np.where(np.arange(400) < 200, 0.0, 1.0)
    y[:200] += 100.0
    data = replace(data, y=y, weight=weight)
    below = data.y <= fit(data).predict(data.inputs)[:, 0]
    assert np.average(below, weights=weight) == pytest.approx(0.9, abs=0.01)


def test_the_final_parameters_repeat_the_fit():
    data = mixed(150)
    model = fit(data)
    again = FAMILY.fit(model.final_params(), data, Limits(full=True))
    assert np.array_equal(model.predict(data.inputs), again.predict(data.inputs))
    assert set(model.final_params()) == {"C"}


CONFIGURATIONS = [{}, {"basis": "spline"}, {"basis": "bins"}, {"basis": "quantile"}, {"penalty": "elastic"}]


@pytest.mark.parametrize("params", CONFIGURATIONS, ids=str)
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_every_kind_of_column_saved_and_loaded(tmp_path, task, params):
    data = mixed(task=task)
    model = fit(data.take(np.arange(100)), params)
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
    [
        ({}, "linear, penalty from a path"),
        ({"C": 0.012345}, "linear, C 0.0123"),
        ({"alpha": 10.0}, "linear, alpha 10"),
        ({"basis": "spline"}, "linear, splines"),
        ({"basis": "plain", "C": 1.0}, "linear, C 1"),
        ({"target": "log", "basis": "spline", "alpha": 2.0}, "linear, splines, log target, alpha 2"),
        ({"penalty": "elastic"}, "linear, elastic net"),
        ({"target": "power"}, "linear, power target"),
    ],
)
def test_configurations_have_a_name(params, text):
    assert FAMILY.describe(params) == text


@pytest.mark.parametrize(("task", "name"), [("binary", "C"), ("multiclass", "C"), ("regression", "alpha")])
def test_the_space_holds_the_penalty_and_the_basis(task, name):
    penalty, basis = FAMILY.space(numbers(task).problem, 100)
    assert penalty.name == name
    assert 0 < penalty.low < penalty.high
    assert penalty.log
    assert basis.choices[0] == "plain"


@pytest.mark.parametrize(
    ("skewed", "log", "targets"),
    [
        (False, True, [None]),
        (True, True, [None, "log", "log", "power"]),
        (True, False, [None, "quantile", "quantile", "power"]),
    ],
)
def test_every_default_and_choice_can_be_fitted(skewed, log, targets):
    data = numbers("regression")
    problem = replace(data.problem, skewed_target=skewed, log_target=log)
    data = replace(data, y=np.exp(data.y) - (0 if log else 1), problem=problem)
    offered = FAMILY.defaults(data.problem, 120)
    assert offered[0] == {}
    assert [p.get("target") for p in offered if p in ({}, {"basis": "spline"}) or "target" in p][1:] == targets
    for knob in FAMILY.space(data.problem, 120)[1:]:
        offered += [{knob.name: value} for value in knob.choices]
    for params in offered:
        assert np.isfinite(fit(data, params).predict(data.inputs)).all(), params


def test_images_and_tables_without_numbers_get_no_splines():
    words = rows_of({"c": [0]}, [column("c", "category", ("a",))], np.array([0, 1]))
    image = replace(words.problem, modality="image")
    assert FAMILY.defaults(image, 100) == [{}]
    assert not any("basis" in params for params in FAMILY.defaults(words.problem, 100))
    assert [knob.name for knob in FAMILY.space(words.problem, 100)] == ["C"]
