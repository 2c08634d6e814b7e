import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import check_estimator

from automl import AutoClassifier, AutoRegressor, estimators, jsonio, load

QUICK = {"budget": None, "trials": 0, "families": ("linear",)}


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return X[:150, :5], np.where(y[:150] == 1, "benign", "malignant")


@pytest.fixture(scope="module")
def classifier(cancer):
    return AutoClassifier(**QUICK).fit(*cancer)


def test_labels_and_probabilities(classifier, cancer):
    X, y = cancer
    assert classifier.classes_.tolist() == ["benign", "malignant"]
    probabilities = classifier.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert (classifier.predict(X) == classifier.classes_[probabilities.argmax(axis=1)]).all()
    assert classifier.score(X, y) > 0.85
    assert classifier.decision_.family in {"baseline", "linear"}
    assert classifier.run_.report_path.is_file()


def test_the_run_speaks_of_the_same_labels(classifier, cancer):
    loaded = load(classifier.run_.path)
    assert loaded.classes == ["benign", "malignant"]
    assert (loaded.predict(cancer[0]) == classifier.predict(cancer[0])).all()
    np.testing.assert_array_equal(loaded.predict_proba(cancer[0]), classifier.predict_proba(cancer[0]))


@pytest.mark.parametrize(
    ("classes", "called"),
    [
        ([2, 10], [2, 10]),
        ([False, True], [False, True]),
        ([0.5, 1.0], ["0.5", "1.0"]),
        (["no", "yes"], ["no", "yes"]),
        (["NA", "no"], ["class 0", "class 1"]),
        ([" a", "a"], ["class 0", "class 1"]),
        (["", "a"], ["class 0", "class 1"]),
    ],
)
def test_classes_have_their_own_names_where_a_table_can_hold_them(classes, called):
    assert estimators._called(np.asarray(classes)) == called


@pytest.mark.parametrize(
    ("given", "names"),
    [(None, ["x0", "x1"]), ([" age", "weight"], ["age", "weight"]), (["a", "a "], ["x0", "x1"])],
)
def test_columns_have_the_names_of_the_frame(given, names):
    model = AutoRegressor()
    model.n_features_in_ = 2
    if given is not None:
        model.feature_names_in_ = np.asarray(given, object)
    assert model._names() == names
    assert estimators._free("weight", names) == ("weight_" if "weight" in names else "weight")


@pytest.mark.slow
@pytest.mark.parametrize("labels", [[0, 1], [-1, 3], [9, 10], [True, False], ["10", "9"], ["NA", "no"], [0.0, 2.0]])
def test_labels_come_back_as_they_were(cancer, labels):
    X, y = cancer
    y = np.asarray(labels)[(y == "benign").astype(int)]
    model = AutoClassifier(**QUICK).fit(X, y)
    assert model.classes_.tolist() == sorted(labels)
    assert model.predict(X).dtype == y.dtype
    assert (model.predict(X) == y).mean() > 0.85
    assert (model.predict(X) == model.classes_[model.predict_proba(X).argmax(axis=1)]).all()
    if labels not in (["NA", "no"], [0.0, 2.0]):  # which the run knows under other names
        assert (model.run_.predict(X) == model.predict(X)).all()


@pytest.mark.slow
def test_more_than_ten_classes_keep_their_order():
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(12), 12)
    X = np.eye(12)[y] + rng.normal(0, 0.1, (144, 12))
    model = AutoClassifier(**QUICK).fit(X, y)
    assert (model.predict(X) == y).mean() > 0.9
    assert model.predict_proba(X).shape == (144, 12)


def test_regression():
    X, y = load_diabetes(return_X_y=True)
    model = AutoRegressor(**QUICK).fit(X[:200], y[:200])
    assert model.score(X[:200], y[:200]) > 0.3
    assert model.predict(X[:3]).shape == (3,)
    assert is_regressor(model)
    assert not is_classifier(model)


@pytest.mark.slow
def test_missing_cells_are_fine(cancer):
    X, y = cancer
    holes = X.copy()
    holes[::5, 2] = np.nan
    model = AutoClassifier(**QUICK).fit(holes, y)
    assert model.score(holes, y) > 0.8
    assert np.isfinite(model.predict_proba(np.full((1, 5), np.nan))).all()


@pytest.mark.slow
def test_names_of_a_frame_are_checked(cancer):
    X, y = cancer
    frame = pd.DataFrame(X, columns=["a[0]", "b", "c", "d", "e"])
    model = AutoClassifier(**QUICK).fit(frame, y)
    assert model.feature_names_in_.tolist() == list(frame)
    assert (model.run_.predict(frame) == model.predict(frame)).all()
    assert (model.predict(frame) == y).mean() > 0.85
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"b": "B"}))


