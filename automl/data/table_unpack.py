"""The bytes of a file, unpacked when it is compressed, and its format."""

from __future__ import annotations

import bz2
import gzip
import lzma
import mmap
import zipfile
import zlib
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from automl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.table_sniff import Raw

TEXT = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")
BINARY = (".parquet", ".feather", ".arrow", ".xlsx")
PACKED = (".gz", ".bz2", ".xz", ".zip", ".zst")
SUPPORTED = f"{', '.join(TEXT + BINARY)}, and {', '.join(PACKED)} of a text format"


def find_format(path: Path) -> tuple[str, str]:
    """The format ('.csv', '' when only the archive tells) and the compression ('.gz' or '').

    Raises:
        DataError: an extension that is not supported.
    """
    suffix = path.suffix.lower()
    packed = suffix if suffix in PACKED else ""
    inner = PurePath(path.stem).suffix.lower() if packed else suffix
    if inner in TEXT or (inner in BINARY and not packed):
        return inner, packed
    if packed and inner not in BINARY:
        return ("" if packed == ".zip" else ".csv"), packed
    hint = f"unpack it first: {inner} files are compressed already" if packed else f"supported: {SUPPORTED}"
    raise DataError(f"Unknown file extension {suffix or path.name!r}.", where=str(path), hint=hint)


def short_name(path: Path) -> str:
    """The file name without its format: 'churn' for churn.csv.gz."""
    name = path.name
    while PurePath(name).suffix.lower() in TEXT + BINARY + PACKED:
        name = PurePath(name).stem
    return name or path.name


def load(path: Path, packed: str) -> tuple[Raw, str]:
    """The bytes, mapped when they are plain, and the format an archive's member has ('' otherwise).

    Raises:
        DataError: empty or damaged, or an archive of several files.
    """
    if path.stat().st_size == 0:
        raise _empty(path)
    if not packed:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), ""
    try:
        raw, inner = _unzip(path) if packed == ".zip" else (UNPACK[packed](path), "")
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError) as problem:
        raise DataError(
            f"The {packed} file is damaged.",
            where=str(path),
            hint=f"pack it again; the reader says: {str(problem)[:200]}",
        ) from problem
    if not raw:
        raise _empty(path)
    return raw, inner


def _empty(path: Path) -> DataError:
    return DataError("The file is empty.", where=str(path), hint="a table needs a header line and at least two rows")


def _unzip(path: Path) -> tuple[bytes, str]:
    with zipfile.ZipFile(path) as archive:
        # Archives made on a Mac carry a folder of file attributes beside the files.
        members = [m for m in archive.namelist() if not m.endswith("/") and not m.startswith("__MACOSX/")]
        if len(members) != 1:
            raise DataError(
                f"The archive holds {len(members)} files, not one.",
                where=f"{path}: {', '.join(members[:5])}",
                hint="pack one table, or unpack it and name the table",
            )
        inner = PurePath(members[0]).suffix.lower()
        if inner not in TEXT:
            raise DataError(f"{members[0]!r} is not a text table.", where=str(path), hint="unpack it first")
        return archive.read(members[0]), inner


def _unzstd(path: Path) -> bytes:
    import pyarrow as pa

    with pa.input_stream(str(path), compression="zstd") as stream:
        content: bytes = stream.read()
        return content


UNPACK: dict[str, Callable[[Path], bytes]] = {
    ".gz": lambda path: gzip.decompress(path.read_bytes()),
    ".bz2": lambda path: bz2.decompress(path.read_bytes()),
    ".xz": lambda path: lzma.decompress(path.read_bytes()),
    ".zst": _unzstd,
}
