"""Where fits run: here, or in a worker process that can be killed at the deadline.

`Executor` is small on purpose: `call(function, *arguments)` and `share(name, value)`. Functions are module-level and
travel by name; large values are shared once and then named by `Shared`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from automl import devices
from automl.clock import OutOfTime
from automl.errors import AutoMLError

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.clock import Clock

R = TypeVar("R")
GROWTH = 0.2
"""Share of the memory by which a worker may outgrow its size after its first call: what compiled networks leave behind
adds up over a search."""
GRACE = 1.0
"""Seconds a worker may run over its own limit before it is killed: fits stop themselves first."""


@dataclass(frozen=True)
class Shared:
    """Stands for a value that was shared under this name."""

    name: str


class WorkerDied(Exception):  # noqa: N818 (an outcome: the trial is queued again once)
    """The worker process ended while it was running a call."""


class Executor(Protocol):
    """Runs calls one at a time."""

    def share(self, name: str, value: object) -> None:
        """Keep a value under a name for later calls."""
        ...

    def call(self, function: Callable[..., R], *arguments: Any, seconds: float = float("inf")) -> R:
        """The function's result; raises what it raises, or `OutOfTime` when `seconds` are over."""
        ...

    def wait_ready(self, seconds: float) -> None:
        """Wait until calls start at once; raises `OutOfTime` or `WorkerDied`."""
        ...

    def close(self) -> None:
        """End it; nothing is waited for."""
        ...


@dataclass
class Here:
    """Runs calls in this process, limited by the clock's signal."""

    clock: Clock
    shared: dict[str, Any] = field(default_factory=dict)

    def share(self, name: str, value: object) -> None:
        """Keep a reference."""
        self.shared[name] = value

    def call(self, function: Callable[..., R], *arguments: Any, seconds: float = float("inf")) -> R:
        """Call the function; `OutOfTime` interrupts it."""
        with self.clock.limit(max(seconds * 1.2, seconds + GRACE)):
            return function(*resolve(arguments, self.shared))

    def wait_ready(self, seconds: float) -> None:
        """Always ready."""

    def close(self) -> None:
        """Nothing to end."""


