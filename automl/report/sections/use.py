"""How to use the model."""

from __future__ import annotations

from typing import Any

from automl.report import view
from automl.report.names import some


def build(report: dict[str, Any]) -> dict[str, Any]:
    """The command and the Python lines to paste, and the columns that new data needs."""
    use, model = view.mapping(report, "use"), view.mapping(report, "model")
    if not use and not model:
        return {"missing": "No model was delivered by this run."}
    columns = view.listing(use, "columns")
    names = [c.get("name", "") if isinstance(c, dict) else c for c in columns]
    return {
        "lead": _lead(model, report),
        "blocks": [
            (name, str(use[key])) for name, key in (("Command line", "predict"), ("Python", "python")) if use.get(key)
        ],
        "columns": some(names, 40, 48) if names else "",
        "count": len(names),
        "files": some(view.listing(model, "files"), 12, 60),
    }


def _lead(model: dict[str, Any], report: dict[str, Any]) -> str:
    if not model:
        return ""
    trained = {"all rows": "on all rows", "development rows": "on the development rows (the test part was not added)"}
    said = str(model.get("trained_on") or "")
    on = trained.get(said, f"on {said}" if said.startswith("folds of ") else "")
    what = view.family_name(model.get("family"), report)
    return f"The folder model/ holds the {what}{f', trained {on}' if on else ''}."
