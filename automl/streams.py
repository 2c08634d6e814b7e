"""Standard output and error that outlive whoever reads them: what nobody can read any more is dropped.

Every write fails to a terminal that was closed, and to a pipe whose reader has ended: `| head`, or the `| tee` that
the same Ctrl-C ended. A run must not be lost for the sake of a line of progress.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import Any, TextIO, cast


class _Outliving(io.FileIO):
    """A file descriptor that takes what is written also when its reader has gone."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "w", closefd=False)
        # Of a file the latter means that the disk is broken.
        self._gone = {errno.EPIPE, errno.EIO} if os.isatty(number) else {errno.EPIPE}

    def write(self, data: Any, /) -> int:
        """The number of bytes written or dropped.

        Raises:
            OSError: any other reason why they cannot be written, such as a full disk.
        """
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in self._gone:
                raise
            return memoryview(data).nbytes


def outlive() -> None:
    """Let both streams of the process outlive their readers; what a caller put in their place stays."""
    if sys.stdout is sys.__stdout__:
        sys.stdout = _outliving(sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _outliving(sys.stderr)


def _outliving(stream: TextIO | None) -> TextIO:
    if stream is None:  # closed before the program began (`2>&-`)
        return Path(os.devnull).open("w", encoding="utf-8")
    whole = cast("io.TextIOWrapper", stream)
    raw = io.BufferedWriter(_Outliving(whole.fileno()))
    at_once = whole.line_buffering or whole.write_through
    return io.TextIOWrapper(raw, encoding=whole.encoding, errors=whole.errors, line_buffering=at_once)
