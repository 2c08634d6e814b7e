"""Whole runs: what they write and that it agrees with itself."""

import csv
import json
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score, recall_score, roc_auc_score, root_mean_squared_error

import automl
from automl import jsonio, run, verify
from automl.commands import exit_code
from automl.config import from_recipe
from automl.data.source import Table
from automl.devices import Gpu
from automl.errors import AutoMLError, DataError, RunError
from automl.families.task import fit as fit_task
from tests.documented import documented, missing

QUICK = {"families": ("linear",), "trials": 0}
FILES = {
    "report.html", "report.json", "decision.json", "profile.json", "leaderboard.csv", "plan.toml", "events.jsonl",
    "oof.parquet", "predictions.csv", "model",
}  # fmt: skip
BLOCKS = {
    "version", "automl", "name", "created", "command", "seed", "profile", "decision", "metric", "leaderboard", "test",
    "errors", "importance", "validation", "search", "budget", "model", "findings", "use", "environment", "interrupted",
    "fail_under", "media", "scorecard", "shape", "forecast",
}  # fmt: skip


def frame(n=520, seed=0):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "age": rng.normal(40, 9, n).round(1),
            'visits "[per year]" <n>': rng.poisson(3, n),
            "city": rng.choice(["Basel", "Bern", "Chur"], n),
            "weight": rng.uniform(0.1, 4, n).round(2),
            "person": rng.integers(0, n // 4, n),
            "day": pd.date_range("2023-01-01", periods=n).astype(str),
            "part": np.where(rng.random(n) < 0.3, "test", "train"),
        }
    )
    score = data["age"] + 3 * (data["city"] == "Bern") + rng.normal(0, 5, n)
    return data.assign(spent=score.round(2), bought=np.where(score > 41, "yes", "no"))


@pytest.fixture(scope="module")
def fit(tmp_path_factory):
    """Runs of this module, each made once."""
    made = {}

    def once(name, source=None, **options):
        if name not in made:
            source = frame() if source is None else source
            out = tmp_path_factory.mktemp(name) / "run"
            made[name] = automl.fit(source, out=out, **{"target": "bought", "drop": ["spent"], **QUICK, **options})
        return made[name]

    return once


@pytest.fixture
def large(fit):
    return fit("large", seed=3)


@pytest.fixture
def small(fit):
    return fit("small", frame(120))


@pytest.fixture
def regression(fit):
    return fit("regression", target="spent", drop=["bought"], metric="rmse")


def events(path):
    return [json.loads(line) for line in (path / "events.jsonl").read_text().splitlines()]


def predictions(found):
    return pd.read_csv(found.path / "predictions.csv")


def oof(found, candidate=None):
    table = pd.read_parquet(found.path / "oof.parquet")
    return table if candidate is None else table[table["candidate"] == candidate]


@pytest.mark.parametrize("name", ["large", "small", "regression"])
def test_every_file_is_there_and_parses(request, name):
    found = request.getfixturevalue(name)
    names = {path.name for path in found.path.iterdir()}
    assert FILES <= names <= FILES | {"scorecard.csv", "model.sql"}
    for file in ("report.json", "decision.json", "profile.json", "model/manifest.json", "model/contract.json"):
        assert jsonio.read(found.path / file)
    assert set(found.report) == BLOCKS
    assert jsonio.plain(found.decision) == found.report["decision"]
    assert "<html" in (found.path / "report.html").read_text()
    with (found.path / "leaderboard.csv").open() as file:
        assert len(list(csv.reader(file))) == 1 + len(found.report["leaderboard"])
    assert {line["event"] for line in events(found.path)} >= {"begin", "verdict", "decided", "searched", "end", "stage"}
    suffixes = {path.suffix for path in found.path.rglob("*") if path.is_file()}
    assert not suffixes & {".pkl", ".pickle", ".joblib"}


@pytest.mark.parametrize("name", ["large", "small", "regression"])
def test_every_key_is_described(request, name):
    path = request.getfixturevalue(name).path
    for file in ("report.json", "decision.json", "profile.json", "model/manifest.json", "model/contract.json"):
        assert missing(jsonio.read(path / file)) == [], file
    assert missing(events(path)) == []
    for file in ("leaderboard.csv", "predictions.csv", "scorecard.csv"):
        columns = pd.read_csv(path / file, nrows=0).columns
        assert {c for c in columns if not c.startswith("probability_")} <= documented(), file


@pytest.mark.parametrize("name", ["large", "small", "regression"])
def test_the_figures_can_be_derived_again(request, name):
    checks = verify.verify(request.getfixturevalue(name).path)
    assert len(checks) > 5
    assert [c for c in checks if not c.ok] == []


