"""What is in a set of images before any model: counts, sizes, modes, broken and duplicate files."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.media import as_number, label_order
from automl.errors import DataError
from automl.types import Choice, Finding, Modality, Profile, Status, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automl.data.decode import Header, Inspection
    from automl.data.source import ImageFiles

LISTED = 50
"""Broken files and duplicate groups named one by one; the rest is counted."""
FEWEST_VALUES = 20
"""Distinct numeric labels from which a manifest's target can be a quantity and not classes."""


def profile(files: ImageFiles, inspection: Inspection, *, ignore: Iterable[str] = ()) -> Profile:
    """The profile of labelled images; `rows` and `classes` count readable files only.

    Args:
        files: images with labels.
        inspection: their headers.
        ignore: codes of findings to leave out (their status becomes 'skipped').

    Raises:
        DataError: no labels, no readable image, or for classes fewer than two with a readable image.
    """
    if files.labels is None:
        raise DataError("The images have no labels.", where=files.source, hint="one folder a class, or a manifest")
    labels = [label for label, ok in zip(files.labels, inspection.ok, strict=True) if ok]
    if not labels:
        first = "; ".join(f"{path}: {reason}" for path, reason in list(inspection.reasons.items())[:3])
        raise DataError("None of the images can be read.", where=f"{files.source}: {first}", hint="repair the files")
    task = _task(files, labels)
    classes = {} if task.value == "regression" else _classes(files, labels)
    media = _media(files, inspection)
    findings = (_broken(media, inspection), _duplicates(media), _singletons(classes))
    return Profile(
        name=files.name,
        source=files.source,
        modality=_modality(files, inspection, classes),
        task=task,
        target=_target(files),
        rows=len(labels),
        classes=classes,
        target_stats=_target_stats(labels) if task.value == "regression" else {},
        media=media,
        reading=files.reading,
        findings=tuple(_ignored(finding, set(ignore)) for finding in findings),
    )


def _task(files: ImageFiles, labels: list[str]) -> Choice[Task]:
    """Classes for folders; a quantity for a manifest whose target has many distinct numbers."""
    distinct = set(labels)
    task: Task = "binary" if len(distinct) == 2 else "multiclass"
    if not _from_manifest(files):
        return Choice(task, f"{len(distinct)} class folders", {"distinct": len(distinct)}, "--task")
    values = [as_number(label) for label in distinct]
    evidence = {"distinct": len(distinct), "numeric": all(value is not None for value in values)}
    many = len(distinct) >= max(FEWEST_VALUES, 0.1 * len(labels))
    fractions = any(value is not None and not value.is_integer() for value in values)
    if evidence["numeric"] and len(distinct) >= FEWEST_VALUES and (many or fractions):
        reason = f"the target holds {len(distinct)} distinct numbers in {len(labels)} rows"
        return Choice("regression", reason, evidence, "--task multiclass")
    return Choice(task, f"the target holds {len(distinct)} distinct labels", evidence, "--task regression")


def _from_manifest(files: ImageFiles) -> bool:
    return bool(files.reading.get("layout") == "manifest")


def _classes(files: ImageFiles, labels: list[str]) -> dict[str, int]:
    counts = Counter(labels)
    if len(counts) < 2:
        raise DataError(
            f"Only one class has readable images: {labels[0]!r}.",
            where=files.source,
            hint="at least two classes are needed; see the list of broken files",
        )
    return {label: counts[label] for label in label_order(counts)}


def _modality(files: ImageFiles, inspection: Inspection, classes: dict[str, int]) -> Choice[Modality]:
    formats = [name.lower() for name, _ in Counter(h.format for h in inspection.readable).most_common(3)]
    readable, total = len(inspection.readable), len(files.paths)
    layout = "named in a manifest" if _from_manifest(files) else f"in {len(classes)} class folders"
    reason = f"{readable} of {total} files are readable {', '.join(formats)} images, {layout}"
    return Choice("image", reason, {"readable": readable, "files": total}, "--modality table")


def _target(files: ImageFiles) -> Choice[str]:
    if _from_manifest(files):
        name = str(files.reading.get("target", "folder"))
        return Choice(name, "the target column of the manifest", override="--target")
    return Choice("folder", "the name of the folder that an image lies in is its class")


def _media(files: ImageFiles, inspection: Inspection) -> dict[str, Any]:
    """Counts, sizes, modes, formats and duplicates, ready for JSON."""
    headers, reasons = inspection.readable, inspection.reasons
    return {
        "count": len(files.paths),
        "readable": len(headers),
        "broken": dict(list(reasons.items())[:LISTED]),
        "broken_count": len(reasons),
        "sizes": _sizes(headers),
        "modes": _tally(header.mode for header in headers),
        "formats": _tally(header.format for header in headers),
        "rotated": sum(header.rotated for header in headers),
        "duplicates": _duplicate_groups(files, inspection),
        "bytes": sum(header.bytes for header in inspection.headers),
    }


