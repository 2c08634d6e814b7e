"""Two workers that search together; their fits are stand-ins that start at once."""

import os
import signal
import sys
import threading
import time
from dataclasses import replace

import psutil
import pytest

from automl import interrupts
from automl.clock import Clock
from automl.evaluate import crossval
from automl.families.base import Knob
from automl.search import suggestion, trials
from automl.search.trials import Search, Tracker, search
from automl.workers import executor
from automl.workers.executor import Worker
from automl.workers.pool import Workers
from tests.fakes import fake_cv, use_fakes
from tests.workers import standins


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """Two workers for all tests: one that was killed is replaced."""
    folder = tmp_path_factory.mktemp("standins")
    standins.write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        workers = Workers([Worker(standins.environment(folder)) for _ in range(2)])
        yield workers
        workers.close()
    sys.modules.pop("calls", None)


@pytest.fixture
def pool(started, monkeypatch):
    import calls

    monkeypatch.setattr(crossval, "fit", calls.fit)
    monkeypatch.setattr(suggestion, "suggest", calls.suggest)
    monkeypatch.setattr(trials, "hopeless", lambda *_: "")
    monkeypatch.setattr(executor, "GRACE", 0.2)
    for worker in started.members:
        worker.wait_ready(30.0)
    return started


class Run:
    """A search by the workers and what it told."""

    def __init__(self, pool, monkeypatch, tmp_path, given=(), budget=None, most=8, end=lambda _trial: None, **start):
        self.notes = tmp_path / "notes"
        start = {"kind": "fake", "error": 1.0, "notes": str(self.notes), **start}
        given = [{**start, **params} for params in given]
        use_fakes(monkeypatch, network={"given": (start, *given), "knobs": (Knob("error", 0.01, 1.0),)})
        cv = replace(fake_cv(repeats=1), worker=pool, clock=Clock(budget), threads=2)
        self.start = cv.candidate("network", start)
        assert all(cv.judge(self.start, split) for split in (0, 1))
        self.notes.unlink()
        self.ended = []
        tracker = Tracker(lambda _: None, lambda trial, *_: (self.ended.append(trial.name), end(trial)), lambda _: 0.0)
        self.result = Search(sorted(self.start.losses))
        self.cv = cv
        self.go = lambda: search(cv, self.start, most, "f", tracker, self.result)

    @property
    def pids(self):
        return {int(line.split()[0]) for line in self.notes.read_text().splitlines()}

    def times_run(self, error):
        return [float(line.split()[1]) for line in self.notes.read_text().splitlines()].count(error)


def test_trials_run_on_both_workers_at_once(pool, monkeypatch, tmp_path):
    run = Run(pool, monkeypatch, tmp_path, seconds=0.2)
    started = time.monotonic()
    run.go()
    assert time.monotonic() - started < 8 * 2 * 0.2 * 0.8
    assert run.pids == {worker.process.pid for worker in pool.members}
    assert run.result.stopped == "8 trials"
    assert sorted(t.trial for t in run.result.trials) == list(range(1, 9))
    assert run.ended == [t.name for t in run.result.trials]
    assert len({t.params["error"] for t in run.result.trials}) == 8
    assert pool.free == pool.members


def test_a_killed_worker_is_replaced_and_its_trial_run_again(pool, monkeypatch, tmp_path):
    run = Run(pool, monkeypatch, tmp_path, seconds=0.3, most=6)
    before = [worker.process.pid for worker in pool.members]
    threading.Timer(0.45, os.kill, (before[1], signal.SIGKILL)).start()
    run.go()
    assert [t.reason for t in run.result.trials if not t.ok] == []
    assert len(run.result.trials) == 6
    assert not psutil.pid_exists(before[1])
    assert pool.members[0].process.pid == before[0]
    assert max(run.times_run(t.params["error"]) for t in run.result.trials) == 3  # two splits, one of them twice


def test_a_trial_that_kills_its_worker_twice_is_failed_and_the_search_ends(pool, monkeypatch, tmp_path):
    run = Run(pool, monkeypatch, tmp_path, given=[{"error": 0.7, "trouble": "die"}, {"error": 0.6}], most=6)
    run.go()
    failed = next(t for t in run.result.trials if t.params["error"] == 0.7)
    assert not failed.ok
    assert "killed by the system" in failed.reason
    assert run.times_run(0.7) == 2
    assert len(run.result.trials) == 6
    assert sum(t.ok for t in run.result.trials) == 5


