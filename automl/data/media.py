"""Image, sound and text files found on disk, with their labels; nothing is decoded here.

Three layouts: class folders (`root/cat/1.jpg`), class folders under `train/ val/ test/`, and a manifest table with a
column of paths. For predict, any folder of such files.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from automl.data.source import ImageFiles, Table
from automl.errors import ColumnMissing, DataError
from automl.types import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from automl.types import Modality

_KINDS: tuple[Literal["image", "audio", "text"], ...] = ("image", "audio", "text")
EXTENSIONS = {
    "image": frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}),
    "audio": frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"}),
    "text": frozenset({".txt"}),
}
"""Modality -> names of files that hold it; in this order when a folder holds as many of several."""
PARTS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}
OTHER_KINDS = EXTENSIONS | {
    "sound that is not read here": frozenset({".m4a", ".aac", ".wma"}),
    "video": frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm"}),
    "table": frozenset({".csv", ".tsv", ".parquet", ".feather", ".xlsx", ".json", ".jsonl"}),
}
SYSTEM_NAMES = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
_EXAMPLES = {"image": "images/{}/1.jpg", "audio": "recordings/{}/1.wav", "text": "texts/{}/1.txt"}
_A_FILE = {"image": "an image file", "audio": "a sound file", "text": "a text file"}
MANIFEST_HINT = "; or give a manifest table with a path and a label"
LISTED = 50
"""Ignored or missing files named one by one; the rest is counted."""
PATH_NAMES = ("path", "file", "filename", "file_name", "filepath", "file_path", "image", "image_path", "img", "audio")


@dataclass(frozen=True)
class Found:
    """Files of one modality under a folder, in sorted order.

    Attributes:
        labels: class folder of each path; None for predict.
        parts: 'train', 'val' or 'test' of each path where the folder has such folders.
        reading: as for `ImageFiles`.
    """

    paths: tuple[str, ...]
    labels: tuple[str, ...] | None
    parts: tuple[str, ...] | None
    reading: dict[str, Any]


def modality_of(root: Path) -> Modality:
    """The modality most files under a folder have; 'image' when there are none of a known one."""
    files, _ = _walk(root)
    counts = {kind: sum(_is(file, kind) for file in files) for kind in _KINDS}
    return max(_KINDS, key=lambda kind: counts[kind])


def scan(root: Path, labelled: bool = True, kind: Literal["image", "audio"] = "image") -> ImageFiles:
    """The images (or recordings) under a folder, with the class folder of each as its label; arguments as for `find`.

    Raises:
        DataError: as `find`.
    """
    found = find(root, kind, labelled=labelled)
    name = root.resolve().name or UNITS[kind][1]
    return ImageFiles(name, str(root), root, found.paths, found.labels, found.parts, found.reading, modality=kind)


def single(path: Path, kind: Literal["image", "audio"]) -> ImageFiles:
    """One image or recording to predict, as a folder of one."""
    reading = _reading("file", time.monotonic(), {})
    return ImageFiles(path.stem, str(path), path.parent, (path.name,), reading=reading, modality=kind)


def kind_of(path: Path) -> Modality | None:
    """The modality that the name of a file tells; None for a table or what is not known."""
    return next((kind for kind in _KINDS if _is(path.name, kind)), None)


def layout_hint(kind: Modality) -> str:
    """How a folder of a modality is laid out."""
    cat, dog = (_EXAMPLES[kind].format(label) for label in ("cat", "dog"))
    return f"one folder a class, such as {cat} and {dog} (also under train/ val/ test/)"


def one_of_many(path: Path, kind: Literal["image", "audio"]) -> DataError:
    """The error for a single file where a model is to learn from many."""
    what = f"One {UNITS[kind][0]} is no dataset: a model learns from many, and from the label of each."
    manifest = "or a manifest: a table with a column of paths and one of labels"
    return DataError(what, where=str(path), hint=f"give their folder, {layout_hint(kind)}, {manifest}")


def find(root: Path, kind: Modality, *, labelled: bool) -> Found:
    """The files of a modality under a folder.

    Args:
        root: the folder.
        kind: 'image', 'audio' or 'text'.
        labelled: False for predict: every file with a fitting extension at any depth, unreadable ones too, no labels.

    Raises:
        DataError: no such folder, no such files in it, or (labelled) no class folders, or fewer than two with files.
    """
    started = time.monotonic()
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise DataError(f"The {kind} folder {what}.", where=str(root), hint=layout_hint(kind))
    files, folders = _walk(root)
    fitting = [file for file in files if _is(file, kind)]
    if not fitting:
        raise _none_found(root, files, kind, labelled=labelled)
    ignored = dict.fromkeys((file for file in files if not _is(file, kind)), f"not {_A_FILE[kind]}")
    if not labelled:
        return Found(tuple(fitting), None, None, _reading("folder", started, ignored))
    depth = 1 if _has_parts(fitting) else 0
    kept, labels, parts = _label(fitting, depth, ignored)
    empty = _check_classes(root, kept, labels, parts, _class_folders(folders, depth), kind)
    layout = "class folders under " + ", ".join(sorted(set(parts))) if depth else "class folders"
    reading = _reading(layout, started, ignored) | {"empty_classes": empty}
    return Found(tuple(kept), tuple(labels), tuple(parts) if depth else None, reading)


def manifest(
    table: Table, path_column: str, target: str | None, kind: Literal["image", "audio"] = "image"
) -> ImageFiles:
    """The images or recordings named by a table, sorted by path, with the target as label and other columns beside.

    Paths are relative to the manifest's folder, or absolute. With a target, rows whose label or path is blank
    are left out and told in `reading`; without one (predict) every row stays.

    Raises:
        ColumnMissing: the path or target column is not in the table.
        DataError: none of the files exists.
    """
    started = time.monotonic()
    wanted = [column for column in (path_column, target) if column is not None]
    if missing := [column for column in wanted if column not in table.frame.columns]:
        raise ColumnMissing.from_names(missing, table.frame.columns, where=table.source)
    root = root_of(table)
    paths = table.frame[path_column].fillna("").astype(str).map(lambda cell: relative(cell, root))
    frame = table.frame.assign(**{path_column: paths}).sort_values(path_column, kind="stable")
    reading = dict(table.reading)
    if target is not None:
        frame, facts = _usable_rows(frame, path_column, target)
        reading |= facts
    if not any(_exists(root, path) for path in frame[path_column]):
        raise DataError(
            "None of the files named in the manifest exists.",
            where=f"{table.source}, column {path_column!r}",
            hint=f"paths relative to {root}; the first is {paths.iloc[0]!r}" if len(paths) else "the table has no rows",
        )
    reading |= _reading("manifest", started, {})
    reading["path_column"] = path_column
    if target is not None and dict(reading.get("target") or {}).get("name") != target:
        reading["target"] = {"name": target, "reason": "as given", "guessed": False}
    labels = None if target is None else tuple(frame[target].astype(str))
    others = frame.drop(columns=wanted).reset_index(drop=True)
    return ImageFiles(table.name, table.source, root, tuple(frame[path_column]), labels, None, reading, others, kind)


def find_path_column(frame: pd.DataFrame, root: Path, kind: str = "image") -> str | None:
    """The column that names files of this modality under `root`, or None: see `path_columns`."""
    found = path_columns(frame, root, kind)
    return max(found, key=lambda name: (found[name], name.lower() in PATH_NAMES)) if found else None


def path_columns(frame: pd.DataFrame, root: Path, kind: str = "image") -> dict[str, float]:
    """Columns that name files of this modality under `root`, and which share of the cells looked at names one.

    Of its first 100 cells, nine in ten end in such an extension and half of those files exist.
    """
    found = {}
    for column in frame.columns:
        cells = [cell for cell in frame[column].dropna().head(100) if isinstance(cell, str)]
        if not cells or sum(_is(cell, kind) for cell in cells) < 0.9 * len(cells):
            continue
        share = sum(_exists(root, relative(cell, root)) for cell in cells) / len(cells)
        if share >= 0.5:
            found[str(column)] = share
    return found


def _walk(root: Path) -> tuple[list[str], list[str]]:
    """Files and folders under root, relative with '/', sorted; hidden and system entries left out."""
    files: list[str] = []
    folders: list[str] = []
    seen: set[str] = set()
    for folder, inner, names in os.walk(root, followlinks=True):
        # A link to a folder above itself would be walked for ever.
        inner[:] = [name for name in inner if _visible(name) and _first_visit(Path(folder, name), seen)]
        base = Path(folder).relative_to(root)
        folders += [(base / name).as_posix() for name in inner]
        files += [(base / name).as_posix() for name in names if _visible(name)]
    return sorted(files), sorted(folders)


def _visible(name: str) -> bool:
    return not name.startswith(".") and name not in SYSTEM_NAMES


def _first_visit(folder: Path, seen: set[str]) -> bool:
    real = os.path.realpath(folder)
    known = real in seen
    seen.add(real)
    return not known


def _is(path: str, kind: str) -> bool:
    return PurePosixPath(path).suffix.lower() in EXTENSIONS[kind]


def _has_parts(images: Iterable[str]) -> bool:
    """Whether the top folders are train/ val/ test/ and not classes.

    They are when train/ is there with class folders inside, and either nothing else or a second part is beside it.
    """
    top = {path.split("/")[0] for path in images if "/" in path}
    parts = {folder for folder in top if folder.lower() in PARTS}
    inside_train = any(path.count("/") >= 2 and PARTS.get(path.split("/")[0].lower()) == "train" for path in images)
    return inside_train and (parts == top or len({PARTS[folder.lower()] for folder in parts}) >= 2)


def _label(images: list[str], depth: int, ignored: dict[str, str]) -> tuple[list[str], list[str], list[str]]:
    """Paths, labels and parts of the images that lie in a class folder; the others go into `ignored`."""
    kept, labels, parts = [], [], []
    for path in images:
        steps = path.split("/")
        part = PARTS.get(steps[0].lower(), "") if depth else ""
        if len(steps) < depth + 2:
            ignored[path] = "not in a class folder"
        elif depth and not part:
            ignored[path] = "beside train/, val/ and test/"
        else:
            kept.append(path)
            labels.append(steps[depth])
            parts.append(part)
    return kept, labels, parts


def _class_folders(folders: Iterable[str], depth: int) -> set[str]:
    split = (folder.split("/") for folder in folders)
    return {steps[depth] for steps in split if len(steps) == depth + 1 and (not depth or steps[0].lower() in PARTS)}


def _check_classes(
    root: Path, kept: list[str], labels: list[str], parts: list[str], folders: set[str], kind: Modality
) -> list[str]:
    """Names of class folders without files, once at least two classes have some to train on."""
    classes, things = set(labels), UNITS[kind][1]
    empty = sorted(folders - classes)
    if not classes:
        what = f"The {things} lie directly in the folder, without class folders, so they have no labels."
        raise DataError(what, where=str(root), hint=layout_hint(kind) + MANIFEST_HINT)
    if len(classes) == 1:
        beside = f"; these are empty: {', '.join(empty[:10])}" if empty else ""
        what = f"Only one class has {things}: {labels[0]!r}{beside}."
        raise DataError(what, where=str(root), hint=_inner_hint(root, kept, kind))
    trained = {label for label, part in zip(labels, parts, strict=True) if part in ("train", "")}
    if untrained := sorted(classes - trained):
        what = f"Classes without training {things}: {', '.join(map(repr, untrained[:10]))}."
        raise DataError(what, where=str(root), hint=f"add {things} of them to train/, or remove their other folders")
    return empty


def _inner_hint(root: Path, kept: list[str], kind: Modality) -> str:
    """Point to an inner folder when it is the one that holds the class folders."""
    inner = {tuple(path.split("/")[:2]) for path in kept if path.count("/") >= 2}
    if len(inner) >= 2:
        return f"did you mean {root / next(iter(inner))[0]}? It holds {len(inner)} folders with such files"
    return f"at least two classes are needed: {layout_hint(kind)}"


def _none_found(root: Path, files: list[str], wanted: Modality, *, labelled: bool) -> DataError:
    """The error for a folder without one file of the modality, naming what is there instead."""
    things = UNITS[wanted][1]
    predicts = f"the model predicts {things}: give a folder of them, or one"
    if not files:
        hint = layout_hint(wanted) if labelled else predicts
        return DataError("The folder holds no files.", where=str(root), hint=hint)
    kinds = Counter(kind for file in files for kind in _kinds(file))
    if not kinds:
        known = "known: " + " ".join(sorted(EXTENSIONS[wanted]))
        return DataError(f"The folder holds no {things}.", where=str(root), hint=known)
    kind, count = kinds.most_common(1)[0]
    first = next(file for file in files if kind in _kinds(file))
    hint = "folders of images, of recordings and of .txt files are read" if labelled else predicts
    if kind == "table":
        hint = f"give the file itself: {root / first}"
    elif labelled and kind in EXTENSIONS:
        hint = f"--modality {kind}"
    return DataError(
        f"The folder holds no {things} but {count} {kind} files ({first}, ...).", where=str(root), hint=hint
    )


def _kinds(file: str) -> Iterator[str]:
    suffix = PurePosixPath(file).suffix.lower()
    return (kind for kind, extensions in OTHER_KINDS.items() if suffix in extensions)


def _reading(layout: str, started: float, ignored: dict[str, str]) -> dict[str, Any]:
    listed = dict(list(ignored.items())[:LISTED])
    seconds = round(time.monotonic() - started, 3)
    return {"layout": layout, "files_ignored": listed, "files_ignored_count": len(ignored), "seconds": seconds}


def root_of(table: Table) -> Path:
    """The folder that paths in a table are relative to: that of its file, else the working directory."""
    source = Path(table.source)
    return source.parent if source.is_file() else Path.cwd()


def relative(cell: str, root: Path) -> str:
    """The path of a cell relative to root where it lies under it, with '/' separators."""
    text = cell.strip().replace("\\", "/")
    if not Path(text).is_absolute():
        return PurePosixPath(text).as_posix() if text else ""
    base = root.resolve()
    return Path(text).relative_to(base).as_posix() if Path(text).is_relative_to(base) else text


def _exists(root: Path, path: str) -> bool:
    try:
        return bool(path) and (root / path).is_file()
    except (OSError, ValueError):  # a cell of free text: too long, or with a null character
        return False


def is_file_of(cell: str, root: Path) -> bool:
    """Whether a cell names an image or a recording that is there, relative to root or absolute."""
    return (_is(cell, "image") or _is(cell, "audio")) and _exists(root, relative(cell, root))


def _usable_rows(frame: pd.DataFrame, path_column: str, target: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Rows with a label and a path, and what was left out; a file that is not there is found when it is opened."""
    labelled = frame[target].notna() & (frame[target].astype(str).str.strip() != "")
    named = frame[path_column] != ""
    facts = {
        "rows_without_label": int((~labelled).sum()),
        "rows_without_path": int((~named).sum()),
    }
    return frame[labelled & named], facts
