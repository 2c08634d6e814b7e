"""What happened in a run, one JSON object a line, flushed at once: `events.jsonl`."""

from __future__ import annotations

import json
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
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
