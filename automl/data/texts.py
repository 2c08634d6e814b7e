"""A folder of text files as a table: one row a file, its words in column 'text', its class folder in 'label'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.data import media
from automl.data.broken import CODE, check_broken
from automl.data.source import Table
from automl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

TEXT, LABEL = "text", "label"
LARGEST = 10_000_000
"""Bytes above which a file is not taken for one text."""


def read_folder(root: Path, *, labelled: bool) -> Table:
    """The text files under a folder, in sorted order; unreadable and empty ones are left out and listed in `reading`.

    Args:
        root: folder of class folders, also under train/, val/ and test/.
        labelled: False for predict: no labels are looked for, and a file that cannot be read keeps a row, with a
            missing text, and its reason in `reading['broken']`.

    Raises:
        DataError: as `media.find`; or no file can be read.
    """
    import pandas as pd

    found = media.find(root, "text", labelled=labelled)
    read = [_read(root / path) for path in found.paths]
    broken = {path: reason for path, (_, reason) in zip(found.paths, read, strict=True) if reason}
    if labelled:
        check_broken(broken, len(read), where=str(root), what="texts", ignore=(CODE,))
    rows = [i for i, (_, reason) in enumerate(read) if not (labelled and reason)]
    data = {TEXT: pd.Series([read[i][0] for i in rows], dtype="str")}
    if found.labels is not None:
        data[LABEL] = pd.Series([found.labels[i] for i in rows], dtype="str")
    target = {"name": LABEL, "reason": "the name of the folder that a text lies in is its class", "guessed": False}
    reading = {"format": "txt", **found.reading, "broken": broken, "target": target if labelled else {}}
    return Table(
        name=root.resolve().name or "texts",
        source=str(root),
        frame=pd.DataFrame(data),
        reading=reading,
        paths=tuple(found.paths[i] for i in rows),
        parts=None if found.parts is None else tuple(found.parts[i] for i in rows),
    )


def read_single(path: Path) -> Table:
    """One text file to predict, as a folder of one."""
    import pandas as pd

    text, reason = _read(path)
    reading = {"format": "txt", "layout": "file", "broken": {path.name: reason} if reason else {}, "target": {}}
    return Table(path.stem, str(path), pd.DataFrame({TEXT: pd.Series([text], dtype="str")}), reading, (path.name,))


def _read(path: Path) -> tuple[str | None, str]:
    """The text and '', or None and why there is none."""
    from automl.data.table_sniff import find_encoding

    try:
        if path.stat().st_size > LARGEST:
            return None, f"more than {LARGEST / 1e6:.0f} MB"
        raw = path.read_bytes()
        if not raw.strip():
            return None, "empty file"
        text = raw.decode(find_encoding(raw, str(path)), errors="replace").strip()
    except OSError as error:
        return None, (error.strerror or str(error)).lower()
    except DataError:
        return None, "binary data, not text"
    return (text, "") if text else (None, "empty file")