def _sizes(headers: list[Header]) -> dict[str, Any]:
    """[width, height] of the smallest, median and largest image (each side by itself) in pixels."""
    sides = np.array([(header.width, header.height) for header in headers])
    return {
        "min": sides.min(axis=0).tolist(),
        "median": np.median(sides, axis=0).tolist(),
        "max": sides.max(axis=0).tolist(),
        "distinct": len(np.unique(sides, axis=0)),
    }


def _tally(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _duplicate_groups(files: ImageFiles, inspection: Inspection) -> dict[str, Any]:
    """Files with the same bytes: extra copies, groups, groups whose labels differ, and groups across parts."""
    groups: dict[str, list[int]] = defaultdict(list)
    for row, header in enumerate(inspection.headers):
        if not header.reason:
            groups[header.digest].append(row)
    several = [rows for rows in groups.values() if len(rows) > 1]

    def differ(values: tuple[str, ...] | None) -> list[list[str]]:
        if values is None:
            return []
        return [[files.paths[row] for row in rows] for rows in several if len({values[row] for row in rows}) > 1]

    conflicting, across = differ(files.labels), differ(files.parts)
    return {
        "count": sum(len(rows) - 1 for rows in several),
        "groups": [[files.paths[row] for row in rows] for rows in several[:LISTED]],
        "groups_count": len(several),
        "conflicting": conflicting[:LISTED],
        "conflicting_count": len(conflicting),
        "across_parts": across[:LISTED],
        "across_parts_count": len(across),
    }


def _broken(media: dict[str, Any], inspection: Inspection) -> Finding:
    count, total = media["broken_count"], media["count"]
    status: Status = "found" if count else "passed"
    evidence = {"broken": count, "files": total, "reasons": dict(Counter(inspection.reasons.values()).most_common(5))}
    title = f"{count} of {total} images cannot be read" if count else "All images can be read"
    action = "Skipped, and listed in the profile; repair or remove these files." if count else ""
    return Finding("AM310", "warning", title, (), evidence, action, status)


def _duplicates(media: dict[str, Any]) -> Finding:
    facts = media["duplicates"]
    evidence = {
        "copies": facts["count"],
        "groups": facts["groups_count"],
        "conflicting": facts["conflicting_count"],
        "across_parts": facts["across_parts_count"],
        "examples": (facts["conflicting"] or facts["across_parts"] or facts["groups"])[:5],
    }
    if not facts["count"]:
        return Finding("AM311", "note", "No two images are the same file", (), evidence, status="passed")
    title = f"{facts['count']} images are exact copies of others"
    if facts["conflicting_count"]:
        title = f"{facts['conflicting_count']} groups of identical images have different labels"
        return Finding("AM311", "warning", title, (), evidence, "Kept; at most one of their labels can be right.")
    if facts["across_parts_count"]:
        title = f"{facts['across_parts_count']} images are both in the training and in the validation or test folder"
        return Finding("AM311", "warning", title, (), evidence, "Kept; the test figures are too good by these.")
    return Finding("AM311", "note", title, (), evidence, "Kept; remove them if they are no real repeats.")


def _singletons(classes: dict[str, int]) -> Finding:
    single = [label for label, count in classes.items() if count == 1]
    evidence = {"classes": single[:LISTED], "count": len(single)}
    if not classes:
        return Finding("AM303", "warning", "Classes with one member", (), evidence, status="not_applicable")
    if not single:
        return Finding("AM303", "warning", "Every class has at least two images", (), evidence, status="passed")
    title = f"{len(single)} classes have a single image: {', '.join(single[:5])}"
    action = "A class with one image cannot be both learnt and tested; add images or remove the folder."
    return Finding("AM303", "warning", title, (), evidence, action)


def _ignored(finding: Finding, codes: set[str]) -> Finding:
    if finding.code not in codes:
        return finding
    return Finding(finding.code, finding.severity, finding.title, action="Left out by --ignore.", status="skipped")


def _target_stats(labels: list[str]) -> dict[str, float]:
    values = np.array([float(label) for label in labels])
    return {
        "min": float(values.min()),
        "max": float(values.max()),
        "mean": float(values.mean()),
        "std": float(values.std(ddof=1)),
        "median": float(np.median(values)),
        "q25": float(np.quantile(values, 0.25)),
        "q75": float(np.quantile(values, 0.75)),
    }
