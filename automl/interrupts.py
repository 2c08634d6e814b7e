"""Ctrl-C that is not lost: Python drops an exception that is raised inside a library's callback; the press stays here.

Python's own handler raises KeyboardInterrupt wherever the program happens to be. In a callback from compiled code, or
in a finaliser, that exception is printed and forgotten, and the run would go on to its end; in the callback that hands
XGBoost its data, XGBoost may abort the process.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

CALLBACKS = ("_next_wrapper", "_reset_wrapper")
"""Functions that XGBoost's compiled code calls: no exception may leave them."""

_pressed = threading.Event()


def watch() -> None:
    """Remember Ctrl-C from now on; for the main thread of the command line, which owns the signal."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _press)


def _press(_number: int, frame: FrameType | None) -> None:
    _pressed.set()
    if not _called_back(frame):
        raise KeyboardInterrupt


def _called_back(frame: FrameType | None) -> bool:
    """Whether compiled code waits for one of the functions that run."""
    while frame is not None:
        if frame.f_code.co_name in CALLBACKS:
            return True
        frame = frame.f_back
    return False


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
