"""Whatever the user names as data, as a `Table` or `ImageFiles`.

Importing this module imports no library; pandas and pyarrow are loaded by the first table read.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from automl.data.table_target import STRUCTURE, Wanted, guess_target
from automl.errors import ColumnMissing, DataError, did_you_mean
from automl.types import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import pandas as pd

    from automl.data.source import Source, Table
    from automl.types import Modality

__all__ = ["from_arrays", "guess_target", "read"]

LOOKED_AT = 1000
"""Rows in which a column of paths is looked for."""
FileKind = Literal["image", "audio"]


def read(
    source: Any,
    *,
    target: str | None = None,
    modality: str | None = None,
    max_bad_lines: float = 0.01,
    labelled: bool = True,
    exclude: Collection[str] = (),
    inputs_of: Callable[[pd.DataFrame], Sequence[str]] | None = None,
) -> Source:
    """The data as read: types as found in the cells, the target as text exactly as in the file.

    Args:
        source: path of a table file, of a folder of images, recordings or texts, or of a manifest; a DataFrame; or a
            pair (X, y).
        target: column to predict; guessed from the names when None.
        modality: one of `types.Modality`, when it is not to be found out.
        max_bad_lines: share of lines with too many or too few cells that may be skipped.
        labelled: False for data to predict: no target is looked for (unless given), and one row is enough.
        exclude: columns that have another role and are not guessed as target.
        inputs_of: which columns of a frame models would learn from. Where a table that names images has some beside
            paths and target it is a table with images; when None it is a set of images, and they are not used.

    Raises:
        DataError: nothing there, or nothing that can be read as data; says where and what to do.
        ColumnMissing: the target is not in the data.
        ExtraMissing: an optional dependency is needed.
    """
    wanted = Wanted(target, labelled, exclude)
    if isinstance(source, (str, Path)):
        return _read_path(Path(source), wanted, modality, max_bad_lines, inputs_of)
    from automl.data import table

    if isinstance(source, tuple) and len(source) == 2:
        return table.from_arrays(*source, target=target or "target")
    frame = source.to_pandas() if hasattr(source, "to_pandas") else source
    if not hasattr(frame, "columns"):
        raise DataError(
            f"Cannot read data from {type(source).__name__}.",
            hint="give a path, a DataFrame or a pair (X, y) of arrays",
        )
    return _with_images(lambda wanted: table.from_frame(frame, wanted), wanted)[0]


def from_arrays(X: Any, y: Any, target: str = "target") -> Table:
    """A table from inputs and a target held apart (see `table.from_arrays`)."""
    from automl.data import table

    return table.from_arrays(X, y, target)


def _read_path(
    path: Path,
    wanted: Wanted,
    modality: str | None,
    max_bad_lines: float,
    inputs_of: Callable[[pd.DataFrame], Sequence[str]] | None,
) -> Source:
    if not path.exists():
        raise _missing(path)
    if path.is_dir():
        return _read_folder(path, modality, labelled=wanted.labelled)
    from automl.data import media

    single = _read_single(path, modality, labelled=wanted.labelled)
    if single is not None:
        return single
    if modality in ("text", "series"):
        return _read_table(path, wanted, max_bad_lines)
    excluded = list(wanted.exclude)
    result, wanted = _with_images(lambda wanted: _read_table(path, wanted, max_bad_lines), wanted)
    if modality == "table" or (modality is None and result.images and _others(result, wanted, inputs_of)):
        return result
    free = result.frame.head(LOOKED_AT).drop(columns=excluded, errors="ignore")
    kinds: tuple[FileKind, ...] = ("image", "audio")
    for kind in kinds:
        if modality not in (None, kind):
            continue
        column = media.find_path_column(free, path.parent, kind)
        if column is not None:
            return _read_manifest(path, result, column, wanted, max_bad_lines, kind)
    if modality is None:
        return result
    raise DataError(
        f"No column of the manifest names {modality} files.",
        where=str(path),
        hint=f"name the column 'path' and give paths relative to {path.parent}",
    )


def _read_table(path: Path, wanted: Wanted, max_bad_lines: float) -> Table:
    """The table of a file; where a .txt is none, the error says what a folder of texts looks like, too."""
    from automl.data import media, table

    try:
        return table.read_file(path, wanted, max_bad_lines)
    except ColumnMissing:
        raise
    except DataError as error:
        if not wanted.labelled or media.kind_of(path) != "text":
            raise
        hint = f"{error.hint}; if this is one text of many, give their folder, {media.layout_hint('text')}"
        raise DataError(error.what, where=error.where, hint=hint) from error


def _read_single(path: Path, modality: str | None, *, labelled: bool) -> Source | None:
    """One file to predict where the model predicts such files; None where it may be a table.

    Raises:
        DataError: an image or a recording, where the model predicts something else or where there is none yet.
    """
    from automl.data import media, texts

    kind = media.kind_of(path)
    if labelled:
        if kind in ("image", "audio"):
            raise media.one_of_many(path, kind)
        return None
    if kind == "text":
        return texts.read_single(path) if modality == "text" else None
    if kind is None or modality is None:
        return None
    if kind != modality:
        things = UNITS[cast("Modality", modality)][1] if modality != "table" else "rows of a table"
        raise DataError(
            f"This is {'an image' if kind == 'image' else 'a recording'}, and the model predicts something else.",
            where=str(path),
            hint=f"the model predicts {things}",
        )
    return media.single(path, cast("FileKind", kind))


def _with_images(load: Callable[[Wanted], Table], wanted: Wanted) -> tuple[Table, Wanted]:
    """The table with the columns that name images, and what was wanted; in data to predict none is looked for."""
    result = load(wanted)
    if not wanted.labelled:
        return result, wanted
    from automl.data import media

    named = media.path_columns(result.frame.head(LOOKED_AT), media.root_of(result))
    found = tuple(name for name in named if name not in {*wanted.exclude, wanted.target})
    if found and wanted.choice["name"] in found:
        # The guess fell on the paths: read again, so that the true target is text exactly as in the file.
        wanted = Wanted(None, wanted.labelled, {*wanted.exclude, *found})
        result = load(wanted)
    return replace(result, images=found), wanted


def _others(result: Table, wanted: Wanted, inputs_of: Callable[[pd.DataFrame], Sequence[str]] | None) -> bool:
    """Whether there is more to learn from than one column of paths."""
    if inputs_of is None:
        return False
    known = {*wanted.exclude, *result.images, str(wanted.choice.get("name", ""))}
    rest = result.frame[[name for name in result.frame.columns if name not in known and name.lower() not in STRUCTURE]]
    return len(result.images) > 1 or bool(inputs_of(rest))


def _read_folder(path: Path, modality: str | None, *, labelled: bool) -> Source:
    if modality in ("table", "series"):
        article = f"A {modality}" if modality == "table" else "Data of series"
        raise DataError(
            f"{article} is a file, and this is a folder.", where=str(path), hint="name the table file in it"
        )
    from automl.data import media

    kind = modality or media.modality_of(path)
    if kind == "text":
        from automl.data import texts

        return texts.read_folder(path, labelled=labelled)
    return media.scan(path, labelled=labelled, kind="audio" if kind == "audio" else "image")


def _read_manifest(
    path: Path, result: Table, column: str, wanted: Wanted, max_bad_lines: float, kind: FileKind
) -> Source:
    from automl.data import media, table

    if wanted.choice.get("name") == column:
        # The guess fell on the paths: read again, so that the true target is text exactly as in the file.
        wanted = Wanted(None, wanted.labelled, {*wanted.exclude, column})
        result = table.read_file(path, wanted, max_bad_lines)
    return media.manifest(result, column, wanted.choice.get("name"), kind)


def _missing(path: Path) -> DataError:
    folder = path.parent
    if not folder.is_dir():
        return DataError("There is no such file or folder.", where=str(path), hint=f"there is no folder {folder}")
    names = [entry.name for entry in folder.iterdir()]
    return DataError(
        "There is no such file or folder.",
        where=str(path),
        hint=did_you_mean(path.name, names) or f"check the name; paths are relative to {Path.cwd()}",
    )
