"""Calibration, threshold and interval of a run folder are derived again; a change in one place is caught."""

import json

import numpy as np
import pandas as pd
import pytest

from automl import jsonio
from automl.evaluate import interval, metrics, mistakes
from automl.evaluate.shape import shape
from automl.types import Problem
from automl.verify import verify
from tests.test_verify import LABELS, write


def bend(p, sharpness):
    """Probabilities of a model surer of itself: to a power, summing to one again."""
    return (p**sharpness / (p**sharpness).sum(axis=1, keepdims=True)).astype(np.float32)


def shaped(folder, task, name, sharpness=1.0, weighted=False):
    """The fake folder with a shape learnt from the delivered candidate, and its test predictions shaped."""
    write(folder, task, name, weighted)
    classes = () if task == "regression" else LABELS[: 2 if task == "binary" else 3]
    predicted = [f"probability_{label}" for label in classes] or ["prediction"]
    frame = pd.read_parquet(folder / "oof.parquet").reset_index(drop=True)
    mine = frame["candidate"] == "trees-2"
    if classes:
        frame.loc[mine, predicted] = bend(frame.loc[mine, predicted].to_numpy(), sharpness)
        frame.to_parquet(folder / "oof.parquet")

    def read(table):
        y = table["target"].to_numpy()
        y = np.array([classes.index(str(label)) for label in y]) if classes else y.astype(float)
        return y, table[predicted].to_numpy(np.float32), table["weight"].to_numpy(float) if weighted else None

    problem = Problem("table", task, name, classes)
    y, p, w = read(frame[mine])
    splits = (10 * frame["repeat"] + frame["fold"])[mine].to_numpy()
    found = shape(name, problem, y, p, splits, w, frame["row"][mine].to_numpy())
    table = pd.read_csv(folder / "predictions.csv", keep_default_na=False, dtype={"target": str if classes else float})
    write_test(folder, table, found, problem, read(table), sharpness)
    return folder


def write_test(folder, table, found, problem, read, sharpness):
    y, p, w = read
    raw = bend(p, sharpness) if problem.classes else p
    metric = metrics.get(problem.metric, problem.task)
    if problem.classes:
        table["prediction"] = np.array(problem.classes, dtype=object)[found.labels(raw)]
        for code, label in enumerate(problem.classes):
            table[f"probability_{label}"] = found.predictions(raw)[:, code].astype(float)
        errors = mistakes.classification(problem.classes, y, found.scored(raw))
    else:
        table["lower"], table["upper"] = found.interval.bounds(table["prediction"].to_numpy(float))
        errors = mistakes.regression(y, raw)
    table.to_csv(folder / "predictions.csv", index=False)
    manifest = json.loads((folder / "model" / "manifest.json").read_text())
    jsonio.write(folder / "model" / "manifest.json", manifest | found.state())
    test = interval.many(metric, y, {"": found.for_metric(metric.name, raw)}, w, draws=50).values[""]
    report = json.loads((folder / "report.json").read_text())
    every = {
        n: metrics.get(n, problem.task).score(y, found.for_metric(n, raw), w)
        for n in metrics.names(problem.task)
        if n != "rmsle"
    }
    report["test"] |= {"value": test.value, "interval": [test.low, test.high], "metrics": every}
    report |= {"errors": errors, "shape": found.block(metric.name, y, raw, w)}
    for line in report["leaderboard"]:
        line["test"] = None
        if line["candidate"] == "trees-2":
            line["validation"] = line["difference"] = None  # of other predictions than those bent here
    jsonio.write(folder / "report.json", report)


def failed(folder):
    """Names of the checks of this module, and of the test figures, that fail."""
    kept = ("shape", "test", "errors")
    return {c.name for c in verify(folder) if not c.ok and c.name.split(":")[0] in kept}


CASES = [
    ("binary", "f1", 2.5),
    ("binary", "roc_auc", 1.0),
    ("multiclass", "balanced_accuracy", 2.0),
    ("regression", "rmse", 1.0),
]


