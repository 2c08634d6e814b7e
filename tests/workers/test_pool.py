"""Two workers as one executor."""

import operator
import os
import threading
import time

import numpy as np
import psutil
import pytest

from automl.clock import OutOfTime
from automl.workers.executor import Shared, WorkerDied
from automl.workers.pool import Workers


@pytest.fixture
def two(start):
    pool = Workers([start(AUTOML_TEST="first"), start(AUTOML_TEST="second")])
    pool.wait_ready(20.0)
    return pool


def test_single_calls_go_to_the_first(two):
    two.members[0].wait_ready(20.0)
    assert [two.call(os.getenv, "AUTOML_TEST") for _ in range(3)] == ["first"] * 3


def test_a_call_goes_to_a_free_one(two):
    for worker in two.members:
        worker.wait_ready(20.0)
    with two.taken():
        assert two.call(os.getenv, "AUTOML_TEST") == "second"
    assert two.call(os.getenv, "AUTOML_TEST") == "first"


def test_a_call_waits_for_one_to_become_free(two, calls):
    threads = [threading.Thread(target=two.call, args=(calls.slow, 1, 0.3)) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    assert two.free == []
    assert two.call(operator.add, 2, 3, seconds=10.0) == 5
    for thread in threads:
        thread.join()
    assert two.free == two.members


def test_waiting_for_a_free_one_has_its_time(two):
    with two.taken(), two.taken(), pytest.raises(OutOfTime):
        two.call(operator.add, 2, 3, seconds=0.1)


def test_values_are_shared_with_all(two, calls):
    two.share("values", np.arange(4.0))
    with two.taken():
        assert two.call(calls.total, Shared("values"), 2) == 12
    assert two.call(calls.total, Shared("values"), 1) == 6


def test_one_that_is_ready_goes_before_one_that_starts(start, tmp_path):
    ready = start(AUTOML_TEST="ready")
    ready.wait_ready(20.0)
    (tmp_path / "keras.py").write_text("import time; time.sleep(60)")
    pool = Workers([start(AUTOML_TEST="slow"), ready])
    pool.wait_ready(0.0)
    assert pool.call(os.getenv, "AUTOML_TEST", seconds=5.0) == "ready"


def test_it_is_not_ready_before_the_first(start, tmp_path):
    (tmp_path / "keras.py").write_text("import time; time.sleep(60)")
    pool = Workers([start(), start()])
    with pytest.raises(OutOfTime):
        pool.wait_ready(0.1)


@pytest.mark.parametrize("broken", [1, 2])
def test_it_is_ready_when_one_is_that_can_start(start, tmp_path, broken):
    (tmp_path / "keras.py").write_text("import os\nif os.environ['AUTOML_BROKEN']: raise ImportError('no device')")
    standins = [start(AUTOML_BROKEN="yes" if n < broken else "") for n in range(2)]
    pool = Workers(standins)
    if broken == 2:
        with pytest.raises(WorkerDied, match="no device"):
            pool.wait_ready(20.0)
    else:
        pool.wait_ready(20.0)
        assert pool.call(os.getenv, "AUTOML_BROKEN", seconds=5.0) == ""


def test_one_that_dies_is_given_back_and_replaced(two, calls):
    with pytest.raises(WorkerDied, match="killed by the system"):
        two.call(calls.die)
    assert two.free == two.members
    assert two.call(operator.add, 2, 3) == 5


def test_closing_ends_all(two):
    pids = [worker.process.pid for worker in two.members]
    two.close()
    assert not any(psutil.pid_exists(pid) for pid in pids)
