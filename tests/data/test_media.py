"""Finding image files: layouts, what is ignored, and every folder that cannot be learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from PIL import Image

from automl.data import media
from automl.data.source import Table
from automl.errors import ColumnMissing, DataError

if TYPE_CHECKING:
    from pathlib import Path


def make(root: Path, *paths: str) -> Path:
    """Files with little in them: the scan reads names only."""
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"not looked at")
    return root


def test_class_folders(tmp_path):
    make(tmp_path, "dog/2.JPG", "cat/b/c/1.png", "cat/a.webp", "cat/notes.xml", "readme.gif", "dog/.x.png")
    make(tmp_path, "__MACOSX/dog/2.jpg", "dog/Thumbs.db")
    files = media.scan(tmp_path)
    assert files.paths == ("cat/a.webp", "cat/b/c/1.png", "dog/2.JPG")
    assert files.labels == ("cat", "cat", "dog")
    assert files.parts is None
    assert files.name == tmp_path.name
    ignored = {"cat/notes.xml": "not an image file", "readme.gif": "not in a class folder"}
    assert files.reading["files_ignored"] == ignored
    assert files.reading["layout"] == "class folders"


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (("train", "val", "test"), ("test", "train", "val")),
        (("training", "validation", "testing"), ("test", "train", "val")),
        (("Train", "valid"), ("train", "val")),
        (("train",), ("train",)),
    ],
)
def test_part_folders(tmp_path, names, parts):
    make(tmp_path, *(f"{name}/{label}/1.png" for name in names for label in ("a", "b")))
    files = media.scan(tmp_path)
    assert set(files.parts) == set(parts)
    assert set(files.labels) == {"a", "b"}
    assert len(files.paths) == 2 * len(names)


def test_images_beside_part_folders_are_listed(tmp_path):
    make(tmp_path, "train/a/1.png", "train/b/1.png", "test/a/1.png", "extra/a/1.png", "test/2.png")
    files = media.scan(tmp_path)
    assert len(files.paths) == 3
    assert files.reading["files_ignored"] == {
        "extra/a/1.png": "beside train/, val/ and test/",
        "test/2.png": "not in a class folder",
    }


def test_a_class_may_be_called_train(tmp_path):
    files = media.scan(make(tmp_path, "train/1.png", "plane/1.png", "train/2.png"))
    assert files.labels == ("plane", "train", "train")
    assert files.parts is None


def test_empty_class_folders_are_listed(tmp_path):
    make(tmp_path, "a/1.png", "b/1.png", "c/readme.txt")
    (tmp_path / "d").mkdir()
    assert media.scan(tmp_path).reading["empty_classes"] == ["c", "d"]


def test_a_linked_loop_ends(tmp_path):
    make(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "a" / "back").symlink_to(tmp_path, target_is_directory=True)
    assert "b/1.png" in media.scan(tmp_path).paths


def test_unlabelled_lists_every_image_sorted(tmp_path):
    files = media.scan(make(tmp_path, "z.png", "sub/deep/a.jpg", "b.bmp", "notes.txt"), labelled=False)
    assert files.paths == ("b.bmp", "sub/deep/a.jpg", "z.png")
    assert files.labels is None


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (("1.png", "2.png"), "directly in the folder"),
        (("cat/1.png", "2.png"), "Only one class has images: 'cat'"),
        (("cat/1.png", "dog/notes.doc"), "these are empty: dog"),
        (("images/cat/1.png", "images/dog/1.png"), r"did you mean .*images\? It holds 2 folders"),
        (("train/1.png", "test/2.png", "train/3.png", "train/4/5.png"), "Only one class|without training"),
        (("train/a/1.png", "train/b/1.png", "test/c/1.png"), "without training images: 'c'"),
        ((), "holds no files"),
        (("a/1.wav", "b/2.wav"), "no images but 2 audio files"),
        (("a/1.txt", "b/2.txt"), "no images but 2 text files"),
        (("data.csv",), "give the file itself: .*data.csv"),
        (("a/1.xyz",), "holds no images"),
    ],
)
def test_folders_without_classes(tmp_path, paths, message):
    with pytest.raises(DataError, match=message) as error:
        media.scan(make(tmp_path, *paths))
    assert str(tmp_path) in error.value.where
    assert error.value.hint


@pytest.mark.parametrize(("name", "message"), [("absent", "does not exist"), ("file.png", "is not a folder")])
def test_root_must_be_a_folder(tmp_path, name, message):
    make(tmp_path, "file.png")
    with pytest.raises(DataError, match=message):
        media.scan(tmp_path / name)


def table(folder: Path, columns: dict[str, list[object]]) -> Table:
    """A manifest as the reader gives it: its file is there."""
    source = folder / "list.csv"
    source.write_text("")
    return Table("list", str(source), pd.DataFrame(columns), {"format": "csv"})


def test_manifest_sorts_and_keeps_other_columns(tmp_path):
    make(tmp_path, "x/a.png", "x/b.png")
    absolute = str((tmp_path / "x" / "a.png").resolve())
    found = media.manifest(
        table(tmp_path, {"file": ["x/b.png", absolute], "y": ["dog", "cat"], "who": [2, 1]}), "file", "y"
    )
    assert found.paths == ("x/a.png", "x/b.png")
    assert found.labels == ("cat", "dog")
    assert found.columns["who"].tolist() == [1, 2]
    assert found.reading["layout"] == "manifest"
    assert found.reading["target"]["name"] == "y"
    assert found.root == tmp_path


def test_manifest_leaves_out_rows_that_cannot_teach(tmp_path):
    make(tmp_path, "a.png", "b.png")
    columns = {"file": ["a.png", "gone.png", "b.png", None], "y": ["0", "1", None, "1"]}
    found = media.manifest(table(tmp_path, columns), "file", "y")
    assert found.paths == ("a.png", "gone.png")  # a file that is not there is found when it is opened
    assert (found.reading["rows_without_label"], found.reading["rows_without_path"]) == (1, 1)


def test_manifest_for_predict_keeps_every_row(tmp_path):
    make(tmp_path, "a.png")
    found = media.manifest(table(tmp_path, {"file": ["gone.png", "a.png", "a.png"]}), "file", None)
    assert found.paths == ("a.png", "a.png", "gone.png")
    assert found.labels is None


def test_manifest_errors(tmp_path):
    with pytest.raises(DataError, match="None of the files named in the manifest exists"):
        media.manifest(table(tmp_path, {"file": ["gone.png"], "y": ["1"]}), "file", "y")
    with pytest.raises(ColumnMissing, match="'label'"):
        media.manifest(table(tmp_path, {"file": ["gone.png"], "y": ["1"]}), "file", "label")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"name": ["a.png", "b.png"], "y": [0, 1]}, "name"),
        ({"other": ["b.png", "b.png"], "image": ["a.png", "b.png"]}, "image"),
        ({"path": ["x.png", "y.png"], "y": [0, 1]}, None),
        ({"text": ["saw a.png", "a long sentence"], "y": [0, 1]}, None),
        ({"url": ["http://host/a.png", "http://host/b.png"]}, None),
        ({"n": [1, 2]}, None),
        ({"path": ["x" * 5000 + ".png", "nul\0.png"]}, None),
    ],
)
def test_find_path_column(tmp_path, columns, expected):
    for name in ("a.png", "b.png"):
        Image.new("L", (2, 2)).save(tmp_path / name)
    assert media.find_path_column(pd.DataFrame(columns), tmp_path) == expected


@pytest.mark.parametrize(
    ("names", "modality"),
    [
        (("a/1.wav", "a/2.FLAC", "b/1.png", "b/notes.txt"), "audio"),
        (("a/1.txt", "b/2.txt", "b/3.wav"), "text"),
        (("a/1.png", "a/1.txt"), "image"),
        (("a/readme.md",), "image"),
    ],
)
def test_a_folder_is_what_most_of_its_files_are(tmp_path, names, modality):
    assert media.modality_of(make(tmp_path, *names)) == modality


def test_recordings_in_class_folders(tmp_path):
    files = media.scan(make(tmp_path, "no/1.wav", "yes/2.mp3", "yes/cover.png"), kind="audio")
    assert files.modality == "audio"
    assert files.labels == ("no", "yes")
    assert files.reading["files_ignored"] == {"yes/cover.png": "not a sound file"}


def test_recordings_in_a_flat_folder_have_no_labels(tmp_path):
    with pytest.raises(DataError, match="The recordings lie directly in the folder"):
        media.scan(make(tmp_path, "1.wav", "2.wav"), kind="audio")
    assert media.scan(tmp_path, labelled=False, kind="audio").paths == ("1.wav", "2.wav")
