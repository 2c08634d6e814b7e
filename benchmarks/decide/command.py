"""Runs of the `automl` command, as a user types it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

KILLED = 124


@dataclass(frozen=True)
class Finished:
    """A command that ended: exit code (124 when it was killed for taking too long), wall seconds, output."""

    code: int
    seconds: float
    stdout: str
    stderr: str

    @property
    def fine(self) -> bool:
        """It ran: 1 says that it found something to complain about."""
        return self.code in {0, 1}


def call(command: str, arguments: list[str], folder: Path, limit: float) -> Finished:
    """Run `command arguments` in the folder and wait for it, at most `limit` seconds."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [*shlex.split(command), *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # its workers end with it
    )
    try:
        stdout, stderr = process.communicate(timeout=limit)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
        code = KILLED
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return Finished(code, time.perf_counter() - start, stdout, stderr)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file; empty when it is not there."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content
