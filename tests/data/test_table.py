"""Every table format gives the same table."""

import bz2
import gzip
import json
import lzma
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import ipc

from automl.data.read import read
from automl.errors import DataError, ExtraMissing

FRAME = pd.DataFrame(
    {
        "i": [1, 2, 3],
        "f": [1.5, np.nan, 3.0],
        "s": ["x", "?", None],
        "b": [True, False, True],
        "d": pd.to_datetime(["2020-01-01", "2021-01-01", None]),
        "y": ["u", None, "v"],
    }
)
KINDS = {"i": "int64", "f": "float64", "s": "str", "b": "bool", "d": "datetime64[us]", "y": "str"}
RECORDS = json.loads(FRAME.to_json(orient="records", date_format="iso"))
CSV = FRAME.to_csv(index=False).encode()


def stream(path: Path) -> None:
    table = pa.Table.from_pandas(FRAME, preserve_index=False)
    with ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/._t.csv", "x")
        archive.writestr("inner/t.csv", CSV)


WRITERS: dict[str, Callable[[Path], object]] = {
    "t.csv": lambda path: path.write_bytes(CSV),
    "t.tsv": lambda path: FRAME.to_csv(path, index=False, sep="\t"),
    "t.txt": lambda path: FRAME.to_csv(path, index=False, sep="|"),
    "t.parquet": FRAME.to_parquet,
    "t.feather": FRAME.to_feather,
    "t.arrow": stream,
    "t.xlsx": lambda path: FRAME.to_excel(path, index=False),
    "t.csv.gz": lambda path: path.write_bytes(gzip.compress(CSV)),
    "t.csv.bz2": lambda path: path.write_bytes(bz2.compress(CSV)),
    "t.csv.xz": lambda path: path.write_bytes(lzma.compress(CSV)),
    "t.csv.zst": lambda path: path.write_bytes(pa.Codec("zstd").compress(CSV, asbytes=True)),
    "t.gz": lambda path: path.write_bytes(gzip.compress(CSV)),
    "t.zip": zipped,
}
JSON: dict[str, Callable[[Path], object]] = {
    "t.json": lambda path: path.write_text(json.dumps(RECORDS)),
    "lines.json": lambda path: path.write_text("\n".join(map(json.dumps, RECORDS))),
    "t.jsonl": lambda path: path.write_text("\n\n".join(map(json.dumps, RECORDS)) + "\n"),
    "t.ndjson.gz": lambda path: path.write_bytes(gzip.compress("\n".join(map(json.dumps, RECORDS)).encode())),
}


@pytest.mark.parametrize("name", [*WRITERS, *JSON])
def test_every_format_gives_the_same_table(tmp_path: Path, name: str) -> None:
    (WRITERS | JSON)[name](tmp_path / name)
    table = read(tmp_path / name)
    # JSON has no dates: they are texts there, which the profiler turns into dates.
    kinds = KINDS | ({"d": "str"} if name in JSON else {})
    assert table.frame.dtypes.astype(str).to_dict() == kinds
    expected = FRAME.assign(s=pd.array(["x", None, None], dtype="str"))
    drop = ["d"] if name in JSON else []
    pd.testing.assert_frame_equal(table.frame.drop(columns=drop), expected.drop(columns=drop))
    assert table.reading["markers"] == {"s": {"?": 1}}
    assert table.reading["bytes"] == (tmp_path / name).stat().st_size
    assert table.name == name.partition(".")[0]


def test_the_reading_says_format_and_compression(tmp_path: Path) -> None:
    for name, expected in {"t.csv.zst": ("csv", "zst"), "t.zip": ("csv", "zip"), "t.parquet": ("parquet", "")}.items():
        WRITERS[name](tmp_path / name)
        reading = read(tmp_path / name).reading
        assert (reading["format"], reading["compression"]) == expected


def test_an_archive_of_several_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    with pytest.raises(DataError, match="holds 2 files, not one"):
        read(tmp_path / "t.zip")


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("a.png", b"x")
    with pytest.raises(DataError, match=r"'a\.png' is not a text table"):
        read(tmp_path / "t.zip")


def test_nested_columns_of_parquet_are_named(tmp_path: Path) -> None:
    pd.DataFrame({"a": [[1], [2]], "y": [1, 2]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match="Column 'a' holds nested values"):
        read(tmp_path / "t.parquet")


def test_an_index_saved_with_a_frame_is_no_column_unless_named(tmp_path: Path) -> None:
    FRAME.set_axis([5, 6, 9]).to_parquet(tmp_path / "t.parquet")
    assert list(read(tmp_path / "t.parquet").frame.columns) == list(FRAME.columns)
    FRAME.set_index("f").to_parquet(tmp_path / "t.parquet")
    assert "f" in read(tmp_path / "t.parquet").frame.columns


def test_the_first_sheet_is_read_and_the_others_told(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        FRAME.to_excel(book, sheet_name="one", index=False, startrow=2, startcol=1)
        FRAME.to_excel(book, sheet_name="two", index=False)
    table = read(tmp_path / "t.xlsx")
    assert table.reading["sheets"] == ["one", "two"]
    assert list(table.frame.columns) == list(FRAME.columns)


def test_duplicate_names_in_a_workbook_are_seen(tmp_path: Path) -> None:
    pd.DataFrame([["a", "a"], [1, 2], [3, 4]]).to_excel(tmp_path / "t.xlsx", index=False, header=False)
    with pytest.raises(DataError, match="Duplicate column names: 'a'"):
        read(tmp_path / "t.xlsx")


def test_a_workbook_without_openpyxl_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    WRITERS["t.xlsx"](tmp_path / "t.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ExtraMissing, match=r"automl\[excel\]"):
        read(tmp_path / "t.xlsx")
