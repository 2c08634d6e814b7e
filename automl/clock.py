"""One clock for the whole run: from process start to exit, with a hard limit around single steps.

A budget is a maximum. Everything that takes time asks the clock, so that a run ends inside its budget whatever it does.
"""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from automl import interrupts
from automl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
IMPORTED = time.monotonic()
STARTUP = 1.0
"""Most seconds that Python takes from its start to the import of this module; about 0.1 where we measured it."""


class OutOfTime(Exception):  # noqa: N818 (a control-flow signal, not an error)
    """Raised inside `Clock.limit` when its seconds are over."""


def parse_budget(text: str | float) -> float:
    """Seconds from '60s', '10m', '2h', '90' or a number.

    Raises:
        UsageError: not a duration, or not positive.
    """
    match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*([smh]?)\s*", str(text).lower())
    seconds = float(match[1]) * UNITS[match[2]] if match else 0.0
    if seconds <= 0:
        hint = "a duration such as 60s, 10m or 2h"
        raise UsageError.unreadable("budget", text, where="--budget", hint=hint, is_amount=match is not None)
    return seconds


def process_age() -> float:
    """Seconds since this program started; since this module was imported where the system does not tell.

    A shell may run its last command in its own process (`sh -c 'pip install . && automl fit ...'`), which then looks
    as old as the shell: what came before the import of this module counts for `STARTUP` seconds at most.
    """
    imported = time.monotonic() - IMPORTED
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        before = uptime - ticks / os.sysconf("SC_CLK_TCK") - imported
    except (OSError, ValueError, IndexError, AttributeError):
        before = 0.0
    return imported + min(max(before, 0.0), STARTUP)


@dataclass
class Clock:
    """Time of one run.

    Attributes:
        budget: seconds allowed in all; None counts trials instead of seconds (`--trials N`): then no step is ever
            limited, shortened or skipped by the clock, so that a run repeats exactly.
        started: `time.monotonic()` of the start.
    """

    budget: float | None
    started: float = field(default_factory=time.monotonic)

    @classmethod
    def since_process_start(cls, budget: float | None) -> Clock:
        """A clock that already counts what the imports took."""
        return cls(budget, time.monotonic() - process_age())

    @property
    def counts_trials(self) -> bool:
        """True when sizes come from counts, never from time."""
        return self.budget is None

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def left(self, reserve: float = 0.0) -> float:
        """Seconds until `reserve` seconds before the end; infinite when trials are counted."""
        return float("inf") if self.budget is None else self.budget - reserve - self.elapsed()

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Raise `OutOfTime` in the body after `seconds`.

        Works by a timer signal, which Python delivers to the main thread between bytecodes: solvers that call back into
        Python every iteration are stopped there; where no exception may be raised, as soon as it may. In other threads,
        and where trials are counted, nothing is limited.
        """
        usable = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if self.budget is None or seconds == float("inf") or not usable:
            yield
            return
        if seconds <= 0:
            raise OutOfTime

        def stop(_signal: int, frame: FrameType | None) -> None:
            if not interrupts.must_wait(frame):
                raise OutOfTime
            signal.setitimer(signal.ITIMER_REAL, interrupts.AGAIN)

        previous = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
