"""The main job through the installed command line, on the data that comes with it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.slow
AUTOML = Path(sys.executable).parent / "automl"
FILES = {
    "report.html",
    "report.json",
    "decision.json",
    "profile.json",
    "leaderboard.csv",
    "plan.toml",
    "events.jsonl",
    "oof.parquet",
    "predictions.csv",
    "model",
}
PRINTED = {"scorecard.csv", "model.sql"}
"""Of a model that can be printed."""


def automl(*arguments, cwd):
    """The finished process; nothing it prints reaches the test's own output."""
    done = subprocess.run([AUTOML, *arguments], capture_output=True, text=True, cwd=cwd, timeout=400, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def check_run(folder, *, errors_allowed=False):
    """The documents of a finished run folder."""
    names = {path.name for path in folder.iterdir()}
    assert FILES <= names <= FILES | PRINTED
    decision = json.loads((folder / "decision.json").read_text())
    report = json.loads((folder / "report.json").read_text())
    assert sum(decision["probabilities"].values()) == pytest.approx(1)
    assert report["test"]["interval"][0] <= report["test"]["value"] <= report["test"]["interval"][1]
    assert (folder / "report.html").stat().st_size < 2 * 2**20
    return decision, report


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A folder with breast_cancer.csv and a finished run of 60 s on it; and how long the command took."""
    home = tmp_path_factory.mktemp("table")
    assert automl("sample", "breast_cancer", cwd=home).returncode == 0
    started = time.monotonic()
    done = automl("fit", "breast_cancer.csv", "--budget", "60s", "--out", "run", cwd=home)
    return home, done, time.monotonic() - started


def test_fit_ends_inside_its_budget_with_a_good_model(table):
    home, done, seconds = table

    decision, report = check_run(home / "run")
    assert done.returncode == 0, done.stderr
    assert seconds <= 62
    assert report["budget"]["used"] <= 62
    assert report["test"]["metric"] == "roc_auc"
    assert report["test"]["value"] > 0.97
    assert decision["family"] in {"linear", "trees", "network"}
    assert decision["sentence"] in " ".join(done.stdout.split())
    assert done.stderr.startswith("[")


def test_predict_writes_the_documented_columns(table):
    home, _, _ = table
    data = pd.read_csv(home / "breast_cancer.csv")
    data.drop(columns="diagnosis").tail(50).to_csv(home / "new.csv", index=False)

    done = automl("predict", "run", "new.csv", "--out", "predictions.csv", cwd=home)

    predicted = pd.read_csv(home / "predictions.csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert list(predicted) == ["prediction", "probability_benign", "probability_malignant"]
    assert (predicted["prediction"].to_numpy() == data["diagnosis"].tail(50).to_numpy()).mean() > 0.9


def test_verify_agrees_with_every_figure(table):
    home, _, _ = table

    done = automl("verify", "run", cwd=home)

    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith(" figures agree\n")


def test_report_renders_the_same_page_again(table):
    home, _, _ = table
    page = home / "run" / "report.html"
    before = page.read_text(encoding="utf-8")
    page.unlink()

    done = automl("report", "run", cwd=home)

    assert done.returncode == 0, done.stderr
    assert page.read_text(encoding="utf-8") == before


def test_a_second_fit_refuses_the_folder(table):
    home, _, _ = table
    before = (home / "run" / "report.json").read_bytes()

    done = automl("fit", "breast_cancer.csv", "--out", "run", cwd=home)

    assert done.returncode == 2
    assert "not empty" in done.stderr
    assert (home / "run" / "report.json").read_bytes() == before


def test_the_run_loads_in_a_new_process(table):
    home, _, _ = table
    code = (
        "import automl, sys; run = automl.load('run'); run.predict('breast_cancer.csv')\n"
        "print(run.decision.family, 'keras' in sys.modules)"
    )

    said = subprocess.check_output([sys.executable, "-c", code], cwd=home, text=True).split()

    assert said[1] == str(said[0] == "network")


def test_json_is_one_document_and_five_seconds_give_a_model(table):
    home, _, _ = table
    started = time.monotonic()

    done = automl("fit", "breast_cancer.csv", "--budget", "5s", "--json", "--out", "small", cwd=home)

    seconds = time.monotonic() - started
    check_run(home / "small")
    assert json.loads(done.stdout)["test"]["metric"] == "roc_auc"
    assert seconds <= 7
    assert done.returncode == 0, done.stderr


def test_decide_writes_a_plan_that_fit_takes(table):
    home, _, _ = table

    data = "breast_cancer.csv"
    decided = automl("decide", data, "--budget", "14s", "--out", "decided", "--quiet", cwd=home)
    fitted = automl("fit", data, "--recipe", "decided/plan.toml", "--budget", "10s", "--out", "again", cwd=home)

    assert decided.returncode == 0, decided.stderr
    assert (decided.stdout, decided.stderr) == ("", "")
    assert not (home / "decided" / "model").exists()
    assert fitted.returncode == 0, fitted.stderr
    check_run(home / "again")


def test_images(tmp_path):
    automl("sample", "digits", cwd=tmp_path)
    started = time.monotonic()

    done = automl("fit", "digits", "--budget", "60s", "--out", "run", cwd=tmp_path)

    seconds = time.monotonic() - started
    _, report = check_run(tmp_path / "run")
    assert done.returncode in {0, 1}, done.stderr
    assert seconds <= 62
    assert report["test"]["metrics"]["accuracy"] > 0.9
    done = automl("predict", "run", os.fspath(Path("digits") / "3"), "--out", "predictions.csv", cwd=tmp_path)
    predicted = pd.read_csv(tmp_path / "predictions.csv")
    assert done.returncode == 0, done.stderr
    assert list(predicted)[:2] == ["path", "prediction"]
    assert len(predicted) == len(list((tmp_path / "digits" / "3").iterdir()))
    assert (predicted["prediction"] == 3).mean() > 0.9
    assert automl("verify", "run", cwd=tmp_path).returncode == 0


def test_accuracy_first_delivers_an_ensemble_that_loads_elsewhere(tmp_path):
    assert automl("sample", "breast_cancer", cwd=tmp_path).returncode == 0
    flags = ("--prefer", "accuracy", "--budget", "40s", "--out", "run")
    started = time.monotonic()
    done = automl("fit", "breast_cancer.csv", *flags, cwd=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert time.monotonic() - started <= 42.0
    decision, report = check_run(tmp_path / "run")
    assert decision["ensemble"]
    weights = decision["evidence"]["ensemble"]["weights"]
    assert sum(weights.values()) == pytest.approx(1, abs=0.01)
    assert set(decision["members"]) == set(weights)
    assert report["model"]["family"] == "ensemble"
    assert report["test"]["value"] > 0.97
    done = automl("predict", "run", "breast_cancer.csv", "--out", "predictions.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    predicted = pd.read_csv(tmp_path / "predictions.csv")
    columns = [name for name in predicted if name.startswith("probability_")]
    assert predicted[columns].sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-5)
    assert automl("verify", "run", cwd=tmp_path).returncode == 0


def test_a_model_that_can_be_printed_leaves_its_card_and_its_sql(tmp_path):
    assert automl("sample", "breast_cancer", cwd=tmp_path).returncode == 0
    done = automl("fit", "breast_cancer.csv", "--explainable", "--budget", "15s", "--out", "run", cwd=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert {"scorecard.csv", "model.sql"} <= {path.name for path in (tmp_path / "run").iterdir()}
    assert "SELECT" in (tmp_path / "run" / "model.sql").read_text()
    assert json.loads((tmp_path / "run" / "decision.json").read_text())["family"] in ("linear", "trees")
