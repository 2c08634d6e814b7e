"""Several workers as one executor: a call goes to a free one, a shared value to all."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from automl.clock import OutOfTime
from automl.workers.executor import WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from automl.workers.executor import Worker

R = TypeVar("R")
PAUSE = 0.02
"""Seconds between two looks at workers that start."""


@dataclass
class Workers:
    """Workers that are started already, the first ones taken first.

    Attributes:
        members: all of them; never empty.
        free: those that no one has taken.
    """

    members: list[Worker]
    free: list[Worker] = field(init=False)

    def __post_init__(self) -> None:
        """All are free."""
        self.free = list(self.members)
        self.freed = threading.Condition()

    @contextmanager
    def taken(self, seconds: float = float("inf")) -> Iterator[Worker]:
        """A worker of one's own for the body, one that is ready when there is one.

        Raises:
            OutOfTime: none became free in time.
        """
        with self.freed:
            if not self.freed.wait_for(lambda: self.free, None if seconds == float("inf") else max(seconds, 0.0)):
                raise OutOfTime
            worker = next((w for w in self.free if w.ready), self.free[0])
            self.free.remove(worker)
        try:
            yield worker
        finally:
            with self.freed:
                self.free = [w for w in self.members if w is worker or w in self.free]
                self.freed.notify()

    def share(self, name: str, value: object) -> None:
        """Share with all; not while a call runs."""
        for worker in self.members:
            worker.share(name, value)

    def call(self, function: Callable[..., R], *arguments: Any, seconds: float = float("inf")) -> R:
        """Call in a free worker; waiting for one counts."""
        started = time.monotonic()
        with self.taken(seconds) as worker:
            return worker.call(function, *arguments, seconds=seconds - (time.monotonic() - started))

    def wait_ready(self, seconds: float) -> None:
        """Wait until the first of them is ready.

        Raises:
            OutOfTime: none was in time.
            WorkerDied: all ended while they started.
        """
        deadline = time.monotonic() + seconds
        starting = list(self.members)
        while not any(worker.ready for worker in self.members):
            for worker in list(starting):
                try:
                    worker.wait_ready(0.0)
                except OutOfTime:
                    continue
                except WorkerDied:  # a GPU that cannot be used need not keep the others from it
                    starting.remove(worker)
                    if not starting:
                        raise
            if time.monotonic() > deadline:
                raise OutOfTime
            time.sleep(PAUSE)

    def kill_busy(self) -> None:
        """Kill the processes of those that are taken: a call that waits for one ends at once, and it is replaced."""
        with self.freed:
            busy = [worker for worker in self.members if worker not in self.free]
        for worker in busy:
            if worker.process is not None:
                worker.process.kill()

    def close(self) -> None:
        """End all."""
        for worker in self.members:
            worker.close()
