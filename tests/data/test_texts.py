"""Folders of text files as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from automl.data.read import read
from automl.data.source import Table
from automl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, **texts: str | bytes) -> Path:
    """Files by names such as pos__1 (a folder pos with 1.txt)."""
    for name, text in texts.items():
        path = root / (name.replace("__", "/") + ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def test_class_folders(tmp_path):
    found = read(write(tmp_path, pos__2="good\n", pos__1=" fine ", neg__1="schlecht für".encode("cp1252")))
    assert isinstance(found, Table)
    assert found.frame.to_dict("list") == {
        "text": ["schlecht für", "fine", "good"], "label": ["neg", "pos", "pos"],
    }  # fmt: skip
    assert found.paths == ("neg/1.txt", "pos/1.txt", "pos/2.txt")
    assert found.parts is None
    assert found.reading["target"]["name"] == "label"


def test_parts(tmp_path):
    found = read(write(tmp_path, train__a__1="x y", train__b__1="z", test__a__1="u", test__b__2="v"))
    assert found.parts == ("test", "test", "train", "train")


def test_broken_files_are_left_out_and_listed(tmp_path):
    write(tmp_path, **{f"a__{i}": f"text {i}" for i in range(30)}, **{f"b__{i}": f"text {i}" for i in range(30)})
    write(tmp_path, a__empty=" \n", a__binary=b"\x00\x01\x02" * 50)
    found = read(tmp_path)
    assert len(found.frame) == 60
    assert found.reading["broken"] == {"a/binary.txt": "binary data, not text", "a/empty.txt": "empty file"}


def test_a_folder_without_a_readable_text_is_refused(tmp_path):
    write(tmp_path, a__1=b"", b__2=b" ")
    with pytest.raises(DataError, match="None of the 2 texts can be read"):
        read(tmp_path)


def test_to_predict_every_file_keeps_a_row(tmp_path):
    found = read(write(tmp_path, b="words", a="", c__d="more"), labelled=False)
    assert found.paths == ("a.txt", "b.txt", "c/d.txt")
    assert found.frame["text"].isna().tolist() == [True, False, False]
    assert found.reading["broken"] == {"a.txt": "empty file"}


@pytest.mark.parametrize(
    ("texts", "modality", "message"),
    [
        ({"1": "a", "2": "b"}, None, "The texts lie directly in the folder"),
        ({"a__1": "a", "a__2": "b"}, None, "Only one class has texts: 'a'"),
        ({"a__1": "a", "b__2": "b"}, "audio", "holds no recordings but 2 text files"),
        ({"a__1": "a", "b__2": "b"}, "series", "Data of series is a file"),
    ],
)
def test_folders_that_cannot_be_read(tmp_path, texts, modality, message):
    with pytest.raises(DataError, match=message):
        read(write(tmp_path, **texts), modality=modality)