def test_the_test_figure_is_that_of_the_predictions(large, regression):
    table, test = predictions(large), large.report["test"]
    assert test["value"] == pytest.approx(roc_auc_score(table["target"] == "yes", table["probability_yes"]), abs=1e-6)
    accuracy = accuracy_score(table["target"], table["prediction"])
    assert test["metrics"]["accuracy"] == pytest.approx(accuracy)
    table, test = predictions(regression), regression.report["test"]
    assert test["value"] == pytest.approx(root_mean_squared_error(table["target"], table["prediction"]), rel=1e-6)
    for found in (large, regression):
        low, high = found.report["test"]["interval"]
        assert low < found.report["test"]["value"] < high


def test_a_fifth_is_tested_and_never_used_before(large):
    tested = predictions(large)
    assert large.report["test"]["protocol"] == "holdout"
    assert len(tested) == large.report["test"]["rows"] == 104
    assert not set(tested["row"]) & set(oof(large)["row"])
    assert set(tested["row"]) | set(oof(large)["row"]) == set(range(520))
    assert (tested["target"].to_numpy() == frame()["bought"].to_numpy()[tested["row"]]).all()
    assert large.report["model"]["trained_on"] == "all rows"
    assert large.report["model"]["rows"] == 520


def test_every_development_row_is_judged_once_a_repeat(large):
    linear = oof(large, large.report["decision"]["evidence"]["candidates"]["linear"])
    repeats = large.report["validation"]["repeats"]
    assert (linear.groupby("row").size() == repeats).all()
    assert not linear.duplicated(["row", "repeat"]).any()
    assert (linear["target"].to_numpy() == frame()["bought"].to_numpy()[linear["row"]]).all()


def test_small_data_are_judged_by_cross_validation_of_all_rows(small):
    tested = predictions(small)
    assert small.report["test"]["protocol"] == "repeated_cv"
    assert sorted(tested["row"]) == list(range(120))
    assert small.report["model"]["trained_on"] == "all rows"
    assert small.report["validation"]["rows_test"] == 0
    assert any("fresh splits" in sentence for sentence in small.report["validation"]["sentences"])


@pytest.mark.parametrize("name", ["large", "small", "regression"])
def test_the_choice_is_frozen_before_the_test_part_is_opened_once(request, name):
    names = [line["event"] for line in events(request.getfixturevalue(name).path)]
    assert names[0] == "begin"
    assert names[-1] == "end"
    assert names.count("choice_frozen") == names.count("test_opened") == 1
    assert names.index("searched") < names.index("choice_frozen") < names.index("test_opened")


def test_events_are_in_the_order_of_time(large):
    seconds = [line["seconds"] for line in events(large.path)]
    assert seconds == sorted(seconds)


def test_intervals_hold_the_prediction_and_most_of_the_truth(regression):
    table = predictions(regression)
    assert (table["lower"] < table["prediction"]).all()
    assert (table["prediction"] < table["upper"]).all()
    inside = table["target"].between(table["lower"], table["upper"]).mean()
    assert 0.8 < inside < 0.99


def test_the_delivered_model_predicts_new_rows(large, regression):
    new = frame(40, seed=9)
    labels = automl.load(large.path).predict(new)
    assert (labels == new["bought"]).mean() > 0.6
    values = automl.load(regression.path).predict_frame(new)
    assert list(values) == ["prediction", "lower", "upper"]
    assert np.corrcoef(values["prediction"], new["spent"])[0, 1] > 0.7


def test_the_informative_column_is_named(large):
    columns = large.report["importance"]["columns"]
    assert columns[0]["column"] == "age"
    features = {c["name"] for c in large.report["profile"]["columns"] if c["role"] == "feature"}
    assert {c["column"] for c in columns} == features


def test_groups_never_straddle_a_split(fit):
    found = fit("groups", group="person")
    person = frame()["person"].to_numpy()
    table = predictions(found)
    assert not set(person[table["row"]]) & set(person[oof(found)["row"]])
    linear = oof(found, "linear-0").assign(person=lambda t: person[t["row"]])
    assert not linear[["repeat", "person", "fold"]].drop_duplicates().duplicated(["repeat", "person"]).any()


def test_time_goes_forward(fit):
    found = fit("time", time_column="day")
    assert predictions(found)["row"].min() > oof(found)["row"].max()
    linear = oof(found, "linear-0")
    last = [linear[linear["fold"] == fold]["row"].agg(["min", "max"]).tolist() for fold in sorted(set(linear["fold"]))]
    assert all(a[0] > b[1] for a, b in pairwise(last))


