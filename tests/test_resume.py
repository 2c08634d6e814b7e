"""Runs that are killed or interrupted, and go on."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import automl
from automl import interrupts, jsonio, run
from automl.clock import Clock
from automl.config import Plan
from automl.console import Console
from automl.errors import RunError
from automl.events import Events
from automl.run import RESUMED_SECONDS, _interrupted, resume
from tests.test_run import frame, same

ARGUMENTS = ["--target", "bought", "--drop", "spent", "--families", "trees", "--trials", "3", "--quiet", "--json"]


def console(clock):
    return Console(quiet=True, budget=clock.budget, clock=clock)


def command(*arguments):
    return [sys.executable, "-m", "automl", "fit", *arguments]


def wait_for(folder, event, count=1, seconds=120):
    """Wait until the event was logged so many times."""
    path, end = folder / "events.jsonl", time.monotonic() + seconds
    while time.monotonic() < end:
        if path.is_file() and path.read_text().count(f'"event": "{event}"') >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {event} in {seconds} s")


def begun(folder, **changes):
    """A folder as a killed run leaves it."""
    (folder / "work").mkdir(parents=True)
    Events(folder / "events.jsonl", Clock(None)).add("begin", source=None, plan=Plan(), command="x", **changes)
    return folder


def test_a_folder_without_a_run_cannot_be_resumed(tmp_path):
    with pytest.raises(RunError, match="not a run folder"):
        resume(tmp_path, console)


def test_a_finished_run_cannot_be_resumed(tmp_path):
    found = automl.fit(frame(120), target="bought", out=tmp_path / "run", families=("linear",), trials=0)
    before = (found.path / "report.json").read_bytes()
    with pytest.raises(RunError, match="nothing to resume") as caught:
        resume(found.path, console)
    assert "finished" in caught.value.hint
    assert (found.path / "report.json").read_bytes() == before


def test_a_run_on_a_frame_cannot_be_resumed(tmp_path):
    with pytest.raises(RunError, match="was not a file"):
        resume(begun(tmp_path / "run"), console)


@pytest.mark.parametrize(
    "content", [b'{"seconds": }\n', b"\xff\n", b'{"seconds": 1, "event": "begin", "source": "a"}\n']
)
def test_damaged_events_are_told(tmp_path, content):
    folder = begun(tmp_path / "run")
    (folder / "events.jsonl").write_bytes(content)
    with pytest.raises(RunError, match=r"Cannot read events.jsonl: \w+Error") as caught:
        resume(folder, console)
    assert (caught.value.where, bool(caught.value.hint)) == (str(folder), True)


def test_a_half_written_last_event_is_no_obstacle(tmp_path):
    folder = begun(tmp_path / "run")
    log = folder / "events.jsonl"
    text = log.read_text().replace('"source": null', '"source": "a.csv"')
    log.write_text(text + '{"seconds": 12.5, "event": "a"}\n{"sec')
    begin, used = _interrupted(folder)
    assert begin["source"] == "a.csv"
    assert used == 12.5
    assert RESUMED_SECONDS > 0


def test_data_that_changed_meanwhile_are_refused(tmp_path, monkeypatch):
    source, folder = tmp_path / "d.csv", tmp_path / "run"
    frame(140).to_csv(source, index=False)
    monkeypatch.setattr(run, "finish", lambda *_: None)  # ended before there was a report
    monkeypatch.setattr(run.shutil, "rmtree", lambda *_, **__: None)
    automl.fit(str(source), target="bought", out=folder, families=("linear",), trials=0)
    resume(folder, console)
    changed = frame(140)
    changed.loc[1, "age"] += 1
    changed.to_csv(source, index=False)

    (folder / "model").mkdir()
    with pytest.raises(RunError, match="data have changed since the run began") as caught:
        resume(folder, console)
    assert caught.value.where == str(source)
    assert (folder / "model").is_dir()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "clients.csv"
    frame(140).to_csv(path, index=False)  # too few for fits on nested subsets, which look like those of the splits
    return path


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
    """The report of the run that nothing disturbs."""
    out = tmp_path_factory.mktemp("whole") / "run"
    whole_run = command(str(data), *ARGUMENTS, "--out", str(out))
    done = subprocess.run(whole_run, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)


def start(data, out):
    log = (out.parent / "log").open("wb")
    process = subprocess.Popen(command(str(data), *ARGUMENTS, "--out", str(out)), stdout=log, stderr=log)
    log.close()
    return process


def resumed(folder):
    going_on = command("--resume", str(folder), "--json", "--quiet")
    done = subprocess.run(going_on, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)


def kept(folder):
    """(parameters, fit seconds) of every fit in the journal."""
    fits = []
    for path in (folder / "work").glob("trees-*.npz"):
        with np.load(path) as file:
            facts = json.loads(str(file["facts"]))
        facts["final_params"].pop("rounds", None)  # a forest has none
        fits.append((facts["final_params"], facts["fit_seconds"]))
    return fits


@pytest.mark.slow
@pytest.mark.parametrize(("event", "count"), [("verdict", 3), ("trial", 2), ("test_opened", 1)])
def test_a_killed_run_goes_on_where_it_stood(data, whole, tmp_path, event, count):
    folder = tmp_path / "run"
    process = start(data, folder)
    wait_for(folder, event, count)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = kept(folder)
    assert done
    assert not (folder / "report.json").exists()
    report = resumed(folder)
    assert same(report) == same(whole)
    assert not (folder / "work").exists()
    lines = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines].count("begin") == 2
    probes = [line for line in report["leaderboard"] if line["family"] == "trees" and line["trial"] is None]
    probe = max(probes, key=lambda line: line["splits"])
    of_probe = [seconds for params, seconds in done if params == probe["params"]]
    if event != "verdict":  # the whole probe was in the journal: its seconds are those of then
        assert 0 < len(of_probe) <= probe["splits"]
        assert np.mean(of_probe) == pytest.approx(probe["fit_seconds"], rel=1e-9)


@pytest.mark.slow
def test_ctrl_c_in_the_search_writes_a_report_and_the_run_can_go_on(data, whole, tmp_path):
    folder = tmp_path / "run"
    process = start(data, folder)
    wait_for(folder, "trial", 2)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    report = jsonio.read(folder / "report.json")
    assert report["interrupted"]
    assert report["search"]["stopped"] == "interrupted"
    assert len(automl.load(folder).predict(frame(10))) == 10
    assert (folder / "work").is_dir()
    assert same(resumed(folder)) == same(whole)


@pytest.mark.slow
def test_ctrl_c_while_the_test_part_is_judged_writes_a_report_and_the_run_can_go_on(data, whole, tmp_path):
    folder = tmp_path / "run"
    process = start(data, folder)
    wait_for(folder, "test_opened")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert jsonio.read(folder / "report.json")["interrupted"]
    assert len(automl.load(folder).predict(frame(10))) == 10
    assert same(resumed(folder)) == same(whole)


@pytest.mark.slow
def test_ctrl_c_in_the_probes_writes_a_report(data, tmp_path):
    folder = tmp_path / "run"
    process = start(data, folder)
    wait_for(folder, "verdict", 2)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    report = jsonio.read(folder / "report.json")
    assert report["interrupted"]
    assert report["search"]["tried"] == 0
    assert len(automl.load(folder).predict(frame(10))) == 10


@pytest.mark.slow
@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_a_press_before_anything_was_learnt_says_so_and_leaves_nothing_behind(data, tmp_path, monkeypatch, number):
    (temporary := tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    process = start(data, tmp_path / "run")
    end = time.monotonic() + 60
    while not any(temporary.glob("automl-worker-*")) and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(60) == 130
    assert not any(temporary.iterdir())
    assert b"Traceback" not in (tmp_path / "log").read_bytes()
    assert b"Interrupted" in (tmp_path / "log").read_bytes()
