"""What a fitted model costs to use: seconds of a prediction, bytes on disk, memory of the process that fitted it."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.dataset import take
from automl.units import duration, size

if TYPE_CHECKING:
    from automl.data.dataset import Inputs
    from automl.families.base import Model

MANY_ROWS = 10_000
STEPS = (100, 1_000, MANY_ROWS)
"""Numbers of rows timed one after the other; the next is timed only when it is expected to end in time."""
CALLS = 5
"""Predictions of one row whose median is the latency."""
MOST_SECONDS, LEAST_SECONDS = 1.0, 0.05
"""Bounds of the seconds spent on timing predictions, whatever the fit left of its own limit."""
ONE_ROW_SHARE = 0.4
"""Share of those seconds after which no further single row is timed."""


@dataclass(frozen=True)
class ModelCost:
    """What it costs to use a model on the machine, and with the libraries, that fitted it.

    Attributes:
        predict_one_seconds: wall-clock seconds to predict one row, encoding included: median of a few calls.
        predict_many_seconds: the same for `many_rows` rows in one call; of a slow model from fewer rows, by a line.
        many_rows: rows of that call.
        bytes: of the saved model with its encoder.
        peak_memory_bytes: highest resident memory of the process up to the end of this fit, or None where the system
            does not tell. It never falls: of models fitted in one process it bounds the later ones from above.
    """

    predict_one_seconds: float
    predict_many_seconds: float
    many_rows: int
    bytes: int
    peak_memory_bytes: int | None = None


def over_limit(cost: ModelCost | None, latency_seconds: float | None, size_bytes: int | None) -> str:
    """Why a model is over a limit; '' when it is not, or was not weighed."""
    reasons = []
    if cost is not None and latency_seconds is not None and cost.predict_one_seconds > latency_seconds:
        reasons.append(f"one row takes {duration(cost.predict_one_seconds)}, {duration(latency_seconds)} allowed")
    if cost is not None and size_bytes is not None and cost.bytes > size_bytes:
        reasons.append(f"its model has {size(cost.bytes)}, {size(size_bytes)} allowed")
    return "; ".join(reasons)


def weigh(model: Model, inputs: Inputs, saved: Path | None = None, seconds: float = MOST_SECONDS) -> ModelCost:
    """What the model costs to use.

    Args:
        inputs: rows to predict, at least one; repeated when they are fewer than a step needs.
        saved: folder that the model was written to; None writes it to a folder that is deleted again.
        seconds: left for timing predictions; kept between `LEAST_SECONDS` and `MOST_SECONDS`.
    """
    memory = peak_memory()
    until = time.monotonic() + min(max(seconds, LEAST_SECONDS), MOST_SECONDS)
    one = _one_row(model, inputs, until)
    rows, many = _many_rows(model, inputs, until, one)
    if rows < MANY_ROWS:
        many += max(many - one, 0.0) / max(rows - 1, 1) * (MANY_ROWS - rows)
    return ModelCost(one, many, MANY_ROWS, _bytes(model, saved), memory)


def _one_row(model: Model, inputs: Inputs, until: float) -> float:
    """Median seconds of a prediction of one row, after one that is not counted: networks are compiled in it."""
    row = repeated(inputs, 1)
    stop = time.monotonic() + ONE_ROW_SHARE * (until - time.monotonic())
    _timed(model, row)
    times = [_timed(model, row)]
    while len(times) < CALLS and time.monotonic() < stop:
        times.append(_timed(model, row))
    return float(np.median(times))


def _many_rows(model: Model, inputs: Inputs, until: float, one: float) -> tuple[int, float]:
    """The largest step that is expected to end in time, and its seconds; one row when none is."""
    done, seconds = 1, one
    for rows in STEPS:
        # Most of one row's time is the fixed part of a call: a hundred rows are expected to cost as much.
        expected = seconds if done == 1 else seconds * rows / done
        if time.monotonic() + expected > until:
            break
        done, seconds = rows, _timed(model, repeated(inputs, rows))
    return done, seconds


def _timed(model: Model, rows: Any) -> float:
    started = time.perf_counter()
    model.predict(rows)
    return time.perf_counter() - started


def repeated(inputs: Inputs, rows: int) -> Inputs:
    """So many rows of the inputs, from the first on, repeated when there are fewer."""
    return take(inputs, np.arange(rows) % len(inputs))


def _bytes(model: Model, saved: Path | None) -> int:
    """Bytes of the files of the saved model."""
    if saved is not None:
        return folder_bytes(saved)
    with tempfile.TemporaryDirectory(prefix="automl-weigh-", ignore_cleanup_errors=True) as folder:
        model.save(Path(folder))
        return folder_bytes(Path(folder))


def folder_bytes(folder: Path) -> int:
    """Bytes of all files in a folder and below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def peak_memory() -> int | None:
    """Highest resident memory of this process so far in bytes; None where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)
