"""What is in a set of images or recordings before any model: classes, sizes, modes, broken and duplicate files."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl.checks import CheckFacts, NotApplicable, check, without
from automl.checks.am310_broken_images import BrokenImages
from automl.errors import DataError
from automl.profile.describe import sort_labels
from automl.profile.stats import number_stats
from automl.profile.target import detect_task, encode_target, positive_last
from automl.types import UNITS, Choice, Finding, Modality, Profile, Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from automl.data.dataset import Array
    from automl.data.decode import Header, Inspection
    from automl.data.source import ImageFiles

LISTED = 50
"""Broken files and duplicate groups named one by one; the rest is counted."""
_AN = {"image": "an image", "audio": "a recording"}
TABLE_CHECKS = ("AM301", "AM303", "AM307")
"""Checks of tables that look at the target only, and so serve files as well."""


def profile(
    files: ImageFiles,
    inspection: Inspection,
    *,
    task: str | None = None,
    positive: str | None = None,
    ignore: Iterable[str] = (),
) -> Profile:
    """The profile of labelled images or recordings.

    `rows` and `classes` count readable files of classes that have two of them or more.

    Args:
        files: with labels.
        inspection: their headers; once decoded, `inspection.with_broken(decoded.reasons)`.
        task: the user's task, found from the labels when None.
        positive: the class of two that comes last; the one that sorts last when None.
        ignore: codes of findings to skip.

    Raises:
        DataError: no labels, no readable file, fewer than two classes with two readable files, or labels that
            contradict the task.
        UsageError: an unknown task, label or code.
    """
    labels = _readable_labels(files, inspection)
    target = _target(files)
    choice = _task(files, labels, target.value, task)
    y, classes, kept = encode(labels, choice.value)
    if choice.value != "regression" and len(classes) < 2:
        raise _one_class(files, labels, inspection)
    media = _media(files, inspection)
    regression = choice.value == "regression"
    counts = {} if regression else dict(zip(classes, np.bincount(y, minlength=len(classes)).tolist(), strict=True))
    left_out = {} if regression else dict(Counter(label for label, keep in zip(labels, kept, strict=True) if not keep))
    facts = CheckFacts(pd.DataFrame(), (), target.value, choice.value, y, classes, kept, left_out, files.reading)
    findings = (*_table_findings(facts), _broken(files, inspection), _duplicates(files, media))
    return Profile(
        name=files.name,
        source=files.source,
        modality=_modality(files, inspection, len(set(labels))),
        task=choice,
        target=target,
        rows=len(y),
        classes=positive_last(counts, choice.value, positive),
        target_stats=number_stats(np.sort(y)) if regression else {"left_out": left_out} if left_out else {},
        media=media,
        reading=files.reading,
        findings=without(findings, ignore),
    )


def encode(labels: Sequence[str], task: Task) -> tuple[Array, tuple[str, ...], Array]:
    """Labels as models take them; any folder name is a class, also one that reads like a missing cell ('none').

    Returns:
        y: (kept,) int64 codes into the classes, or float64 values.
        classes: labels in order, those with a single file left out; () for regression.
        keep: (n,) True for the files kept.
    """
    if task == "regression":
        return encode_target(pd.Series(labels, dtype="str"), task)
    classes = sort_labels([label for label, count in Counter(labels).items() if count > 1])
    position = {label: code for code, label in enumerate(classes)}
    codes = np.array([position.get(label, -1) for label in labels], dtype=np.int64)
    return codes[codes >= 0], classes, codes >= 0


def _readable_labels(files: ImageFiles, inspection: Inspection) -> list[str]:
    things = UNITS[files.modality][1]
    if files.labels is None:
        raise DataError(f"The {things} have no labels.", where=files.source, hint="one folder a class, or a manifest")
    labels = [label for label, ok in zip(files.labels, inspection.ok, strict=True) if ok]
    if not labels:
        first = "; ".join(f"{path}: {reason}" for path, reason in list(inspection.reasons.items())[:3])
        raise DataError(f"None of the {things} can be read.", where=f"{files.source}: {first}", hint="repair the files")
    return labels


def _task(files: ImageFiles, labels: list[str], target: str, given: str | None) -> Choice[Task]:
    """Folders are classes; the target of a manifest is judged as that of a table."""
    if given is not None or _from_manifest(files):
        return detect_task(pd.Series(labels, dtype="str"), target, given)
    distinct = sum(count > 1 for count in Counter(labels).values())
    task: Task = "binary" if distinct == 2 else "multiclass"
    return Choice(task, f"{distinct} class folders", {"distinct": distinct}, "--task")


def _from_manifest(files: ImageFiles) -> bool:
    return bool(files.reading.get("layout") == "manifest")


def _one_class(files: ImageFiles, labels: list[str], inspection: Inspection) -> DataError:
    counts = ", ".join(f"{label!r} {count}" for label, count in Counter(labels).most_common(5))
    broken = f", {len(inspection.reasons)} files cannot be read" if inspection.reasons else ""
    return DataError(
        f"Fewer than two classes have two readable {UNITS[files.modality][1]}, so nothing can be learnt and tested.",
        where=f"{files.source}: {counts}{broken}",
        hint=f"add {UNITS[files.modality][1]}, or repair the broken ones",
    )


def _modality(files: ImageFiles, inspection: Inspection, labels: int) -> Choice[Modality]:
    formats = [name.lower() for name, _ in Counter(h.format for h in inspection.readable).most_common(3)]
    readable, total = len(inspection.readable), len(files.paths)
    layout = "named in a manifest" if _from_manifest(files) else f"in {labels} class folders"
    reason = f"{readable:,} of {total:,} files are readable {', '.join(formats)} {UNITS[files.modality][1]}, {layout}"
    override = "--modality table" if _from_manifest(files) else ""  # a folder is no table
    return Choice(files.modality, reason, {"readable": readable, "files": total}, override)


def _target(files: ImageFiles) -> Choice[str]:
    if not _from_manifest(files):
        return Choice("folder", f"the name of the folder that {_AN[files.modality]} lies in is its class")
    found = files.reading["target"]
    evidence = {"guessed": found.get("guessed", False)}
    return Choice(found["name"], found.get("reason", "a column of the manifest"), evidence, "--target COL")


def _media(files: ImageFiles, inspection: Inspection) -> dict[str, Any]:
    """Counts, sizes, modes, formats and duplicates, ready for JSON."""
    headers, reasons, sound = inspection.readable, inspection.reasons, files.modality == "audio"
    return {
        "count": len(files.paths),
        "readable": len(headers),
        "broken": dict(list(reasons.items())[:LISTED]),
        "broken_count": int((~inspection.ok).sum()),
        **({"seconds": _seconds(headers), "rates": _rates(headers)} if sound else {"sizes": sizes(headers)}),
        "modes": tally(header.mode for header in headers),
        "formats": tally(header.format for header in headers),
        **({} if sound else {"rotated": sum(header.rotated for header in headers)}),
        "duplicates": _duplicate_groups(files, inspection),
        "bytes": sum(header.bytes for header in inspection.headers),
    }


def sizes(headers: list[Header]) -> dict[str, Any]:
    """[width, height] of the smallest, median and largest image (each side by itself) in pixels."""
    sides = np.array([(header.width, header.height) for header in headers])
    return {
        "min": sides.min(axis=0).tolist(),
        "median": np.median(sides, axis=0).tolist(),
        "max": sides.max(axis=0).tolist(),
        "distinct": len(np.unique(sides, axis=0)),
    }


def _seconds(headers: list[Header]) -> dict[str, float]:
    """Length of the shortest, median and longest recording, and of all together."""
    lengths = np.array([header.seconds for header in headers])
    ends = {"min": lengths.min(), "median": np.median(lengths), "max": lengths.max(), "total": lengths.sum()}
    return {name: round(float(value), 3) for name, value in ends.items()}


def _rates(headers: list[Header]) -> dict[str, int]:
    """Sampling rate -> recordings."""
    return tally(f"{header.rate:,} Hz" for header in headers)


def tally(values: Iterable[str]) -> dict[str, int]:
    """How often each value occurs, the most frequent first."""
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


def _table_findings(facts: CheckFacts) -> list[Finding]:
    findings: list[Finding] = []
    for code in TABLE_CHECKS:
        one = check(code)
        try:
            findings += one.run(facts) or [one.finding(status="passed")]
        except NotApplicable as reason:
            findings.append(one.finding(status="not_applicable", action=str(reason)))
    return findings


def _broken(files: ImageFiles, inspection: Inspection) -> Finding:
    one = BrokenImages()
    if not inspection.reasons:
        return one.finding(status="passed")
    lost = sorted(set(files.labels or ()) - set(_readable_labels(files, inspection)))[:LISTED]
    rows = int((~inspection.ok).sum())
    several = rows if rows > len(inspection.reasons) else 0
    return one.broken(inspection.reasons, len(set(files.paths)), UNITS[files.modality][1], rows=several, lost=lost)


def _duplicates(files: ImageFiles, media: dict[str, Any]) -> Finding:
    """A note for copies; a warning when their labels contradict each other or they are in training and in test."""
    one, facts, things = check("AM311"), media["duplicates"], UNITS[files.modality][1]
    if not facts["count"]:
        return one.finding(status="passed")
    evidence = {"copies": facts["count"], "groups": facts["groups_count"], "conflicting": facts["conflicting_count"]}
    evidence |= {"across_parts": facts["across_parts_count"]}
    if facts["conflicting_count"]:
        title = f"Identical {things} with different labels: {facts['conflicting_count']:,} groups"
        action = "kept; at most one label of each group can be right"
        return one.finding(title=title, evidence=evidence | {"examples": facts["conflicting"][:5]}, action=action)
    if facts["across_parts_count"]:
        count = facts["across_parts_count"]
        title = f"{things.capitalize()} in more than one of the train, val and test folders: {count:,}"
        action = "kept; the test figures are too good by them"
        return one.finding(title=title, evidence=evidence | {"examples": facts["across_parts"][:5]}, action=action)
    title = f"Exact copies of other {things}: {facts['count']:,}"
    found = one.finding(title=title, evidence=evidence | {"examples": facts["groups"][:5]}, action="kept")
    return replace(found, severity="note")
