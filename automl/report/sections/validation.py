"""How the figures were obtained."""

from __future__ import annotations

from typing import Any

from automl.report import view
from automl.report.formats import number


def build(report: dict[str, Any]) -> dict[str, Any]:
    """The protocol in sentences and the numbers of rows."""
    validation = view.mapping(report, "validation")
    if not validation:
        return {"missing": "The protocol was not recorded in this run."}
    counts = [
        ("Rows in all", "rows_all"),
        ("Rows to decide on", "rows_development"),
        ("Rows of the test part", "rows_test"),
        ("Folds", "folds"),
        ("Repeats", "repeats"),
    ]
    return {
        "sentences": [str(s) for s in view.listing(validation, "sentences")],
        "counts": [(name, number(validation[key])) for name, key in counts if validation.get(key) is not None],
    }