@pytest.mark.parametrize(("task", "name", "sharpness"), CASES)
@pytest.mark.parametrize("weighted", [False, True])
def test_an_undamaged_folder_agrees(tmp_path, task, name, sharpness, weighted):
    folder = shaped(tmp_path, task, name, sharpness, weighted)
    assert failed(folder) == set()
    mine = [c.name for c in verify(folder) if c.name.startswith("shape")]
    assert len(mine) == len(set(mine)) >= 4
    if name == "f1":
        kind = json.loads((folder / "model" / "manifest.json").read_text())["calibration"]["kind"]
        assert kind == "temperature"
        assert "shape: f1 on test, tuned" in mine
        assert "shape: f1 out of fold, tuned" in mine


@pytest.fixture
def change(tmp_path):
    """A function that changes one value of one file of a folder and returns what fails."""

    def changed(task, name, file, *keys, value):
        folder = shaped(tmp_path, task, name, 2.5 if task == "binary" else 1.0)
        document = json.loads((folder / file).read_text(encoding="utf-8"))
        inner = document
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        (folder / file).write_text(json.dumps(document), encoding="utf-8")
        return failed(folder)

    return changed


@pytest.mark.parametrize(
    ("keys", "value", "caught"),
    [
        (("calibration", "ece", "after", "value"), 0.01, "shape: calibration error on test"),
        (("calibration", "brier", "after"), 0.01, "shape: Brier score on test"),
        (("calibration", "temperature"), 1.5, "shape: calibration as in manifest.json"),
        (("threshold", "value"), 0.77, "shape: threshold as in manifest.json"),
        (("threshold", "test", "tuned"), 0.99, "shape: f1 on test, tuned"),
        (("threshold", "test", "default"), 0.99, "shape: f1 on test, default"),
    ],
)
def test_one_changed_figure_of_classes_is_caught(change, keys, value, caught):
    assert change("binary", "f1", "report.json", "shape", *keys, value=value) == {caught}


@pytest.mark.parametrize(
    ("keys", "value", "caught"),
    [
        (("threshold", "value"), 0.05, "shape: predictions named by the threshold"),
        (("threshold", "evidence", "tuned"), 0.2, "shape: f1 out of fold, tuned"),
        (("calibration", "evidence", "ece", "before"), 0.2, "shape: ece out of fold, before"),
        (("calibration", "evidence", "log_loss", "none"), 0.2, "shape: log_loss out of fold, none"),
    ],
)
def test_a_changed_manifest_is_caught(change, keys, value, caught):
    assert caught in change("binary", "f1", "model/manifest.json", *keys, value=value)


@pytest.mark.parametrize(
    ("keys", "value", "caught"),
    [
        (("coverage", "value"), 0.5, "shape: coverage"),
        (("mean_width",), 9.0, "shape: mean width"),
        (("widths",), [9.0], "shape: interval as in manifest.json"),
    ],
)
def test_one_changed_figure_of_an_interval_is_caught(change, keys, value, caught):
    assert change("regression", "rmse", "report.json", "shape", "interval", *keys, value=value) == {caught}


def test_ends_that_are_not_the_manifests_are_caught(change):
    found = change("regression", "rmse", "model/manifest.json", "interval", "widths", value=[9.0])
    assert "shape: ends of the intervals" in found


def test_a_class_that_the_rule_does_not_name_is_caught(tmp_path):
    folder = shaped(tmp_path, "binary", "f1", 2.5)
    frame = pd.read_csv(folder / "predictions.csv", dtype=str, keep_default_na=False)
    frame.loc[3, "prediction"] = "NA" if frame.loc[3, "prediction"] == "no" else "no"
    frame.to_csv(folder / "predictions.csv", index=False)
    assert {"shape: predictions named by the threshold", "errors: confusion"} <= failed(folder)
