"""The clock of a run."""

import math
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import xgboost

from automl.clock import Clock, OutOfTime, parse_budget, process_age
from automl.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60s", 60), ("10m", 600), ("2h", 7200), ("90", 90), ("1.5m", 90), (" 5 S ", 5), (30, 30), (0.5, 0.5)],
)
def test_parse_budget(text, seconds):
    assert parse_budget(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "0", "0s", "-5s", "5d", "5 s m", "1e3", "inf", "nan"])
def test_a_budget_that_cannot_be_read(text):
    with pytest.raises(UsageError, match="Cannot read the budget") as caught:
        parse_budget(text)

    assert "10m" in caught.value.hint


def test_left_counts_down_to_the_reserve():
    clock = Clock(100.0, time.monotonic() - 40)

    assert clock.elapsed() == pytest.approx(40, abs=1)
    assert clock.left() == pytest.approx(60, abs=1)
    assert clock.left(reserve=50) == pytest.approx(10, abs=1)
    assert not clock.counts_trials


def test_counted_trials_are_never_limited():
    clock = Clock(None, time.monotonic() - 1e6)

    with clock.limit(-1):
        pass

    assert clock.counts_trials
    assert clock.left(reserve=1e9) == math.inf


def test_limit_stops_the_body():
    started = time.monotonic()

    with pytest.raises(OutOfTime), Clock(60.0).limit(0.05):
        _work(30.0)

    assert time.monotonic() - started < 5


def _work(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)


def test_a_limit_waits_until_compiled_code_is_out_of_its_callback():
    class Slow(xgboost.DataIter):
        given = False

        def next(self, input_data):
            _work(0.3)
            if not self.given:
                input_data(data=np.ones((4, 2)), label=np.ones(4))
            self.given = not self.given
            return self.given

        def reset(self):
            self.given = False

    made = []

    def body():
        made.append(xgboost.QuantileDMatrix(Slow()))
        _work(30.0)

    with pytest.raises(OutOfTime), Clock(60.0).limit(0.1):
        body()

    assert len(made) == 1


def test_no_time_left_does_not_start_the_body():
    ran = []

    with pytest.raises(OutOfTime), Clock(60.0).limit(0):
        ran.append(True)

    assert not ran


def test_a_limit_that_was_not_reached_never_fires_later():
    with Clock(60.0).limit(0.05):
        pass

    time.sleep(0.1)  # a timer still set would raise here


def test_threads_are_not_limited():
    ended = []

    def body():
        with Clock(60.0).limit(0.01):
            time.sleep(0.05)
            ended.append(True)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()

    assert ended == [True]


def test_the_clock_counts_from_the_start_of_the_process():
    code = (
        "import time; time.sleep(0.5); from automl.clock import Clock, process_age;"
        "print(process_age(), Clock.since_process_start(9.0).elapsed())"
    )
    age, elapsed = map(float, subprocess.check_output([sys.executable, "-c", code], text=True).split())

    if age == 0.0:
        pytest.skip("this system does not tell when a process started")
    assert 0.45 <= age < 30
    assert elapsed == pytest.approx(age, abs=0.2)


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_the_age_of_a_shell_that_became_this_process_does_not_count():
    code = "from automl.clock import Clock; print(Clock.since_process_start(9.0).elapsed())"

    said = subprocess.check_output(["sh", "-c", f'sleep 2 && exec {sys.executable} -c "{code}"'], text=True)

    assert 0 < float(said) < 1.5


def test_the_age_of_a_process_is_never_negative():
    assert process_age() >= 0
