import operator
from types import SimpleNamespace

import pytest

from automl.clock import OutOfTime
from automl.workers.executor import WorkerDied
from automl.workers.until import Until


class Given:
    """An executor that notes the seconds it is given, and dies when told."""

    def __init__(self, *deaths):
        self.deaths, self.seconds, self.shared = list(deaths), [], {}

    def call(self, function, *arguments, seconds):
        self.seconds.append(seconds)
        if self.deaths and self.deaths.pop(0):
            raise WorkerDied("killed")
        return function(*arguments)

    def wait_ready(self, seconds):
        self.seconds.append(seconds)

    def share(self, name, value):
        self.shared[name] = value

    def close(self):
        self.seconds.append("closed")


def clock(budget):
    return SimpleNamespace(left=lambda reserve: budget - reserve)


@pytest.mark.parametrize(("asked", "given"), [(3.0, 3.0), (9.0, 8.0), (float("inf"), 8.0)])
def test_no_call_gets_more_than_is_left(asked, given):
    inner = Given()
    assert Until(inner, clock(10.0), 2.0).call(operator.add, 2, 3, seconds=asked) == 5
    assert inner.seconds == [given]


def test_without_time_nothing_is_called():
    inner = Given()
    with pytest.raises(OutOfTime):
        Until(inner, clock(2.0), 2.0).call(operator.add, 2, 3)
    assert inner.seconds == []


def test_a_second_try_without_time_says_that_the_worker_died():
    left = [5.0, 0.0]
    until = Until(Given(True), SimpleNamespace(left=lambda _reserve: left.pop(0)), 0.0)
    for _ in range(2):
        with pytest.raises(WorkerDied, match="killed"):
            until.call(operator.add, 2, 3)


def test_given_up_nothing_is_called():
    with pytest.raises(OutOfTime):
        Until(Given(), clock(10.0), 0.0, lambda: True).call(operator.add, 2, 3)


def test_the_rest_is_passed_on():
    inner = Given()
    until = Until(inner, clock(10.0), 4.0)
    until.share("values", 1)
    until.wait_ready(60.0)
    until.close()
    assert inner.shared == {"values": 1}
    assert inner.seconds == [6.0, "closed"]
