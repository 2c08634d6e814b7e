"""What happened in a run, one JSON object a line, flushed at once: `events.jsonl`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.jsonio import plain

if TYPE_CHECKING:
    from pathlib import Path

    from automl.clock import Clock


@dataclass(frozen=True)
class Events:
    """The event log of one run.

    Attributes:
        path: the file; lines are only ever added.
        clock: gives the seconds since the start.
    """

    path: Path
    clock: Clock

    def add(self, event: str, **facts: Any) -> None:
        """Append one event."""
        line = json.dumps(
            {"seconds": round(self.clock.elapsed(), 3), "event": event, **plain(facts)}, ensure_ascii=False
        )
        with self.path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":  # a kill cut the last line short
                    file.write(b"\n")
            file.write(line.encode() + b"\n")


def read(path: Path) -> list[dict[str, Any]]:
    """The events of a log, past lines that a kill cut short.

    Raises:
        ValueError: not one line is an event.
    """
    found, error = [], None
    for line in path.read_bytes().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError as broken:
            error = broken
    if error is not None and not found:
        raise error
    return found
