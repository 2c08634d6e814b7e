"""The worker process: imports Keras once, then runs the calls it is sent until it is killed or left alone.

Networks train here and Keras Tuner's oracle lives here, so that the main process never pays for their imports, their
memory growth ends with the process, and a fit that overruns its time can be killed.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from multiprocessing.connection import Client
from typing import Any

from automl import interrupts
from automl.clock import OutOfTime
from automl.errors import AutoMLError
from automl.families.base import FitFailed
from automl.workers.executor import WorkerError, resolve


def main(address: str) -> None:
    """Connect to the parent and serve it."""
    for press in interrupts.SIGNALS:  # they may reach the parent's group, and so us: the parent decides what ends
        signal.signal(press, signal.SIG_IGN)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    import keras  # noqa: F401 (the import that takes seconds: done before the first call)
    import keras_tuner  # noqa: F401

    with Client(address, authkey=os.environ["AUTOML_WORKER_KEY"].encode()) as connection:
        shared: dict[str, Any] = {}
        while True:
            try:
                kind, *message = connection.recv()
            except EOFError:
                return
            if kind == "share":
                shared[message[0]] = message[1]
                continue
            connection.send(answer(message[0], resolve(message[1], shared)))


def answer(function: Any, arguments: list[Any]) -> tuple[bool, Any]:
    """(True, result) or (False, error); errors that would not survive the way become text."""
    try:
        return True, function(*arguments)
    except (AutoMLError, FitFailed, OutOfTime) as error:
        return False, error
    except MemoryError:
        return False, FitFailed("out of memory")
    except Exception as error:  # noqa: BLE001 (whatever a trial raises is recorded as its failure; the search goes on)
        where = traceback.format_exc(limit=-3)
        return False, WorkerError(f"{type(error).__name__}: {error}", where=where)


if __name__ == "__main__":
    main(sys.argv[1])