def test_small_data_by_time_are_tested_on_the_last_fifth(fit):
    found = fit("small time", frame(200), time_column="day")
    assert found.report["test"]["protocol"] == "holdout"
    assert sorted(predictions(found)["row"]) == list(range(160, 200))
    assert "forward chaining" in found.report["validation"]["sentences"][1]


def test_very_small_data_by_time_say_that_no_splits_are_fresh(fit):
    found = fit("very small time", frame(120), time_column="day")
    assert found.report["test"]["confirms"] is None
    told = [found.report["test"]["statement"], *found.report["validation"]["sentences"]]
    assert not any("fresh" in sentence or "confirms the choice" in sentence for sentence in told)
    assert sorted(predictions(found)["row"]) == list(range(20, 120))
    assert [c for c in verify.verify(found.path) if not c.ok] == []


def test_groups_that_go_on_through_the_time_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(DataError, match="Most groups go on through the time"):
        automl.fit(frame(), target="bought", group="city", time_column="day", out=tmp_path / "run", **QUICK)
    assert not (tmp_path / "run").exists()


def test_the_given_test_rows_are_the_test_part(fit):
    found = fit("part", split_column="part")
    assert set(predictions(found)["row"]) == set(np.flatnonzero(frame()["part"] == "test"))


def test_weights_enter_the_figures_and_the_fit(fit, large):
    found = fit("weights", weight="weight", seed=3)
    table, weight = predictions(found), frame()["weight"].to_numpy()
    value = roc_auc_score(table["target"] == "yes", table["probability_yes"], sample_weight=weight[table["row"]])
    assert found.report["test"]["value"] == pytest.approx(value, abs=1e-6)
    assert "weight" in oof(found)
    assert not np.allclose(table["probability_yes"], predictions(large)["probability_yes"])
    assert all(c.ok for c in verify.verify(found.path))


def test_figures_and_threshold_are_about_the_positive_class(fit):
    found = fit("positive", frame(120), positive="no", metric="f1")
    table, test, shape = predictions(found), found.report["test"], found.report["shape"]
    assert found.classes == list(found.report["profile"]["classes"]) == ["yes", "no"]
    assert test["value"] == pytest.approx(f1_score(table["target"], table["prediction"], pos_label="no"))
    named = table["probability_no"] > shape["threshold"]["value"]
    assert (named == (table["prediction"] == "no")).all()
    for row in shape["threshold"]["table"]:
        said = np.where(table["probability_no"] > row["threshold"], "no", "yes")
        assert row["named"] == pytest.approx((said == "no").mean())
        assert (row["recall"] or 0) == pytest.approx(recall_score(table["target"], said, pos_label="no"))
    assert from_recipe(str(found.path / "plan.toml")).positive == "no"
    assert [c for c in verify.verify(found.path) if not c.ok] == []
    assert list(found.predict_frame(frame(9)))[1:] == ["probability_yes", "probability_no"]


def test_the_plan_repeats_the_run(large, tmp_path):
    plan = from_recipe(str(large.path / "plan.toml"))
    assert (plan.target, plan.task, plan.metric, plan.seed, plan.trials) == ("bought", "binary", "roc_auc", 3, 0)
    again = automl.fit(frame(), recipe=str(large.path / "plan.toml"), out=tmp_path / "again")
    first, second = (same({**found.report, "profile": None}) for found in (large, again))
    assert first == second
    pd.testing.assert_frame_equal(predictions(again), predictions(large))


def same(report):
    """The figures of a report, without what may differ between runs of the same thing."""

    def strip(value):
        if isinstance(value, dict):
            told = {"sentence"} if value.get("what") == "latency" else set()
            return {k: strip(v) for k, v in value.items() if k not in MAY_DIFFER | told}
        return [strip(v) for v in value] if isinstance(value, list) else value

    return strip(json.loads(json.dumps(report)))


MAY_DIFFER = {
    "created", "command", "budget", "use", "seconds", "fit_seconds", "predict_ms_per_1000", "deciding_seconds",
    "reading", "source", "seconds_per_epoch", "started", "fit_seconds_10x", "predict_one_seconds",
    "predict_many_seconds", "rows_exponent", "memory_bytes", "joules",
}  # fmt: skip


