"""The data as the models saw it."""

from __future__ import annotations

from typing import Any

from automl.report import charts, media, plots, view
from automl.report.formats import is_number, number, percent, plural, short, size
from automl.report.names import apart

MOST = 150
"""Columns shown; profile.json has them all."""
MOST_CLASSES = 30
NAMES = {
    "bytes": "Size",
    "skipped": "Lines skipped",
    "skipped_lines": "The first of them",
    "files_ignored_count": "Files ignored",
    "files_ignored": "The first of them",
}
"""What was found while reading, in words; other keys say it themselves."""
UNSAID = {"seconds", "path", "target"}
ROLES = {"feature": "input", "target": "target", "dropped": "not used", "path": "image path"}


def build(report: dict[str, Any]) -> dict[str, Any]:
    """Columns with kind, missing, distinct and a small picture; class balance; counts of images."""
    profile = view.mapping(report, "profile")
    if not profile:
        return {"missing": "The profile of the data is not part of this report."}
    rows = int(view.figure(profile, "rows") or 0)
    columns = [c for c in view.listing(profile, "columns") if isinstance(c, dict)]
    ordered = sorted(columns, key=lambda c: c.get("role") != "target")
    return {
        "lead": _lead(profile, rows, columns),
        "facts": _facts(profile),
        "columns": [_column(c, rows) for c in ordered[:MOST]],
        "more": len(columns) - MOST,
        "classes": _classes(profile),
        "more_classes": len(view.mapping(profile, "classes")) - MOST_CLASSES,
        "target": _target(profile),
        "media": media.facts(view.mapping(profile, "media")),
        "things": view.unit(report)[1],
    }


def _lead(profile: dict[str, Any], rows: int, columns: list[dict[str, Any]]) -> str:
    counted = view.mapping(profile, "media")
    one, several = view.unit({"profile": profile})
    if counted:
        classes = len(view.mapping(profile, "classes"))
        broken = counted.get("broken_count", counted.get("broken"))
        lost = len(broken) if isinstance(broken, (list, dict)) else int(broken or 0)
        into = f" in {plural(classes, 'class', 'classes')}" if classes else ""
        return f"{plural(rows, f'readable {one}', f'readable {several}')}{into}; {lost:,} could not be read."
    used = sum(c.get("role") == "feature" for c in columns)
    cells = rows * max(used, 1)
    missing = sum(int(view.figure(c, "missing") or 0) for c in columns if c.get("role") == "feature")
    inputs = f"{used:,} of {plural(len(columns), 'column')} used as inputs"
    blank = f"{percent(missing / cells, 1)} of their cells" if missing and cells else "no cell"
    return f"{plural(rows, one, several)} with a target; {inputs}, {blank} missing."


def _facts(profile: dict[str, Any]) -> list[tuple[str, str]]:
    reading = view.mapping(profile, "reading")
    shown = [
        ("Source", short(profile.get("source") or "", 120)),
        ("Target", short(view.at(profile, "target", "value") or "", 80)),
    ]
    for key, value in reading.items():
        if key not in UNSAID and value not in (None, "", {}, [], 0):
            text = view.evidence_text(value) if isinstance(value, dict) else number(value)
            text = size(value) if key == "bytes" else text
            shown.append((NAMES.get(key, key.replace("_", " ").capitalize()), short(text, 80)))
    return [(name, value) for name, value in shown if value]


def _column(column: dict[str, Any], rows: int) -> dict[str, Any]:
    stats = view.mapping(column, "stats")
    missing = int(view.figure(column, "missing") or 0)
    picture, said = _picture(column, stats, rows)
    role = str(column.get("role", ""))
    return {
        "name": short(column.get("name", ""), 80),
        "kind": column.get("kind", ""),
        "role": ROLES.get(role, role),
        "used": role in {"feature", "target"},
        "target": role == "target",
        "missing": percent(missing / rows if rows else None, 1) if missing else "0",
        "missing_raw": missing,
        "distinct": number(column.get("distinct")),
        "distinct_raw": column.get("distinct"),
        "picture": picture,
        "summary": said,
        "reason": short(column.get("reason") or "", 160),
    }


def _picture(column: dict[str, Any], stats: dict[str, Any], rows: int) -> tuple[str, str]:
    """A small chart of the column and its main figures in words."""
    name = short(column.get("name", ""), 60)
    counts = [int(v) for v in view.listing(stats, "histogram", "counts") if is_number(v)]
    if is_number(stats.get("median")):
        said = f"{number(stats.get('min'))} … {number(stats['median'])} … {number(stats.get('max'))}"
        return (charts.spark(counts, f"Histogram of {name}: {said}") if counts else ""), said
    top = [t for t in view.listing(stats, "top") if isinstance(t, list) and len(t) == 2 and is_number(t[1])]
    if top:
        names = apart((t[0] for t in top[:3]), 18)
        shown = zip(names, top, strict=False)
        said = ", ".join(f"{name} {percent(t[1] / rows if rows else None)}" for name, t in shown)
        return charts.shares([float(t[1]) / max(rows, 1) for t in top[:12]], f"Most frequent in {name}: {said}"), said
    if is_number(stats.get("mean_words")):
        return "", f"{number(round(stats['mean_words'], 1))} words on average"
    sizes = view.mapping(stats, "sizes")
    if sizes:
        sides = [short("x".join(number(side) for side in view.listing(sizes, key)), 20) for key in ("min", "max")]
        broken = int(view.figure(stats, "broken_count") or 0)
        return "", " … ".join(dict.fromkeys(sides)) + " pixels" + (f", {broken:,} cannot be read" if broken else "")
    if stats.get("min") is not None:
        return "", f"{short(stats.get('min'), 20)} … {short(stats.get('max'), 20)}"
    return "", ""


def _classes(profile: dict[str, Any]) -> list[dict[str, Any]]:
    classes = {k: float(v) for k, v in view.mapping(profile, "classes").items() if is_number(v)}
    total, largest = sum(classes.values()) or 1.0, max(classes.values(), default=1.0) or 1.0
    ordered = sorted(classes.items(), key=lambda item: -item[1])[:MOST_CLASSES]
    return [
        {
            "label": name,
            "count": f"{int(v):,}",
            "share": percent(v / total, 1),
            "width": round(100 * v / largest, 1),
        }
        for name, (_, v) in zip(apart((k for k, _ in ordered), 60), ordered, strict=True)
    ]


def _target(profile: dict[str, Any]) -> dict[str, Any] | None:
    """The distribution of a numeric target."""
    stats = view.mapping(profile, "target_stats")
    edges = [float(v) for v in view.listing(stats, "histogram", "edges") if is_number(v)]
    counts = [int(v) for v in view.listing(stats, "histogram", "counts") if is_number(v)]
    figures = [
        (k, number(stats[k])) for k in ("min", "q25", "median", "mean", "q75", "max", "std") if is_number(stats.get(k))
    ]
    if not figures or profile.get("classes"):
        return None
    chart = (
        plots.histogram(edges, counts, "Histogram of the target") if counts and len(edges) == len(counts) + 1 else ""
    )
    return {"figures": figures, "chart": chart}
