"""The worker process, with stand-ins for Keras so that it starts at once."""

import operator
import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from automl import interrupts
from automl.clock import Clock, OutOfTime
from automl.errors import UsageError
from automl.families.base import FitFailed
from automl.workers import executor as module
from automl.workers.executor import Here, Shared, WorkerDied, WorkerError


def interrupt_soon(seconds):
    target = threading.main_thread().ident
    threading.Timer(seconds, lambda: signal.pthread_kill(target, signal.SIGINT)).start()


def test_calls_run_in_another_process_one_after_the_other(start):
    worker = start()
    assert worker.call(operator.add, 2, 3) == 5
    assert worker.call(os.getpid) == worker.process.pid != os.getpid()
    worker.wait_ready(0.0)


def test_the_environment_reaches_it(start):
    assert start(AUTOML_TEST="yes").call(os.getenv, "AUTOML_TEST") == "yes"


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("usage", UsageError, "What.\n  where: here\n  try: that"),
        ("failed", FitFailed, "diverged"),
        ("broke", WorkerError, "KeyError: 'key'"),
        ("memory", FitFailed, "out of memory"),
    ],
)
def test_errors_travel_with_their_type_and_the_worker_lives_on(start, calls, name, kind, message):
    worker = start()
    pid = worker.call(os.getpid)
    with pytest.raises(kind) as caught:
        worker.call(getattr(calls, name))
    assert str(caught.value).startswith(message)
    assert worker.call(os.getpid) == pid


@pytest.mark.parametrize(("grown", "same"), [(19, True), (21, False)])
def test_a_worker_that_has_grown_is_replaced_between_calls(start, monkeypatch, grown, same):
    sizes = iter([300, 300, 300 + grown, 300, 300, 300])
    monkeypatch.setattr(module.devices, "memory", lambda: 100)
    monkeypatch.setattr(module.devices, "resident", lambda _process: next(sizes))
    worker = start()
    worker.share("values", np.arange(3.0))
    first, second, third = (worker.call(os.getpid) for _ in range(3))
    assert first == second == third  # it answers before it is ended
    assert (worker.call(os.getpid) == first) is same
    assert worker.call(operator.getitem, Shared("values"), 2) == 2.0


def test_an_unknown_error_brings_its_place(start, calls):
    with pytest.raises(WorkerError) as caught:
        start().call(calls.broke)
    assert "calls.py" in caught.value.where


def test_a_killed_worker_is_replaced(start, calls):
    worker = start()
    with pytest.raises(WorkerDied, match="the worker process ended"):
        worker.call(calls.die)
    assert worker.call(operator.add, 2, 3) == 5


def test_a_worker_that_is_late_is_replaced_only_when_it_is_needed(start):
    worker = start()
    worker.wait_ready(20.0)
    with pytest.raises(OutOfTime):
        worker.call(time.sleep, 30.0, seconds=0.0)
    assert worker.process is None
    assert not worker.ready
    assert worker.call(operator.add, 2, 3) == 5


def test_a_worker_killed_between_calls_is_replaced(start):
    worker = start()
    first = worker.call(os.getpid)
    os.kill(first, signal.SIGKILL)
    worker.process.wait()
    with pytest.raises(WorkerDied):
        worker.call(operator.add, 2, 3)
    assert worker.call(os.getpid) != first


def test_a_worker_killed_while_it_starts_is_replaced(start):
    worker = start()
    worker.process.kill()
    worker.process.wait()
    with pytest.raises(WorkerDied, match="killed by the system"):
        worker.call(operator.add, 2, 3)
    assert worker.call(operator.add, 2, 3) == 5


def test_a_worker_that_cannot_start_says_why(start, tmp_path):
    (tmp_path / "keras.py").write_text("raise ImportError('no keras here')")
    with pytest.raises(WorkerDied, match="no keras here"):
        start().call(operator.add, 2, 3)


def test_shared_values_are_sent_once_and_survive_a_restart(start, calls):
    worker = start()
    worker.share("values", np.arange(4.0))
    assert worker.call(calls.total, Shared("values"), 2) == 12
    worker.share("values", np.ones(3))
    assert worker.call(calls.total, Shared("values"), 2) == 6
    with pytest.raises(WorkerDied):
        worker.call(calls.die)
    assert worker.call(calls.total, Shared("values"), 3) == 9


