"""Texts that were judged, as they stand in the report: what the model took them for, and how sure it was."""

from __future__ import annotations

from typing import Any

from automl.report.formats import percent, short
from automl.report.names import judged

SHOWN = 20
LONGEST = 240
"""Characters of a text."""


def lines(examples: list[Any]) -> list[dict[str, Any]]:
    """A line a text that was kept, the mistakes first; empty where the examples are no texts."""
    kept = [e for e in examples if isinstance(e, dict) and isinstance(e.get("text"), str)]
    return [
        {
            "row": short(example.get("row", ""), 40),
            "text": short(example["text"], LONGEST) or "(empty)",
            **judged(example, 30),
            "probability": percent(example.get("probability"), 1) if example.get("probability") is not None else "",
            "right": str(example.get("target")) == str(example.get("prediction")),
        }
        for example in kept[:SHOWN]
    ]