def test_what_is_told_beside_the_verdict(large):
    decision = large.report["decision"]
    evidence = decision["evidence"]
    assert evidence["prior"]["weight"] == pytest.approx(8 / evidence["splits"])
    assert set(evidence["curves"]["families"]) == {"linear"}
    anchors = [anchor["rows"] for anchor in evidence["curves"]["families"]["linear"]["anchors"]]
    assert anchors == sorted(anchors)
    assert anchors[-1] == evidence["curves"]["rows"] < 416
    assert len(anchors) == 3
    assert set(evidence["costs"]["families"]) == {"baseline", "linear"}
    assert evidence["costs"]["families"]["linear"]["bytes"] > 0
    assert evidence["costs"]["limits"] == {"latency_seconds": None, "size_bytes": None}
    assert all(set(rule) == {"rule", "value", "threshold", "held", "source"} for rule in evidence["rules"])
    assert {"more_rows", "gpu", "budget", "metric", "prefer"} <= {change["what"] for change in decision["changes"]}


def test_the_seed_decides(large, tmp_path):
    other = automl.fit(frame(), target="bought", drop=["spent"], out=tmp_path / "other", seed=4, **QUICK)
    assert set(predictions(other)["row"]) != set(predictions(large)["row"])


def test_decide_writes_the_verdict_and_no_model(tmp_path):
    decision = automl.decide(frame(120), target="bought", drop=["spent"], out=tmp_path / "run", **QUICK)
    assert decision.family in {"baseline", "linear"}
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {
        "decision.json", "profile.json", "plan.toml", "oof.parquet", "events.jsonl", "report.json", "report.html",
    }  # fmt: skip
    report = jsonio.read(tmp_path / "run" / "report.json")
    assert report["decision"] == jsonio.plain(decision)
    assert report.get("model") is None
    assert report.get("test") is None
    assert "<html" in (tmp_path / "run" / "report.html").read_text()
    assert from_recipe(str(tmp_path / "run" / "plan.toml")).target == "bought"
    assert "test_opened" not in {line["event"] for line in events(tmp_path / "run")}


def test_ignored_findings_of_the_run_do_not_end_it_with_1(tmp_path):
    rng = np.random.default_rng(0)
    words = np.array(["late", "bus", "again", "fine", "trip", "seat", "view", "lake", "rain", "sun"])
    texts = [" ".join(rng.choice(words, 8)) for _ in range(60)]
    data = pd.DataFrame({"note": texts, "good": rng.permutation(np.repeat(["yes", "no"], 30))})
    options = {"target": "good", "modality": "text", "backbone": "some/net", **QUICK}
    codes = ["AM504", "AM509"]
    report = automl.fit(data, out=tmp_path / "run", ignore=codes, **options).report
    assert {f["code"]: f["status"] for f in report["findings"] if f["code"] in codes} == dict.fromkeys(codes, "skipped")
    assert report["decision"]["family"] == "baseline"
    assert exit_code(report) == 0


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(RunError, match="exists and is not empty"):
        automl.fit(frame(120), target="bought", out=tmp_path, **QUICK)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("options", [{"target": "nothing"}, {"target": "bought", "metric": "rmse"}])
def test_what_cannot_be_learnt_leaves_no_folder(tmp_path, options):
    with pytest.raises(AutoMLError):
        automl.fit(frame(120), out=tmp_path / "run", **QUICK, **options)
    assert not (tmp_path / "run").exists()


def test_a_metric_without_a_defined_value_is_an_error_for_people(tmp_path):
    data = frame(120)
    data["part"] = np.where((data["bought"] == "yes") & (np.arange(120) > 3), "test", "train")
    data.loc[data["bought"] == "no", "part"] = "train"
    data = data[~((data["bought"] == "yes") & (data["part"] == "train"))]
    with pytest.raises(DataError):
        automl.fit(data, target="bought", split_column="part", drop=["spent"], out=tmp_path / "run", **QUICK)


@pytest.mark.parametrize(("part", "skewed"), [("train", True), ("test", False)])
def test_the_tail_of_targets_to_be_tested_on_decides_nothing(tmp_path, part, skewed):
    data = frame()
    data["spent"] = data["spent"].abs() + np.where((data["part"] == part) & (data.index % 5 == 0), 1e4, 0.0)
    options = {"target": "spent", "drop": ["bought"], "split_column": "part", **QUICK}
    automl.fit(data, out=tmp_path / "run", **options)
    contract = json.loads((tmp_path / "run" / "model" / "contract.json").read_text())
    assert contract["skewed_target"] is skewed


def test_new_folders_are_named_after_the_data_and_never_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(time, "strftime", lambda _form: "now")
    raw = Table("telco_churn (1)", "", frame(10))
    names = [run._new_folder(None, raw).name for _ in range(4)]
    assert names == ["telco_churn-1-now", "telco_churn-1-now_2", "telco_churn-1-now_3", "telco_churn-1-now_4"]


