"""Ctrl-C that is not lost: Python drops an exception that is raised inside a library's callback; the press stays here.

Python's own handler raises KeyboardInterrupt wherever the program happens to be. In a callback from compiled code, or
in a finaliser, that exception is printed and forgotten, and the run would go on to its end; in the callback that hands
XGBoost its data, XGBoost may abort the process; in the import system it can leave a lock taken, and the thread that
imports beside us waits for ever. There the press waits until the program is out of it.

To be told to end (SIGTERM: `kill`, `docker stop`, schedulers) is a press, too, and so is a terminal that closes
(SIGHUP).
"""

from __future__ import annotations

import _thread
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

CALLBACKS = ("_next_wrapper", "_reset_wrapper")
"""Functions that XGBoost's compiled code calls: no exception may leave them."""

IMPORTER = "<frozen importlib._bootstrap>"
"""The file name of the import system's own functions, which take locks that an exception may leave taken."""

SIGNALS = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}
"""What counts as a press, and who answers it unless somebody asked for something else."""

AGAIN = 0.05
"""Seconds until what had to wait is tried again."""

TOGETHER = 0.5
"""Seconds after a press in which a further one is the same: `timeout`, and a shell whose terminal closes, signal the
program and then its whole group, and a second press would end what the first one asked to be finished."""

_pressed = threading.Event()
_holding = threading.Event()
_raised = [float("-inf")]
"""When the last press came through (`time.monotonic`)."""


def watch() -> None:
    """Remember presses from now on; for the main thread of the command line, which owns the signals."""
    _raised[0] = float("-inf")
    for number, default in SIGNALS.items():
        if signal.getsignal(number) is default:
            signal.signal(number, _press)


def _press(number: int, frame: FrameType | None) -> None:
    if time.monotonic() - _raised[0] < TOGETHER:
        return
    _pressed.set()
    if not must_wait(frame):
        _raised[0] = time.monotonic()
        raise KeyboardInterrupt
    later = threading.Timer(AGAIN, _again, (number,))
    later.daemon = True
    later.start()


def _again(number: int) -> None:
    """From a timer's thread: the main thread looks again, unless somebody answered meanwhile."""
    if _pressed.is_set():
        _thread.interrupt_main(signal.Signals(number))


def must_wait(frame: FrameType | None) -> bool:
    """Whether no exception may be raised now: in the import system, in a callback of compiled code, or in `held`."""
    if _holding.is_set() or (frame is not None and frame.f_code.co_filename == IMPORTER):
        return True
    while frame is not None:
        if frame.f_code.co_name in CALLBACKS:
            return True
        frame = frame.f_back
    return False


def behind(error: BaseException) -> bool:
    """Whether the error stands for Ctrl-C: libraries turn an exception that they meet into one of their own."""
    return isinstance(error, KeyboardInterrupt) or _pressed.is_set()


@contextmanager
def held() -> Iterator[None]:
    """Hold presses back in the body: for what must not be left half done, and takes no time."""
    _holding.set()
    try:
        yield
    finally:
        _holding.clear()


def finish() -> None:
    """Make sure that the exit code is ours: `python -m` ends by the signal once a press crossed `exec` of a text.

    CPython remembers that (`unhandled_keyboard_interrupt` of its runtime) until a text is next run.
    """
    exec("")  # noqa: S102 - a constant text


def check() -> None:
    """Raise the KeyboardInterrupt of a press that nobody has answered yet; in the main thread only.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed, and `answered` was not called since.
    """
    if _pressed.is_set() and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt


def answered() -> None:
    """Called where a KeyboardInterrupt is caught: the run is ending as asked, and its last fits may go on."""
    _pressed.clear()