def test_the_class_named_follows_the_tuned_threshold(classifier, cancer):
    X, _ = cancer
    probabilities = classifier.predict_proba(X)[:, 1]
    value = float(np.quantile(probabilities, 0.9))
    again = pickle.loads(pickle.dumps(classifier))
    path = again.run_.path / "model" / "manifest.json"
    jsonio.write(path, {**jsonio.read(path), "threshold": {"value": value}})

    assert (again.predict(X) == again.classes_[(probabilities > value).astype(int)]).all()
    assert (again.predict(X) != classifier.predict(X)).any()


@pytest.mark.slow
def test_weights_and_groups_of_rows_are_roles_of_the_run(cancer):
    X, y = cancer
    weight, groups = np.where(y == "benign", 3.0, 1.0), np.arange(len(y)) // 5
    model = AutoClassifier(**QUICK).fit(X, y, sample_weight=weight, groups=groups)
    tested = pd.read_csv(model.run_.path / "predictions.csv")
    np.testing.assert_allclose(tested["weight"], (weight / weight.mean())[tested["row"]])
    assert {c["name"]: c["role"] for c in model.run_.report["profile"]["columns"]}["group"] == "group"
    assert model.predict(X).shape == y.shape


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ({"sample_weight": np.ones(3)}, ValueError, "sample_weight"),
        ({"sample_weight": np.arange(150) == 0}, ValueError, "above zero for one class only"),
        ({"groups": np.ones(3)}, ValueError, "inconsistent"),
        ({"weights": np.ones(3)}, TypeError, "unexpected keyword argument 'weights'"),
    ],
)
def test_what_cannot_be_said_of_rows(cancer, rows, error, message):
    with pytest.raises(error, match=message):
        AutoClassifier(**QUICK).fit(*cancer, **rows)


def test_texts_are_refused_with_the_function_that_takes_them(cancer, classifier):
    frame = pd.DataFrame(cancer[0]).assign(city="Bern").set_axis(list("abcdef"), axis=1)
    with pytest.raises(ValueError, match=r"takes numbers alone.*'Bern'.*automl\.fit\(frame"):
        AutoClassifier(**QUICK).fit(frame, cancer[1])
    with pytest.raises(ValueError, match=r"takes numbers alone"):
        classifier.predict(frame.iloc[:, 1:].to_numpy())


def test_a_pickled_estimator_predicts_the_same(classifier, cancer):
    again = pickle.loads(pickle.dumps(classifier))
    np.testing.assert_array_equal(again.predict_proba(cancer[0]), classifier.predict_proba(cancer[0]))
    assert again.run_.path != classifier.run_.path


def test_the_run_goes_with_the_estimator(cancer):
    model = AutoClassifier(**QUICK).fit(*cancer)
    folder = model.run_.path
    assert folder.is_dir()
    del model
    assert not folder.exists()


@pytest.mark.slow
def test_the_run_stays_where_it_was_asked_for(cancer, tmp_path):
    model = AutoClassifier(**QUICK, out=str(tmp_path / "kept")).fit(*cancer)
    del model
    assert Path(tmp_path / "kept" / "report.html").is_file()


def test_parameters_are_only_stored(cancer):
    model = AutoClassifier(**QUICK, prefer="simple", random_state=7)
    assert model.get_params()["random_state"] == 7
    assert clone(model).get_params() == model.get_params()
    assert not hasattr(model, "run_")


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_an_estimator_that_was_not_fitted_says_so(cancer, method):
    with pytest.raises(NotFittedError):
        getattr(AutoClassifier(**QUICK), method)(cancer[0])


@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        (20, np.zeros, "only one class is present"),
        (9, lambda n: np.arange(n) % 2, "minimum of 10 is required"),
        (20, lambda n: np.linspace(0, 1, n), "Unknown label type"),
    ],
)
def test_targets_that_cannot_be_learnt(cancer, rows, labels, message):
    with pytest.raises(ValueError, match=message):
        AutoClassifier(**QUICK).fit(cancer[0][:rows], labels(rows))


def test_another_number_of_columns_is_refused(classifier, cancer):
    with pytest.raises(ValueError, match="5 features"):
        classifier.predict(cancer[0][:, :3])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the checks themselves
@pytest.mark.parametrize("kind", [AutoClassifier, AutoRegressor])
def test_every_check_of_scikit_learn_passes(kind):
    results = check_estimator(kind(**QUICK), on_fail=None, on_skip=None)
    assert len(results) > 30
    failed = [f"{r['check_name']}: {r['exception']!r}" for r in results if r["status"] == "failed"]
    assert failed == []