def test_a_value_it_has_already_is_not_sent_again(start, monkeypatch):
    worker = start()
    values = np.ones(3)
    worker.share("values", values)
    worker.call(os.getpid)
    sent = []
    monkeypatch.setattr(worker, "_send_shared", lambda name, _value: sent.append(name))
    worker.share("values", values)
    assert sent == []
    worker.share("values", values.copy())
    assert sent == ["values"]


def test_waiting_for_a_worker_counts_as_time_of_the_call(start, calls, tmp_path):
    (tmp_path / "keras.py").write_text("import time; time.sleep(0.8)")
    worker = start()
    started = time.monotonic()
    with pytest.raises(OutOfTime):
        worker.call(calls.slow, 1, 5.0, seconds=1.5)
    assert time.monotonic() - started < 2.5


def test_sharing_with_a_worker_that_has_died_is_no_error(start, calls):
    worker = start()
    os.kill(worker.call(os.getpid), signal.SIGKILL)
    worker.process.wait()
    worker.share("values", np.ones(300_000))
    with pytest.raises(WorkerDied):
        worker.call(calls.total, Shared("values"), 1)
    assert worker.call(calls.total, Shared("values"), 1) == 300_000


def test_a_call_over_its_time_is_killed(start, calls):
    worker = start()
    pid = worker.call(os.getpid)
    started = time.monotonic()
    with pytest.raises(OutOfTime):
        worker.call(calls.slow, 1, 30, seconds=0.2)
    assert time.monotonic() - started < 5
    assert not psutil.pid_exists(pid)
    assert worker.call(operator.add, 2, 3) == 5


def test_a_worker_that_is_not_ready_in_time_is_not_killed(start):
    worker = start()
    with pytest.raises(OutOfTime):
        worker.call(operator.add, 2, 3, seconds=0.0)
    pid = worker.process.pid
    assert worker.call(os.getpid) == pid


def test_an_interrupted_call_leaves_no_answer_behind(start, calls):
    worker = start()
    worker.call(operator.add, 1, 1)
    interrupt_soon(0.2)
    with pytest.raises(KeyboardInterrupt):
        worker.call(calls.slow, "late", 1.0)
    assert worker.call(calls.slow, "mine", 0.0) == "mine"


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_the_parent_decides_what_ends(start, number):
    worker = start()
    pid = worker.call(os.getpid)
    os.kill(pid, number)
    time.sleep(0.1)
    assert worker.call(os.getpid) == pid


def test_closing_leaves_nothing_behind(start):
    worker = start()
    pid, folder = worker.call(os.getpid), Path(worker.folder.name)
    worker.close()
    assert not psutil.pid_exists(pid)
    assert not folder.exists()


def test_temporary_files_go_with_it(start):
    worker = start()
    folder = Path(worker.call(tempfile.mkdtemp))
    assert folder.is_dir()
    worker.close()
    assert not folder.exists()


def test_closing_while_it_starts_leaves_nothing_behind(start):
    worker = start()
    pid = worker.process.pid
    worker.close()
    assert not psutil.pid_exists(pid)


def test_a_worker_whose_parent_is_gone_ends(start):
    worker = start()
    worker.call(operator.add, 1, 1)
    worker.connection.close()
    assert worker.process.wait(10) == 0


def test_here_runs_in_this_process():
    here = Here(Clock(None))
    here.share("values", [1, 2])
    assert here.call(sum, Shared("values")) == 3
    assert here.call(os.getpid) == os.getpid()
    with pytest.raises(KeyError):
        here.call(operator.getitem, {}, "x")


def test_here_is_limited_by_the_signal(monkeypatch):
    monkeypatch.setattr(module, "GRACE", 0.0)
    here = Here(Clock(60.0))
    started = time.monotonic()
    with pytest.raises(OutOfTime):
        here.call(time.sleep, 5, seconds=0.2)
    assert time.monotonic() - started < 2
    assert here.call(operator.add, 1, 1, seconds=0.2) == 2
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
