import json

import numpy as np
import pytest

from automl import jsonio
from automl.evaluate import metrics
from automl.evaluate.threshold import HARD, Threshold, hard_score, threshold
from automl.families.base import HARD_METRICS

from .probabilities import drawn


@pytest.mark.parametrize("metric", ["f1", "balanced_accuracy", "f1_macro", "mcc"])
def test_a_rare_class_gets_a_lower_threshold(metric):
    for seed in range(3):
        y, p, splits = drawn(seed, 4_000, bias=4.0)
        found = threshold(metric, y, p, splits)
        assert found.value < 0.4
        fresh_y, fresh, _ = drawn(seed + 100, 20_000, bias=4.0)
        one = np.ones(20_000)
        tuned = hard_score(metric, fresh_y, found.labels(fresh), one)
        assert tuned > hard_score(metric, fresh_y, fresh.argmax(axis=1), one) + 0.01


def test_probabilities_that_do_not_hold_are_counted():
    y, p, splits = drawn(0, 3_000)
    second = p[:, 1] ** 6
    found = threshold("accuracy", y, np.stack([1 - second, second], axis=1), splits)
    assert found.value == pytest.approx(0.5**6, abs=0.03)
    assert found.evidence["crossfitted"]["gain"] > 0.05


def test_accuracy_of_honest_probabilities_keeps_a_half():
    kept = [threshold("accuracy", *drawn(seed, 1_000)).value == 0.5 for seed in range(20)]
    assert sum(kept) >= 19


@pytest.mark.parametrize(("metric", "classes", "value"), [("roc_auc", 2, 0.5), ("log_loss", 3, None), ("mcc", 3, None)])
def test_other_metrics_change_nothing(metric, classes, value):
    y, p, splits = drawn(0, 300, classes, bias=2.0)
    found = threshold(metric, y, p, splits)
    assert found.value == value
    assert not found.changes
    assert (found.labels(p) == p.argmax(axis=1)).all()
    assert found.reason


@pytest.mark.parametrize("metric", ["balanced_accuracy", "f1_macro"])
def test_shares_of_many_classes_are_divided_out(metric):
    y, p, splits = drawn(0, 4_000, 4, bias=4.0)
    found = threshold(metric, y, p, splits)
    assert len(found.weights) == 4
    assert found.weights[0] == min(found.weights)
    assert found.evidence["crossfitted"]["gain"] > found.evidence["crossfitted"]["error"]
    assert found.evidence["tuned"] > found.evidence["default"]


def test_balanced_classes_of_many_need_no_weights():
    kept = [not threshold("f1_macro", *drawn(seed, 1_000, 3)).changes for seed in range(10)]
    assert sum(kept) >= 7  # one standard error is exceeded by chance in one of six


@pytest.mark.parametrize("metric", HARD)
def test_scores_are_those_of_the_metric(metric):
    y, p, _ = drawn(1, 300)
    weight = np.random.default_rng(0).random(300)
    expected = metrics.get(metric, "binary").score(y, p, weight)
    assert hard_score(metric, y, p.argmax(axis=1), weight) == pytest.approx(expected)


@pytest.mark.parametrize("metric", HARD)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_threshold_is_the_best_of_all(metric, weighted):
    y, p, _ = drawn(2, 80, bias=1.0)
    weight = np.random.default_rng(0).random(80) if weighted else np.ones(80)
    best = max(hard_score(metric, y, Threshold(t).labels(p), weight) for t in np.linspace(-0.001, 1.001, 4_001))
    from automl.evaluate.threshold import _best

    assert hard_score(metric, y, _best(metric, y, p, weight).labels(p), weight) >= best - 1e-12


@pytest.mark.parametrize("found", [Threshold(0.31, reason="r"), Threshold(weights=(0.5, 1.5, 1.0)), Threshold()])
def test_state_survives_json(found):
    assert jsonio.build(Threshold, json.loads(jsonio.dumps(found))) == found


def test_one_class_only_keeps_a_half():
    p = np.tile(np.float32([0.8, 0.2]), (60, 1))
    assert threshold("f1", np.zeros(60, dtype=int), p, np.arange(60) % 5).value == 0.5


def test_the_metrics_of_the_class_are_those_that_families_know():
    assert set(HARD) == HARD_METRICS
