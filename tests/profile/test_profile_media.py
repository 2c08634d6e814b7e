"""The profile of image sets: counts, duplicates, findings, and sets that cannot be learnt from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl import jsonio
from automl.data.decode import Header, Inspection
from automl.data.source import ImageFiles
from automl.errors import DataError, UsageError
from automl.profile import media


def image_set(*rows: tuple[str, str], parts: tuple[str, ...] | None = None) -> tuple[ImageFiles, Inspection]:
    """Files with (label, digest); the digest 'broken' stands for a file that cannot be read."""
    paths = tuple(f"{label}/{i}.png" for i, (label, _) in enumerate(rows))
    labels = tuple(label for label, _ in rows)
    headers = tuple(
        Header(reason="cut") if digest == "broken" else Header("", 10 + i, 20, "RGB", "PNG", digest=digest, bytes=100)
        for i, (_, digest) in enumerate(rows)
    )
    found = ImageFiles("set", "set", Path("set"), paths, labels, parts, {"layout": "class folders"})
    return found, Inspection(paths, headers)


def manifest(labels: list[str]) -> tuple[ImageFiles, Inspection]:
    """A manifest with these targets."""
    paths = tuple(f"{i}.png" for i in range(len(labels)))
    reading = {"layout": "manifest", "target": {"name": "age", "reason": "the last column", "guessed": True}}
    found = ImageFiles("list", "list.csv", Path(), paths, tuple(labels), None, reading, pd.DataFrame())
    return found, Inspection(paths, tuple(Header("", 8, 8, "L", "PNG", digest=path) for path in paths))


def distinct(*labels: str) -> list[tuple[str, str]]:
    return [(label, f"digest {i}") for i, label in enumerate(labels)]


def finding(profile, code):
    return next(one for one in profile.findings if one.code == code)


def test_profile_of_class_folders():
    found = media.profile(*image_set(*distinct("10", "9", "9", "10", "2", "2"), ("2", "broken")))
    assert found.modality.value == "image"
    assert found.modality.reason == "6 of 7 files are readable png images, in 3 class folders"
    assert found.modality.override == ""
    assert (found.task.value, found.target.value, found.rows) == ("multiclass", "folder", 6)
    assert list(found.classes.items()) == [("2", 2), ("9", 2), ("10", 2)]
    assert found.media["count"] == 7
    assert found.media["broken"] == {"2/6.png": "cut"}
    assert found.media["sizes"] == {"min": [10, 20], "median": [12.5, 20.0], "max": [15, 20], "distinct": 6}
    assert found.media["modes"] == {"RGB": 6}
    assert found.media["bytes"] == 600
    json.loads(jsonio.dumps(found))


def test_two_folders_are_binary():
    assert media.profile(*image_set(*distinct("a", "b", "a", "b"))).task.value == "binary"
    assert media.profile(*image_set(*distinct("a", "b", "a", "b", "c"))).task.value == "binary"


def test_broken_images_are_a_finding():
    one = finding(media.profile(*image_set(*distinct("a", "b", "a", "b"), ("c", "broken"))), "AM310")
    assert (one.status, one.severity) == ("found", "warning")
    assert one.title == "1 of 5 images cannot be read: c/4.png, cut"
    assert one.evidence["reasons"] == {"cut": 1}
    assert one.evidence["classes_lost"] == ["c"]


@pytest.mark.parametrize(
    ("digests", "parts", "status", "severity", "title"),
    [
        ("1234", None, "passed", "warning", "Duplicate files"),
        ("1134", None, "found", "note", "Exact copies of other images: 1"),
        ("1131", None, "found", "warning", "Identical images with different labels: 1 groups"),
        ("1134", ("train", "test", "train", "test"), "found", "warning", "Images in more than one of the train"),
    ],
)
def test_duplicates(digests, parts, status, severity, title):
    rows = list(zip("aabb", digests, strict=True))
    one = finding(media.profile(*image_set(*rows, parts=parts)), "AM311")
    assert (one.status, one.severity) == (status, severity)
    assert one.title.startswith(title)


def test_target_checks_are_shared_with_tables():
    found = media.profile(*image_set(*distinct("a", "a", "b", "b", "c")))
    rare = finding(found, "AM303")
    assert rare.status == "found"
    assert rare.evidence["left_out"] == {"c": 1}
    assert found.target_stats == {"left_out": {"c": 1}}
    assert "c" not in found.classes
    assert finding(found, "AM307").status == "found"
    assert finding(found, "AM301").status == "passed"


def test_ignored_findings_are_skipped():
    found = media.profile(*image_set(*distinct("a", "a", "b", "b")), ignore=["am307"])
    assert finding(found, "AM307").status == "skipped"
    with pytest.raises(UsageError, match="AM999"):
        media.profile(*image_set(*distinct("a", "a", "b", "b")), ignore=["AM999"])


@pytest.mark.parametrize(
    ("labels", "task"),
    [
        ([str(v / 10) for v in range(60)], "regression"),
        (["0", "1"] * 30, "binary"),
        (["cat", "dog", "cow"] * 5, "multiclass"),
    ],
)
def test_manifest_task(labels, task):
    found = media.profile(*manifest(labels))
    assert found.task.value == task
    assert found.target.value == "age"
    assert found.target.evidence == {"guessed": True}
    assert bool(found.classes) == (task != "regression")
    if task == "regression":
        assert found.target_stats["max"] == pytest.approx(5.9)


def test_task_can_be_given():
    assert media.profile(*manifest(["1", "2", "3"] * 10), task="regression").task.value == "regression"
    with pytest.raises(DataError, match="Regression needs a target of numbers"):
        media.profile(*image_set(*distinct("a", "a", "b", "b")), task="regression")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("a", "broken"), ("b", "broken")], "None of the images can be read"),
        ([("a", "1"), ("a", "2"), ("b", "broken"), ("b", "broken")], "Fewer than two classes have two readable images"),
        ([("a", "1"), ("a", "2"), ("b", "3")], "Fewer than two classes"),
    ],
)
def test_sets_that_cannot_be_learnt_from(rows, message):
    with pytest.raises(DataError, match=message) as error:
        media.profile(*image_set(*rows))
    assert error.value.where


def test_unlabelled_images_have_no_profile():
    found, inspection = image_set(*distinct("a", "b"))
    unlabelled = ImageFiles(found.name, found.source, found.root, found.paths)
    with pytest.raises(DataError, match="no labels"):
        media.profile(unlabelled, inspection)


def test_encode_takes_any_folder_name_as_a_class():
    y, classes, kept = media.encode(["none", "NA", "none", "NA", "single"], "multiclass")
    assert classes == ("NA", "none")
    assert y.tolist() == [1, 0, 1, 0]
    assert kept.tolist() == [True] * 4 + [False]
    values, none, kept = media.encode(["1.5", "2"], "regression")
    np.testing.assert_array_equal(values, [1.5, 2.0])
    assert none == ()
    assert kept.all()
