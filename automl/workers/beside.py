"""Work in a worker process beside work in this one: a thread waits for the worker while this thread goes on."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from automl.workers.pool import Workers
from automl.workers.until import Until

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from automl.clock import Clock
    from automl.workers.executor import Executor

PAUSE = 0.05
"""Seconds between two looks at whether the thread goes on: so long Ctrl-C may wait."""


@dataclass
class Beside:
    """A context: `background` runs in a thread, or in several, while the body runs here; at its end all are done.

    An error in a thread is raised at the end of the body. Ctrl-C ends the threads too: their workers are killed, which
    ends the calls that wait for them, and no further one starts.

    Attributes:
        executor: where `background` runs its calls.
        background: called with an executor whose calls end when the clock has `reserve` seconds left.
        lanes: threads that run it at once: one a worker.
    """

    executor: Executor
    background: Callable[[Executor], None]
    clock: Clock
    reserve: float
    lanes: int = 1
    errors: list[BaseException] = field(default_factory=list)
    given_up: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Start the threads."""
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(self.lanes)]
        for thread in self.threads:
            thread.start()
        return self

    @property
    def going(self) -> bool:
        """True while a thread works."""
        return any(thread.is_alive() for thread in self.threads)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the threads, or end them when the body did not end well."""
        if error is not None:
            self._end()
            return
        try:
            while self.going:
                for thread in self.threads:
                    thread.join(PAUSE)
        except KeyboardInterrupt:
            self._end()
            raise
        if self.errors:
            raise self.errors[0]

    def _run(self) -> None:
        try:
            self.background(Until(self.executor, self.clock, self.reserve, self.given_up.is_set))
        except BaseException as error:  # noqa: BLE001 (raised again in the main thread: a thread has nobody to tell)
            self.errors.append(error)

    def _end(self) -> None:
        self.given_up.set()
        if isinstance(self.executor, Workers):
            self.executor.kill_busy()
        for thread in self.threads:
            thread.join()
