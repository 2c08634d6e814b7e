"""A forecast from the command line and from Python: fit, predict, verify, report, repeat."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl
from automl.config import from_recipe
from tests.forecast.panel import daily

AUTOML = Path(sys.executable).parent / "automl"
FLAGS = ("--target", "y", "--time-column", "date", "--horizon", "7", "--known", "holiday", "--families", "linear,trees")


def command(*arguments, cwd):
    done = subprocess.run([AUTOML, *arguments], capture_output=True, text=True, cwd=cwd, timeout=120, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_a_horizon_without_a_time_column_is_refused(tmp_path):
    daily(100).to_csv(tmp_path / "sales.csv", index=False)
    done = command("fit", "sales.csv", "--target", "y", "--horizon", "7", cwd=tmp_path)

    assert done.returncode == 2
    assert "A forecast needs the column of time." in done.stderr
    assert "--time-column COL" in done.stderr


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder with sales.csv, its future, and a finished run."""
    home = tmp_path_factory.mktemp("forecast")
    frame = daily(400, stores=("a", "b"))
    last = frame["date"].unique()[-7]
    frame[frame["date"] < last].to_csv(home / "sales.csv", index=False)
    frame[frame["date"] >= last].to_csv(home / "future.csv", index=False)
    done = command(
        "fit", "sales.csv", *FLAGS, "--series-id", "store", "--budget", "25s", "--out", "run", cwd=home
    )  # fmt: skip
    return home, done


@pytest.mark.slow
def test_the_run_beats_the_seasonal_naive_forecast_and_says_so(run):
    home, done = run
    report = json.loads((home / "run" / "report.json").read_text())

    assert done.returncode == 0, done.stderr
    assert "baseline (seasonal naive, 7 steps)" in done.stdout
    assert "forecast: 7 steps ahead, a step every day" in done.stderr
    assert report["test"]["value"] < report["test"]["baseline"]["value"]
    assert report["profile"]["forecast"]["series"] == 2
    assert len(report["forecast"]["time"]) > 50
    assert "The forecast" in (home / "run" / "report.html").read_text()
    assert report["use"]["columns"] == ["date", "store", "holiday"]
    assert any("rolling origin" in sentence for sentence in report["validation"]["sentences"])


@pytest.mark.slow
def test_the_test_part_is_the_last_in_time(run):
    home, _ = run
    sales, tested = pd.read_csv(home / "sales.csv"), pd.read_csv(home / "run" / "predictions.csv")

    dates = sales["date"].iloc[tested["row"]]
    assert dates.min() > sales["date"].drop(tested["row"]).max()
    assert sales["y"].iloc[tested["row"]].to_numpy() == pytest.approx(tested["target"].to_numpy())


@pytest.mark.slow
def test_the_future_is_forecast_with_its_interval(run):
    home, _ = run
    future = pd.read_csv(home / "future.csv")
    future.drop(columns=["y", "price"]).iloc[::-1].to_csv(home / "new.csv", index=False)
    done = command("predict", "run", "new.csv", "--out", "p.csv", cwd=home)
    found = pd.read_csv(home / "p.csv").iloc[::-1].reset_index(drop=True)

    assert done.returncode == 0, done.stderr
    assert list(found.columns) == ["date", "store", "prediction", "lower", "upper"]
    assert found["date"].tolist() == future["date"].tolist()
    assert np.sqrt(np.mean((found["prediction"] - future["y"]) ** 2)) < 4
    assert future["y"].between(found["lower"], found["upper"]).mean() > 0.6
    same = automl.load(home / "run").predict_frame(future.drop(columns="y"))
    assert same["prediction"].to_numpy() == pytest.approx(found["prediction"].to_numpy())


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "code"), [("refuse", 2), ("repair", 0), ("row-error", 0)])
def test_a_row_too_far_ahead(run, mode, code):
    home, _ = run
    future = pd.read_csv(home / "future.csv").drop(columns="y")
    late = future.tail(1).assign(date="2025-02-28")
    pd.concat([future, late]).to_csv(home / "late.csv", index=False)
    done = command("predict", "run", "late.csv", "--out", "late_p.csv", "--on-problem", mode, cwd=home)

    assert done.returncode == code
    assert "steps after the last known y; the horizon is 7" in done.stderr
    if code == 0:
        found = pd.read_csv(home / "late_p.csv")
        assert found["prediction"].isna().tolist() == [False] * 14 + [True]
        assert "the horizon is 7" in found["problem"].iloc[14]


@pytest.mark.slow
def test_the_run_is_verified_rendered_and_repeated(run):
    home, _ = run
    checked = command("verify", "run", cwd=home)
    rendered = command("report", "run", cwd=home)
    plan = from_recipe(str(home / "run" / "plan.toml"))

    assert (checked.returncode, rendered.returncode) == (0, 0), checked.stdout
    assert (plan.horizon, plan.known, plan.series_id, plan.time_column) == (7, ("holiday",), "store", "date")
    again = command("decide", "sales.csv", "--recipe", "run/plan.toml", "--budget", "15s", "--out", "again", cwd=home)
    assert again.returncode == 0, again.stderr
    first, second = (json.loads((home / n / "profile.json").read_text())["forecast"] for n in ("run", "again"))
    assert first == second


@pytest.mark.slow
def test_the_python_door(tmp_path):
    frame = daily(150)[["date", "y"]]
    run = automl.fit(
        frame, target="y", time_column="date", horizon=3, trials=1, families=("linear",), out=tmp_path / "run"
    )  # fmt: skip

    found = run.predict_frame(pd.DataFrame({"date": pd.date_range("2024-05-30", periods=3)}))
    assert found["prediction"].notna().all()
    assert (found["lower"] < found["upper"]).all()


@pytest.mark.slow
def test_a_forecast_that_can_be_explained_leaves_its_card(tmp_path):
    frame = daily(150)[["date", "y"]]
    run = automl.fit(
        frame, target="y", time_column="date", horizon=3, explainable=True, families=("linear",), trials=1,
        out=tmp_path / "run",
    )  # fmt: skip

    card = pd.read_csv(tmp_path / "run" / "scorecard.csv")
    assert "y, 3 steps before" in set(card["column"])
    assert '"y, 3 steps before"' in (tmp_path / "run" / "model.sql").read_text()
    assert run.decision.family == "linear"
