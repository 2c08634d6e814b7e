import json

import numpy as np
import pytest

from automl import jsonio
from automl.evaluate import metrics
from automl.evaluate.calibrate import Calibration
from automl.evaluate.conformal import Band
from automl.evaluate.shape import Shape, shape
from automl.evaluate.threshold import Threshold
from automl.types import Problem

from .probabilities import drawn

BINARY = Problem("table", "binary", "f1", ("a", "b"))
VALUES = Problem("table", "regression", "rmse")
HOT = Calibration("temperature", temperature=2.0)


def values(seed=0, rows=800):
    rng = np.random.default_rng(seed)
    y = rng.gamma(2, 2, rows)
    return y, (y * rng.uniform(0.7, 1.4, rows))[:, None].astype(np.float32), np.arange(rows) % 5


def test_classes_get_calibration_and_threshold_and_values_an_interval():
    y, p, splits = drawn(0, 2_000, sharpness=2.0, bias=3.0)
    found = shape("f1", BINARY, y, p, splits)
    assert found.calibration.kind == "temperature"
    assert found.threshold.value < 0.5
    assert found.interval is None
    found = shape("rmse", VALUES, *values())
    assert (found.calibration, found.threshold) == (None, None)
    assert found.interval.floor == 0


@pytest.mark.parametrize("threshold", [Threshold(0.5), Threshold(0.12), Threshold(0.9)])
def test_a_metric_of_the_class_sees_the_class_named(threshold):
    y, p, _ = drawn(0, 500)
    found = Shape(HOT, threshold)
    scored = found.scored(p)
    assert scored.dtype == np.float32
    assert (scored.argmax(axis=1) == found.labels(p)).all()
    np.testing.assert_allclose(scored.sum(axis=1), 1, atol=1e-6)
    assert (found.labels(p) == (HOT.apply(p)[:, 1] > threshold.value)).all()
    accuracy = metrics.get("accuracy", "binary").score(y, found.for_metric("accuracy", p))
    assert accuracy == np.mean(found.labels(p) == y)
    assert (found.for_metric("log_loss", p) == HOT.apply(p)).all()


def test_class_weights_name_a_rarer_class():
    p = np.array([[0.5, 0.3, 0.2], [0.8, 0.1, 0.1]], dtype=np.float32)
    found = Shape(Calibration(), Threshold(weights=(0.2, 0.8, 2.0)))
    assert found.labels(p).tolist() == [2, 2]
    assert found.scored(p).argmax(axis=1).tolist() == [2, 2]
    assert found.predictions(p) is p


SHAPES = [
    Shape(),
    Shape(HOT, Threshold(0.3, reason="because", evidence={"metric": "f1"})),
    Shape(interval=Band((1.0, 2.0), (0.0, 5.0), 0.0, reason="grows")),
]


@pytest.mark.parametrize("found", SHAPES)
def test_state_survives_the_manifest(found):
    manifest = json.loads(jsonio.dumps({"version": 1, "family": "linear", **found.state()}))
    assert Shape.from_state(manifest) == found


@pytest.mark.parametrize("manifest", [{}, {"interval": None}])
def test_a_manifest_without_a_shape(manifest):
    assert Shape.from_state(manifest) == Shape()


def test_the_block_of_two_classes():
    y, p, splits = drawn(0, 3_000, sharpness=2.0, bias=3.0)
    found = shape("f1", BINARY, y, p, splits)
    fresh_y, fresh, _ = drawn(1, 1_000, sharpness=2.0, bias=3.0)
    block = jsonio.plain(found.block("f1", fresh_y, fresh))
    json.dumps(block)
    calibration, named = block["calibration"], block["threshold"]
    assert calibration["ece"]["after"]["value"] < calibration["ece"]["before"]["value"]
    score = metrics.get("brier", "binary").score(fresh_y, found.predictions(fresh))
    assert calibration["brier"]["after"] == pytest.approx(score, rel=1e-6)
    assert len(calibration["reliability"]["before"]) == 15
    assert named["test"]["tuned"] == pytest.approx(metrics.get("f1", "binary").score(fresh_y, found.scored(fresh)))
    assert named["test"]["tuned"] > named["test"]["default"]
    at = [line["threshold"] for line in named["table"]]
    assert at == sorted(at)
    assert named["value"] in at
    used = next(line for line in named["table"] if line["threshold"] == named["value"])
    assert used["f1"] == pytest.approx(named["test"]["tuned"])
    assert [line["recall"] for line in named["table"]] == sorted((x["recall"] for x in named["table"]), reverse=True)


@pytest.mark.parametrize("metric", ["log_loss", "balanced_accuracy"])
def test_the_block_of_many_classes_with_weights(metric):
    y, p, splits = drawn(0, 900, 3, bias=2.0)
    problem = Problem("table", "multiclass", metric, ("a", "b", "c"))
    weight = np.random.default_rng(0).random(900)
    block = shape(metric, problem, y, p, splits, weight).block(metric, y, p, weight)
    assert block["threshold"]["table"] == []
    assert (block["threshold"]["test"] is None) == (metric == "log_loss")
    assert block["calibration"]["judged"] == "the most probable class"


def test_the_block_of_values():
    found = shape("rmse", VALUES, *values())
    y, p, _ = values(1)
    block = found.block("rmse", y, p)["interval"]
    assert abs(block["coverage"]["value"] - 0.9) < 0.06
    assert block["coverage"]["low"] < block["coverage"]["value"] < block["coverage"]["high"]
    lower, upper = found.interval.bounds(p)
    assert block["mean_width"] == pytest.approx(np.mean(upper - lower))
    assert sum(line["rows"] for line in block["by_range"]) == 800
    widths = [line["width"] for line in block["by_range"]]
    assert widths[-1] > widths[0]


def test_nothing_known_is_an_empty_block():
    assert Shape().block("rmse", np.ones(3), np.ones((3, 1))) == {}