@pytest.mark.slow
def test_counted_trials_repeat_exactly_in_new_processes(tmp_path):
    frame().to_csv(tmp_path / "data.csv", index=False)
    found = []
    for name in ("first", "again"):
        command = [
            sys.executable, "-m", "automl", "fit", "data.csv", "--target", "bought", "--drop", "spent", "--trials", "4",
            "--families", "linear,trees", "--prefer", "accuracy", "--seed", "5", "--out", name, "--json",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 1}, done.stderr
        found.append(json.loads(done.stdout))
    assert same(found[0]) == same(found[1])
    assert found[0]["search"]["tried"] == 4
    first, again = ((tmp_path / name / "predictions.csv").read_bytes() for name in ("first", "again"))
    assert first == again
    assert all(c.ok for c in verify.verify(tmp_path / "first"))


def test_a_limit_excludes_a_family_with_its_reason(tmp_path):
    options = {"target": "bought", "drop": ["spent"], "out": tmp_path / "run", "max_size": "100B", **QUICK}
    decision = automl.decide(frame(120), **options)
    assert decision.family == "baseline"
    assert list(decision.evidence["excluded"]) == ["linear"]
    told = [a["reason"] for a in decision.alternatives if a["family"] == "linear"]
    assert len(told) == 1
    assert told[0].startswith("over the limit: its model has ")
    assert told[0].endswith(", 100 B allowed")
    assert decision.evidence["costs"]["limits"]["size_bytes"] == 100
    assert [c for c in verify.verify(tmp_path / "run") if not c.ok] == []


@pytest.mark.slow
def test_a_few_seconds_give_a_model_within_the_budget(tmp_path):
    frame(2_000).to_csv(tmp_path / "data.csv", index=False)
    arguments = ["data.csv", "--target", "bought", "--budget", "8s", "--out", "run", "--quiet"]
    command = [sys.executable, "-m", "automl", "fit", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    report = jsonio.read(tmp_path / "run" / "report.json")
    assert report["budget"]["used"] <= 8 + 2
    assert len(automl.load(tmp_path / "run").predict(frame(10))) == 10
    flags = {flag["code"] for flag in report["decision"]["flags"]}
    assert "network_not_tried" in flags
    assert sum(report["decision"]["probabilities"].values()) == pytest.approx(1)


@pytest.mark.slow
def test_images_from_folder_to_predictions(tmp_path):
    from automl.data.sample import write

    root = Path(write("digits", tmp_path))
    for label in root.iterdir():
        for extra in sorted(label.iterdir())[20:]:
            extra.unlink()
    found = automl.fit(root, out=tmp_path / "run", **QUICK)
    table = predictions(found)
    assert list(table)[:3] == ["row", "path", "target"]
    assert (table["path"].str.split("/").str[0].astype(int) == table["target"]).all()
    assert (table["prediction"] == table["target"]).mean() > 0.9
    got = found.predict_frame(root)
    assert len(got) == 200
    assert (got["prediction"].astype(int) == got["path"].str.split("/").str[0].astype(int)).mean() > 0.9
    assert [c for c in verify.verify(found.path) if not c.ok] == []


def test_splits_with_one_class_alone_are_left_out(tmp_path):
    """Early blocks in time have no positive row to learn from, or to judge."""
    data = pd.DataFrame(
        {"x": np.random.default_rng(0).normal(size=600), "day": pd.date_range("2020-01-01", periods=600)}
    )
    late = np.arange(600) > 250
    data["y"] = np.where(late & (data["x"] > 0), "yes", "no")
    found = automl.fit(data, target="y", time_column="day", out=tmp_path / "run", **QUICK)
    assert found.report["test"]["value"] > 0.9
    assert found.report["decision"]["evidence"]["splits"] >= 2


def test_gpus_and_memory_of_the_plan_reach_every_fit(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr("automl.devices.gpus", lambda: (Gpu(0, "A GPU", 2**33), Gpu(1, "Another", 2**33)))
    monkeypatch.setattr(
        "automl.evaluate.crossval.fit", lambda data, task: asked.append(task.limits) or fit_task(data, task)
    )
    automl.fit(frame(60), target="bought", out=tmp_path / "run", gpus="1", memory="1GB", **QUICK)
    assert {(limits.gpus, limits.memory) for limits in asked} == {((1,), 2**30)}
    assert {limits.full for limits in asked} == {True, False}
