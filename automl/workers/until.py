"""An executor whose calls all end by one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from automl.clock import OutOfTime
from automl.workers.executor import WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.clock import Clock
    from automl.workers.executor import Executor

R = TypeVar("R")


@dataclass
class Until:
    """Another executor until so many seconds are left: a task that is run again after its worker died gets the rest.

    Attributes:
        executor: runs the calls.
        clock, reserve: calls end when the clock has `reserve` seconds left.
        given_up: says that no call may start any more.
    """

    executor: Executor
    clock: Clock
    reserve: float
    given_up: Callable[[], bool] = lambda: False
    died: WorkerDied | None = field(default=None, init=False)

    def share(self, name: str, value: object) -> None:
        """Share with the executor."""
        self.executor.share(name, value)

    def call(self, function: Callable[..., R], *arguments: Any, seconds: float = float("inf")) -> R:
        """Call in time.

        Raises:
            WorkerDied: the worker did, now or in the call before this one, for which no time is left.
            OutOfTime: no time is left.
        """
        left = self.clock.left(self.reserve)
        if left <= 0 or self.given_up():
            raise self.died or OutOfTime
        try:
            return self.executor.call(function, *arguments, seconds=min(seconds, left))
        except WorkerDied as error:
            self.died = error
            raise

    def wait_ready(self, seconds: float) -> None:
        """Wait for the executor."""
        self.executor.wait_ready(min(seconds, self.clock.left(self.reserve)))

    def close(self) -> None:
        """End the executor."""
        self.executor.close()