@dataclass
class Worker:
    """A worker process with its own Keras, started at once and connected to when first needed.

    A killed one is replaced when it is next needed: importing Keras would slow what else goes on, often for nothing.
    One that has grown (see `GROWTH`) is killed between calls.

    Attributes:
        environment: variables on top of ours (threads, visible GPUs).
        process: None when it was killed and nothing has been asked of it since.
        size: bytes it held after its first call; 0 before.
    """

    environment: dict[str, str] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    connection: Connection | None = None
    size: int = 0

    def __post_init__(self) -> None:
        """Start the process; it imports Keras while we go on."""
        self.start()

    def start(self) -> None:
        """Start a fresh process that will call back on a private socket; its temporary files go when it is killed."""
        self.folder = tempfile.TemporaryDirectory(prefix="automl-worker-", ignore_cleanup_errors=True)
        key = secrets.token_hex(16)
        self.listener = Listener(str(Path(self.folder.name) / "socket"), authkey=key.encode())
        environment = os.environ | self.environment | {"AUTOML_WORKER_KEY": key, "TMPDIR": self.folder.name}
        command = [sys.executable, "-m", "automl.workers.worker", str(self.listener.address)]
        self.log = (Path(self.folder.name) / "log").open("wb")
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        self.connection = None
        self.arrived: list[Connection] = []
        threading.Thread(target=self._accept, args=(self.listener, self.arrived), daemon=True).start()

    @staticmethod
    def _accept(listener: Listener, arrived: list[Connection]) -> None:
        """Wait for the worker in a thread of its own: accepting knows no timeout."""
        with contextlib.suppress(OSError, EOFError):  # the listener is closed when the worker is given up
            arrived.append(listener.accept())

    def connect(self, seconds: float) -> Connection:
        """The connection to a worker that is ready.

        Raises:
            OutOfTime: it was not ready in time.
            WorkerDied: it ended while starting, with the end of its log.
        """
        deadline = time.monotonic() + seconds
        if self.process is None:
            self.start()
        assert self.process is not None
        while self.connection is None:
            if self.process.poll() is not None:
                raise self._died()
            if time.monotonic() > deadline:
                raise OutOfTime
            if self.arrived:
                self.connection = self.arrived[0]
                for name, value in self.shared.items():
                    self._send_shared(name, value)
            else:
                time.sleep(0.02)
        return self.connection

    @property
    def ready(self) -> bool:
        """True when a call would start at once."""
        return self.connection is not None or bool(self.arrived)

    def wait_ready(self, seconds: float) -> None:
        """Wait for the worker's imports."""
        self.connect(seconds)

    def share(self, name: str, value: object) -> None:
        """Send the value now, or when the worker is ready; a value it has already is not sent again."""
        if name in self.shared and self.shared[name] is value:
            return
        self.shared[name] = value
        if self.connection is not None:
            self._send_shared(name, value)

    def _send_shared(self, name: str, value: object) -> None:
        assert self.connection is not None
        with contextlib.suppress(ConnectionError):  # it has ended: the next call notices, and starts a fresh one
            self.connection.send(("share", name, value))

    def call(self, function: Callable[..., R], *arguments: Any, seconds: float = float("inf")) -> R:
        """Call the function in the worker; at `seconds` (and a grace) the worker is killed.

        Waiting for a worker that starts counts.
        """
        deadline = time.monotonic() + seconds
        connection = self.connect(seconds)
        try:
            left = deadline - time.monotonic() + GRACE
            succeeded, result = self._answer(connection, ("call", function, arguments), left)
        except (EOFError, ConnectionError) as error:
            raise self._died() from error
        except (OutOfTime, KeyboardInterrupt):
            self.kill()  # a late answer must not be taken for that of the next call
            raise
        self._recycle()
        if not succeeded:
            raise result
        answer: R = result
        return answer

    def _recycle(self) -> None:
        """End a worker that has grown, before memory runs out: the next call starts a fresh one."""
        assert self.process is not None
        now = devices.resident(self.process.pid)
        self.size = self.size or now
        if now - self.size > GROWTH * devices.memory():
            self.kill()

    @staticmethod
    def _answer(connection: Connection, message: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
        """What the worker says to a message; raises `OutOfTime` when it says nothing for `seconds`."""
        started = time.monotonic()
        connection.send(message)
        left = seconds - (time.monotonic() - started)
        if not connection.poll(None if left == float("inf") else max(left, 0)):
            raise OutOfTime
        answer: tuple[bool, Any] = connection.recv()
        return answer

    def _died(self) -> WorkerDied:
        """What to raise when the process has ended; the next call starts a fresh one."""
        words = self.last_words()
        self.kill()
        return WorkerDied(words)

    def last_words(self) -> str:
        """Why the worker ended, as far as it can be known: who is killed says nothing, else the end of its log."""
        assert self.process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):  # its connection closes a moment before it ends
            self.process.wait(1.0)
        if self.process.returncode == -signal.SIGKILL:
            return "the worker process ended: killed by the system, as it is when memory runs out"
        lines = (Path(self.folder.name) / "log").read_text(errors="replace").strip().splitlines()
        return f"the worker process ended: {lines[-1] if lines else 'without a word'}"

    def kill(self) -> None:
        """End it until it is needed again."""
        self.close()
        self.process = self.connection = None
        self.arrived, self.size = [], 0

    def close(self) -> None:
        """Kill the process and remove its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.connection is not None:
            self.connection.close()
        self.listener.close()
        self.log.close()
        self.folder.cleanup()


def resolve(arguments: tuple[Any, ...], shared: dict[str, Any]) -> list[Any]:
    """Arguments with every `Shared` replaced by its value."""
    return [shared[a.name] if isinstance(a, Shared) else a for a in arguments]


class WorkerError(AutoMLError):
    """An error in the worker that is not one of ours, with its traceback as text."""

    exit_code = 1
