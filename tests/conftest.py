"""Fixtures that several folders share, and the order of the tests."""

import signal
from pathlib import Path

import numpy as np
import pytest

from automl import interrupts

SHARED = Path(__file__).resolve().parents[1] / "../shared/data"


def pytest_collection_modifyitems(items):
    """Fast tests first, then the slow ones, the browser last: what breaks easily is told early."""
    items.sort(key=lambda item: ("browser" in item.keywords) * 2 + ("slow" in item.keywords))


@pytest.fixture(autouse=True)
def _presses_as_before():
    """The command line answers Ctrl-C for the process it runs in; the next test finds it as the last one did."""
    before = {number: signal.getsignal(number) for number in interrupts.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    interrupts.answered()


@pytest.fixture(scope="session")
def shared_data():
    """The folder of benchmark data beside the repository; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("there is no benchmark data beside the repository")
    return SHARED.resolve()


@pytest.fixture(scope="session")
def clients():
    """120 rows, two numbers and a city; the class follows the first number."""
    import pandas as pd

    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.normal(40, 9, 120).round(1),
            "visits": rng.poisson(3, 120),
            "city": rng.choice(["Basel", "Bern", "Chur"], 120),
        }
    )
    return frame.assign(bought=np.where(frame["age"] + rng.normal(0, 4, 120) > 40, "yes", "no"))
