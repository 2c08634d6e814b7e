"""Which keys docs/run-folder.md describes."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "run-folder.md"
OPEN = {
    "probabilities", "classes", "left_out", "params", "metrics", "packages", "sentinels", "skipped_lines",
    "files_ignored", "modes", "formats", "rates", "broken", "log_loss", "weights", "monotone", "splits_of",
    "candidates", "excluded", "families", "size_taken", "size_left_out",
}  # fmt: skip
"""Keys of objects whose own keys are data: labels, names, hyperparameters."""
FREE = {"plan", "markers"}
"""Keys of objects that are described elsewhere, or are data two levels deep."""


def documented():
    """Every word between backticks in the tables of the page."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return set(re.findall(r"`([^`]+)`", "\n".join(rows)))


def missing(document):
    """Keys anywhere in a JSON document that the page does not describe."""
    return sorted(set(_keys(document)) - documented())


def _keys(value, of=""):
    if isinstance(value, list):
        for entry in value:
            yield from _keys(entry)
    if not isinstance(value, dict):
        return
    told = {"override", "severity"} & set(value)  # choices and findings: their evidence differs from one to the next
    gains = of == "gain" and not {"mean", "error"} & set(value)
    for key, inside in value.items():
        if of not in OPEN and not gains:
            yield key
        if key not in FREE and not (told and key == "evidence"):
            yield from _keys(inside, key)
