"""Sizes of networks by what their steps cost."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("keras")

from automl.families.network.sizing import GUESSED_FLOPS, OVERHEAD, SECONDS_COUNTED, Pace, Sizing

WIDTHS = (64, 32, 16)
KIND = SimpleNamespace(
    sizes=lambda _params: tuple({"width": width} for width in WIDTHS),
    operations=lambda shape, params: 1e6 * params["width"] * shape[0],
)
SIZING = Sizing(KIND, (8,), {"width": "auto", "epochs": 60}, batch=32, steps=10)
EPOCHS = 36
"""Those that there should be time for: a fifth more than half of 60."""


def operations(width):
    """Of a gradient step of 32 rows."""
    return 3 * 32 * 8e6 * width


def whole(width, rate=GUESSED_FLOPS, overhead=0.0):
    """Seconds of so many epochs."""
    return EPOCHS * 10 * (overhead + operations(width) / rate)


@pytest.mark.parametrize(
    ("seconds", "width"),
    [(whole(64), 64), (0.99 * whole(64), 32), (whole(32), 32), (whole(16), 16), (0.1 * whole(16), 16)],
)
def test_the_largest_size_that_has_time_for_half_its_horizon(seconds, width):
    assert SIZING.largest(Pace(), seconds * (1 + 1e-9)) == {"width": width}


def test_without_the_time_it_should_have_a_size_is_taken_that_is_about_as_fast_as_the_smallest():
    much_overhead = Pace(GUESSED_FLOPS, overhead=operations(16) / GUESSED_FLOPS)  # steps of 5, 3 and 2 times that
    assert SIZING.largest(much_overhead, 1e-3) == {"width": 32}
    assert SIZING.largest(Pace(), 1e-3) == {"width": 16}


def test_without_a_limit_sizes_come_from_counts():
    assert SIZING.largest(Pace(), np.inf) == SIZING.largest(Pace(), SECONDS_COUNTED)


def test_a_measured_step_tells_operations_from_overhead():
    pace = Pace.measured(operations(32), 0.105)
    assert pace.seconds(operations(32)) == pytest.approx(0.105)
    assert pace.seconds(0.0) == OVERHEAD
    assert Pace.measured(operations(32), 0.001).overhead == 0.0005


@pytest.mark.parametrize(
    ("step", "left", "building", "expected"),
    [
        (0.5, whole(32, operations(64) / 0.495, OVERHEAD) + 2.0, 2.0, {"width": 32}),
        (0.5, 2.5, 2.0, None),  # building takes nearly all of the time
        (0.1, 2.0, 0.2, {"width": 16}),
        (0.006, 1.0, 0.1, None),  # half of a step is overhead: none is much faster
    ],
)
def test_a_smaller_network_is_built_where_it_trains_for_far_more_epochs(step, left, building, expected):
    assert SIZING.better({"width": 64}, step, left, building) == expected
