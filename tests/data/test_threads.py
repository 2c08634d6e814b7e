import threading

import pytest

from automl.data import threads


def test_in_threads_keeps_order_and_stops_early():
    assert threads.in_threads(lambda x: x * x, range(20), 4) == [x * x for x in range(20)]
    started = []
    gate = threading.Event()

    def fail(item: int) -> None:
        started.append(item)
        if item == 0:
            raise KeyboardInterrupt
        gate.wait(0.01)

    with pytest.raises(KeyboardInterrupt):
        threads.in_threads(fail, range(1000), 2)
    assert len(started) < 1000
