"""Real networks on two workers, one of them killed in mid-trial."""

import os
import signal
import threading

import pytest

from automl import families
from automl.clock import Clock
from automl.data import split
from automl.evaluate import metrics
from automl.evaluate.crossval import CrossValidation
from automl.evaluate.journal import Journal
from automl.search.trials import Search, Tracker, search
from automl.workers.executor import Here, Worker
from automl.workers.pool import Workers
from automl.workers.start import environment
from tests.fakes import use_fakes
from tests.rows import numbers

pytestmark = pytest.mark.slow


@pytest.fixture
def pool():
    workers = Workers([Worker(environment("-1", 1)) for _ in range(2)])
    yield workers
    workers.close()


def test_a_search_of_networks_survives_a_killed_worker(pool, tmp_path, monkeypatch):
    dataset = numbers("binary", 120)
    first = families.load("network").defaults(dataset.problem, 60)[0]
    small = [{**first, "epochs": 3, "lr": first["lr"] / n} for n in (1, 2, 3, 4, 5)]
    use_fakes(monkeypatch, network={"given": tuple(small), "knobs": ()})
    clock = Clock(120.0)
    metric = metrics.get(dataset.problem.metric, "binary")
    splits = split.splits(dataset, 2, 1, 0)
    cv = CrossValidation(dataset, metric, splits, clock, Here(clock), pool, 2, Journal(tmp_path, "f"))
    for worker in pool.members:
        worker.wait_ready(60.0)
    start = cv.candidate("network", small[0])
    assert cv.judge(start, 0, 60.0), start.reason
    before = [worker.process.pid for worker in pool.members]
    used = set()

    def begin(number):
        if number == 2:
            threading.Timer(0.2, os.kill, (before[1], signal.SIGKILL)).start()

    result = Search([0])
    tracker = Tracker(begin, lambda *_: used.add(threading.current_thread()), lambda _: 5.0)
    search(cv, start, 4, "f", tracker, result)
    assert len(result.trials) == 4, result.stopped
    assert len(used) == 2
    assert [t.reason for t in result.trials if not (t.ok or t.pruned)] == []
    assert pool.members[1].process.pid != before[1]
    assert clock.left() > 0
