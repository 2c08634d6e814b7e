import sys

import pytest

from automl.workers import executor as module
from automl.workers.executor import Worker
from tests.workers import standins


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Starts workers that import nothing heavy, and ends them."""
    standins.write(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(module, "GRACE", 0.2)
    started = []

    def make(**environment):
        started.append(Worker({**standins.environment(tmp_path), **environment}))
        return started[-1]

    yield make
    sys.modules.pop("calls", None)
    for worker in started:
        worker.close()


@pytest.fixture
def calls(start):
    import calls

    return calls
