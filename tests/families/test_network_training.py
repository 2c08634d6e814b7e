"""A training run on a machine that is told how fast it is."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("keras")

from automl.families.network import training
from automl.families.network.training import Deadline, Plan, Run

pytestmark = [
    pytest.mark.slow,  # imports Keras
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


class Machine:
    """A trainer whose calls take the seconds given, one after the other; it learns nothing."""

    def __init__(self, seconds):
        self.now, self.seconds = 0.0, list(seconds)
        self.network = SimpleNamespace(get_weights=lambda: [np.zeros(1)], set_weights=lambda _: None)

    def monotonic(self):
        return self.now

    def steps(self, *_):
        self.now += self.seconds.pop(0)


@pytest.mark.parametrize(
    ("seconds", "epochs", "cut"),
    [
        ([0.1] * 20, 2.0, False),
        ([0.1] * 10 + [3.0] * 10, 1.2, True),  # slower in the last epoch, after the horizon was last thought of
    ],
)
def test_a_run_that_the_time_ended_says_so(monkeypatch, seconds, epochs, cut):
    machine = Machine(seconds)
    monkeypatch.setattr(training, "time", machine)
    data = np.zeros((40, 1), np.float32), np.zeros(40, np.float32), np.ones(40, np.float32)
    plan = Plan(batch=4, chunk=1, calls=10, epochs=2, rate=0.1, schedule="constant", seed=0)

    outcome = Run(machine, data, None, plan, Deadline(10.0)).train(0.1)

    assert outcome.cut is cut
    assert outcome.epochs == epochs
