"""The files of a run folder: that they are there, agree with each other, and hold no pickle."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

from automl import jsonio
from automl.verify.folder import REST, Check

if TYPE_CHECKING:
    from pathlib import Path

    from automl.verify.folder import Folder

SUFFIXES = frozenset({".pkl", ".pickle", ".joblib", ".dill", ".pt", ".pth"})
PROTOCOLS = tuple(bytes([0x80, version]) for version in range(2, 6))
"""First bytes of a pickle; protocols 0 and 1 have none, they are known by the suffix."""


def checks(folder: Folder, report: dict[str, Any]) -> list[Check]:
    """Every documented file is there, the model's files are, and report.json repeats decision.json."""
    path = folder.path
    found = [_present(path, name) for name in REST]
    manifest = path / "model" / "manifest.json"
    listed = jsonio.read(manifest).get("files", []) if manifest.is_file() else []
    names = sorted({*listed, *(report.get("model") or {}).get("files", [])})
    found += [_present(path, f"model/{name}") for name in names if f"model/{name}" not in REST]
    stated, derived = report.get("decision"), folder.decision
    family = (stated or {}).get("family")
    found.append(Check("report: decision as in decision.json", family, derived["family"], stated == derived))
    return found


def no_pickle(path: Path) -> Check:
    """No file of the folder, nor of an archive in it, is a pickle or an array of Python objects."""
    bad = [str(f.relative_to(path)) for f in sorted(path.rglob("*")) if f.is_file() and _holds_pickle(f)]
    return Check("files: pickles", bad, [], not bad)


def _present(path: Path, name: str) -> Check:
    there = (path / name).is_file()
    return Check(f"files: {name}", "listed", "there" if there else "missing", there)


def _holds_pickle(file: Path) -> bool:
    if file.suffix.lower() in SUFFIXES:
        return True
    with file.open("rb") as stream:
        head = stream.read(256)
    if head.startswith(PROTOCOLS) or _objects(head):
        return True
    if not head.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            return any(_member(archive, name) for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _member(archive: zipfile.ZipFile, name: str) -> bool:
    with archive.open(name) as stream:
        head = stream.read(256)
    return name.endswith(tuple(SUFFIXES)) or head.startswith(PROTOCOLS) or _objects(head)


def _objects(head: bytes) -> bool:
    """True for the head of a .npy file whose items are Python objects: NumPy pickles those."""
    return head.startswith(b"\x93NUMPY") and b"|O" in head
