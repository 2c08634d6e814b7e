import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from automl.errors import UsageError
from automl.evaluate import metrics


def case(seed, classes, rows=200, decimals=1):
    """Codes, probabilities with many ties, weights with zeros."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, rows)
    y[:classes] = np.arange(classes)
    p = rng.dirichlet(np.ones(classes), rows) + 0.8 * np.eye(classes)[y] * rng.random((rows, 1))
    p = np.round(p + 0.05, decimals) + 0.01
    p /= p.sum(axis=1, keepdims=True)
    if classes == 2:
        p = np.round(p, decimals + 1)
        p[:, 0] = 1 - p[:, 1]
    weight = rng.integers(0, 4, rows) * rng.random(rows)
    weight[:classes] = 1
    return y, p, weight


def hot(y, p):
    return np.eye(p.shape[1])[y]


BINARY = {
    "roc_auc": lambda y, p, w: oracle.roc_auc_score(y, p[:, 1], sample_weight=w),
    "average_precision": lambda y, p, w: oracle.average_precision_score(y, p[:, 1], sample_weight=w),
    "log_loss": lambda y, p, w: oracle.log_loss(y, p, sample_weight=w),
    "accuracy": lambda y, p, w: oracle.accuracy_score(y, p.argmax(1), sample_weight=w),
    "balanced_accuracy": lambda y, p, w: oracle.balanced_accuracy_score(y, p.argmax(1), sample_weight=w),
    "f1": lambda y, p, w: oracle.f1_score(y, p.argmax(1), sample_weight=w),
    "f1_macro": lambda y, p, w: oracle.f1_score(y, p.argmax(1), sample_weight=w, average="macro"),
    "mcc": lambda y, p, w: oracle.matthews_corrcoef(y, p.argmax(1), sample_weight=w),
    "brier": lambda y, p, w: oracle.brier_score_loss(y, p[:, 1], sample_weight=w),
}
MULTICLASS = {
    "roc_auc": lambda y, p, w: oracle.roc_auc_score(hot(y, p), p, sample_weight=w, average="macro"),
    "average_precision": lambda y, p, w: oracle.average_precision_score(hot(y, p), p, sample_weight=w),
    "brier": lambda y, p, w: np.average(((p - hot(y, p)) ** 2).sum(1), weights=w),
    **{name: BINARY[name] for name in ("log_loss", "accuracy", "balanced_accuracy", "f1_macro", "mcc")},
}
REGRESSION = {
    "rmse": lambda y, p, w: oracle.root_mean_squared_error(y, p, sample_weight=w),
    "mae": lambda y, p, w: oracle.mean_absolute_error(y, p, sample_weight=w),
    "r2": lambda y, p, w: oracle.r2_score(y, p, sample_weight=w),
    "mape": lambda y, p, w: oracle.mean_absolute_percentage_error(y, p, sample_weight=w),
    "rmsle": lambda y, p, w: oracle.root_mean_squared_log_error(y, p, sample_weight=w),
    "pinball": lambda y, p, w: oracle.mean_pinball_loss(y, p, sample_weight=w),
    "pinball:0.9": lambda y, p, w: oracle.mean_pinball_loss(y, p, sample_weight=w, alpha=0.9),
}


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), decimals=st.integers(1, 6))
def test_binary_agrees_with_scikit_learn(name, seed, decimals):
    y, p, w = case(seed, 2, decimals=decimals)
    assert metrics.get(name, "binary").score(y, p, w) == pytest.approx(BINARY[name](y, p, w), abs=1e-10)
    assert metrics.get(name, "binary").score(y, p) == pytest.approx(BINARY[name](y, p, None), abs=1e-10)


@pytest.mark.parametrize("name", MULTICLASS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), classes=st.integers(3, 6))
def test_multiclass_agrees_with_scikit_learn(name, seed, classes):
    y, p, w = case(seed, classes)
    assert metrics.get(name, "multiclass").score(y, p, w) == pytest.approx(MULTICLASS[name](y, p, w), abs=1e-10)


@pytest.mark.parametrize("name", REGRESSION)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([1e-3, 1.0, 1e6]))
def test_regression_agrees_with_scikit_learn(name, seed, scale):
    rng = np.random.default_rng(seed)
    y = rng.gamma(2.0, scale, 100)
    p = (y * rng.uniform(0.5, 1.5, 100)).astype(np.float32)[:, None]
    w = rng.integers(0, 3, 100) + 0.0
    w[0] = 1
    expected = REGRESSION[name](y, p[:, 0].astype(float), w)
    assert metrics.get(name, "regression").score(y, p, w) == pytest.approx(expected, rel=1e-9, abs=1e-12 * scale)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_count_as_weight_equals_repeated_rows(task):
    y, p, _ = case(1, 2 if task == "binary" else 4)
    if task == "regression":
        y, p = y + 1.0, p[:, :1]
    count = np.random.default_rng(0).integers(0, 4, len(y))
    count[:4] = 1
    again = np.repeat(np.arange(len(y)), count)
    for name in metrics.names(task):
        metric = metrics.get(name, task)
        assert metric.score(y, p, count) == pytest.approx(metric.score(y[again], p[again]), abs=1e-12), name


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_matrix_of_weights_gives_the_score_of_each_draw(task):
    y, p, _ = case(4, 2 if task == "binary" else 4, rows=60)
    if task == "regression":
        y, p = y + 1.0, p[:, :1]
    rng = np.random.default_rng(0)
    weight = rng.integers(0, 3, (8, 60)) * rng.random((8, 60))
    weight[0] = y == y[0]  # one class, or one value
    weight[1] = 0.0
    for name in metrics.names(task):
        score = metrics.get(name, task).block(y, p)
        together = score(np.ascontiguousarray(weight.T))
        assert together.shape == (8,), name
        single = [score(row[:, None])[0] for row in weight]
        assert single == pytest.approx(together.tolist(), abs=1e-12, nan_ok=True), name
        kept = [np.flatnonzero(row) for row in weight[2:]]
        alone = [metrics.get(name, task).score(y[k], p[k], row[k]) for k, row in zip(kept, weight[2:], strict=True)]
        assert together[2:].tolist() == pytest.approx(alone, abs=1e-12), name


def test_log_loss_clips_and_renormalises():
    metric = metrics.get("log_loss", "binary")
    sure_and_wrong = metric.score(np.array([0]), np.array([[0.0, 1.0]], dtype=np.float32))
    assert sure_and_wrong == pytest.approx(-math.log(1e-15), rel=1e-6)
    assert metric.score(np.array([1]), np.array([[0.2, 0.2]])) == pytest.approx(math.log(2))


@pytest.mark.parametrize(
    ("name", "y", "expected"),
    [
        ("roc_auc", [1, 1, 1], math.nan),
        ("roc_auc", [0, 0, 0], math.nan),
        ("average_precision", [0, 0, 0], math.nan),
        ("balanced_accuracy", [0, 0, 0], 2 / 3),
        ("mcc", [0, 0, 0], 0.0),
        ("f1", [0, 0, 0], 0.0),
    ],
)
def test_one_class_only(name, y, expected):
    p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    assert metrics.get(name, "binary").score(np.array(y), p) == pytest.approx(expected, nan_ok=True)


def test_multiclass_auc_leaves_out_classes_without_rows():
    y, p, _ = case(3, 4)
    kept = y != 2
    expected = np.mean([oracle.roc_auc_score(y[kept] == c, p[kept][:, c]) for c in (0, 1, 3)])
    assert metrics.get("roc_auc", "multiclass").score(y[kept], p[kept]) == pytest.approx(expected)


@pytest.mark.parametrize("name", metrics.names("binary"))
def test_a_prediction_that_is_not_finite_has_no_score(name):
    p = np.array([[0.5, 0.5], [np.nan, 0.5]], dtype=np.float32)
    assert math.isnan(metrics.get(name, "binary").score(np.array([0, 1]), p))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_loss_form_is_lower_for_the_better_prediction(task):
    rng = np.random.default_rng(2)
    classes = {"binary": 2, "multiclass": 3, "regression": 1}[task]
    y = rng.integers(0, 3 if task == "regression" else classes, 300)
    good = np.eye(3)[y][:, :classes] * 0.6 + 0.4 / classes if task != "regression" else y[:, None] + 0.1
    bad = rng.dirichlet(np.ones(classes), 300) if task != "regression" else rng.random((300, 1)) * 5
    for name in metrics.names(task):
        metric = metrics.get(name, task)
        assert metric.loss(y, good) < metric.loss(y, bad), name
        assert metric.to_loss(metric.loss(y, good)) == pytest.approx(metric.score(y, good)), name


def test_defaults_and_names_of_the_loss_form():
    tasks = ("binary", "multiclass", "regression")
    assert [metrics.default(task).name for task in tasks] == ["roc_auc", "log_loss", "rmse"]
    assert metrics.get("roc_auc", "binary").loss_name == "1 - ROC AUC"
    assert metrics.get("log_loss", "binary").loss_name == "log loss"


@pytest.mark.parametrize(
    ("name", "task", "message"),
    [
        ("roc_acu", "binary", "did you mean 'roc_auc'"),
        ("nothing", "regression", "known: rmse, mae"),
        ("rmse", "binary", "not defined for binary"),
        ("f1", "multiclass", "f1_macro"),
        ("roc_auc:0.5", "binary", "Unknown metric"),
        ("pinball:2", "regression", "quantile"),
        ("pinball:x", "regression", "quantile"),
    ],
)
def test_wrong_names_say_what_is_valid(name, task, message):
    with pytest.raises(UsageError, match=message):
        metrics.get(name, task)


def test_rmsle_refuses_negative_targets():
    with pytest.raises(UsageError, match="zero or more"):
        metrics.get("rmsle", "regression").score(np.array([-1.0, 2.0]), np.array([[1.0], [2.0]]))