@pytest.mark.slow
def test_a_worker_that_dies_again_and_again_does_not_go_over_the_budget(pool, monkeypatch, tmp_path):
    given = [{"error": 0.9 - n / 20, "trouble": "die", "seconds": 0.4} for n in range(9)]
    run = Run(pool, monkeypatch, tmp_path, given=given, budget=4.0, most=None)
    run.go()
    assert run.cv.clock.elapsed() < 4.0 + 0.7
    assert run.result.stopped == "the budget"
    assert not any(t.ok for t in run.result.trials if t.params["trouble"] == "die")


@pytest.mark.slow
def test_a_deadline_holds_in_a_thread(pool, monkeypatch, tmp_path):
    run = Run(pool, monkeypatch, tmp_path, given=[{"error": 0.7, "seconds": 30.0}], budget=2.5, most=None)
    run.go()
    assert run.cv.clock.elapsed() < 2.5 + 0.7
    assert next(t for t in run.result.trials if t.params.get("seconds")).reason == "out of time"


def test_ctrl_c_keeps_what_has_ended_and_leaves_the_workers_usable(pool, monkeypatch, tmp_path):
    run = Run(pool, monkeypatch, tmp_path, seconds=0.2, given=[{"error": 0.5, "seconds": 30.0}], most=None)
    target = threading.main_thread().ident
    threading.Timer(1.2, signal.pthread_kill, (target, signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run.go()
    interrupts.answered()  # as the stage of the search does
    assert time.monotonic() - started < 4.0
    assert 0.5 not in [t.params["error"] for t in run.result.trials]
    assert 1 <= len(run.result.trials) <= 4
    assert all(t.ok for t in run.result.trials)
    assert pool.call(os.getpid, seconds=20.0) in {worker.process.pid for worker in pool.members if worker.process}
    assert run.cv.judge(run.cv.candidate("network", run.start.params), 0)


def test_an_error_in_a_thread_is_raised(pool, monkeypatch, tmp_path):
    def end(_trial):
        raise RuntimeError("no space left on the device")

    run = Run(pool, monkeypatch, tmp_path, end=end)
    with pytest.raises(RuntimeError, match="no space left"):
        run.go()
    assert pool.free == pool.members


@pytest.mark.parametrize("troubles", [("diverge", "") * 3, ("memory",) * 6, ("raise", "diverge", "memory", "die once")])
def test_failures_of_every_kind_are_recorded_and_the_search_goes_on(pool, monkeypatch, tmp_path, troubles):
    reasons = {"diverge": "the loss is not finite", "memory": "out of memory", "raise": "KeyError: 'key'"}
    given = [{"error": round(0.9 - n / 20, 2), "trouble": trouble} for n, trouble in enumerate(troubles)]
    run = Run(pool, monkeypatch, tmp_path, given=given, most=len(given) + 1)
    run.go()
    assert len(run.result.trials) == len(given) + 1
    for trial in run.result.trials:
        assert trial.reason.startswith(reasons.get(trial.params.get("trouble"), "")), trial.reason
        assert trial.ok == (trial.params.get("trouble") not in reasons)


def test_hopeless_trials_are_given_up_here_too(pool, monkeypatch, tmp_path):
    monkeypatch.setattr(trials, "hopeless", lambda trial, *_: "behind" if trial.params["error"] == 0.95 else "")
    run = Run(pool, monkeypatch, tmp_path, given=[{"error": 0.95}])
    run.go()
    given_up = [t for t in run.result.trials if t.pruned]
    assert [(t.params["error"], t.reason, t.ok, len(t.losses)) for t in given_up] == [(0.95, "behind", False, 1)]
    assert run.times_run(0.95) == 1


def test_one_worker_searches_without_threads(pool, monkeypatch, tmp_path):
    alone = Workers(pool.members[:1])
    seen = set()
    run = Run(alone, monkeypatch, tmp_path, most=3, end=lambda _trial: seen.add(threading.current_thread()))
    run.go()
    assert seen == {threading.main_thread()}
    assert len(run.pids) == 1
