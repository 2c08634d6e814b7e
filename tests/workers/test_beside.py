import operator
import threading
import time

import pytest

from automl.clock import Clock, OutOfTime
from automl.workers.beside import Beside
from automl.workers.executor import Here, WorkerDied
from automl.workers.pool import Workers


def beside(background, executor=None, budget=None):
    clock = Clock(budget)
    return Beside(executor or Here(clock), background, clock, 0.0)


def test_both_are_done_at_the_end():
    met, done = threading.Barrier(2, timeout=5), []

    def background(_executor):
        met.wait()
        time.sleep(0.1)
        done.append("there")

    with beside(background) as both:
        met.wait()  # passes only when both run at once
        assert both.going
        done.append("here")
    assert done == ["here", "there"]
    assert not both.going


def test_several_threads_run_at_once():
    met = threading.Barrier(3, timeout=5)
    clock = Clock(None)
    with Beside(Here(clock), lambda _: met.wait(), clock, 0.0, lanes=2):
        met.wait()  # passes only when both threads and this one are there


def test_an_error_in_the_thread_is_raised_here():
    def background(_executor):
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), beside(background):
        pass


def test_calls_end_when_the_budget_does():
    def background(executor):
        executor.call(time.sleep, 0.0)

    with pytest.raises(OutOfTime), beside(background, budget=1e-9):
        pass


def test_ctrl_c_ends_the_call_that_is_waited_for(start):
    pool = Workers([start()])
    pool.wait_ready(20.0)
    ended = []

    def background(executor):
        try:
            executor.call(time.sleep, 60.0)
        except WorkerDied as error:
            ended.append(error)
        with pytest.raises(WorkerDied):  # nothing starts any more
            executor.call(time.sleep, 0.0)
        ended.append("refused")

    def interrupt():
        while pool.free:
            time.sleep(0.02)
        time.sleep(0.2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), beside(background, pool):
        interrupt()
    assert len(ended) == 2
    pool.wait_ready(20.0)  # replaced, and free
    assert pool.call(operator.add, 1, 2, seconds=10.0) == 3
