"""Recordings, texts and series from the files to a dataset, and from new files to predictions."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.io import wavfile

from automl.commands import predict_source
from automl.config import Plan
from automl.errors import AutoMLError, ColumnMissing, DataError, UsageError
from automl.prepare import prepare, profile, read
from tests.folders import run_folder

GOOD, BAD = ["good", "fine"], ["bad", "poor"]
PLAIN = ["the", "a", "in", "of", "on", "it", "is", "to", "with", "from"]


def prepared(source, tmp_path, **plan):
    plan = Plan(**plan)
    return prepare(read(source, plan), plan, tmp_path, 1)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """High and low tones by two speakers."""
    root, rng = tmp_path_factory.mktemp("sounds"), np.random.default_rng(0)
    for label, hertz in (("high", 2500), ("low", 400)):
        (root / label).mkdir()
        for i in range(12):
            time = np.arange(rng.integers(1600, 3200)) / 8000
            tone = np.sin(2 * np.pi * hertz * rng.uniform(0.9, 1.1) * time) + rng.normal(0, 0.1, len(time))
            wavfile.write(root / label / f"{'ab'[i % 2]}_{i:02d}.wav", 8000, (tone * 8000).astype(np.int16))
    return root


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    root, rng = tmp_path_factory.mktemp("texts"), np.random.default_rng(0)
    for part, count in (("train", 20), ("test", 6)):
        for label, words in (("pos", GOOD), ("neg", BAD)):
            (root / part / label).mkdir(parents=True)
            for i in range(count):
                text = " ".join([*rng.choice(PLAIN, 8), *rng.choice(words, 2)])
                (root / part / label / f"{i:02d}.txt").write_text(text)
    return root


def points(series=24):
    """One row a point: fast and slow waves of different lengths, rows in no order."""
    rng = np.random.default_rng(0)
    rows = [
        {"device": f"d{s:02d}", "at": j, "x": np.sin(j / (1 + 3 * (s % 2))) + rng.normal(0, 0.05), "z": rng.normal(),
         "kind": "slow" if s % 2 else "fast"}
        for s in range(series) for j in range(int(rng.integers(18, 25)))
    ]  # fmt: skip
    return pd.DataFrame(rows).sample(frac=1, random_state=0).reset_index(drop=True)


def test_recordings_become_spectrograms(sounds, tmp_path):
    got = prepared(sounds, tmp_path, group="re:^(.)_")
    problem, inputs = got.dataset.problem, got.dataset.inputs
    assert (got.profile.modality.value, problem.modality, problem.task) == ("audio", "audio", "binary")
    assert problem.image_size[0] == 64
    assert problem.image_size[2] == 1
    assert inputs.pixels().shape == (24, *problem.image_size)
    assert set(got.dataset.groups) == {0, 1}
    assert got.paths[0] == "high/a_00.wav"
    assert got.profile.media["rates"] == {"8,000 Hz": 24}
    assert got.profile.media["seconds"]["min"] >= 0.2
    assert got.profile.modality.reason == "24 of 24 files are readable wav recordings, in 2 class folders"


def test_any_share_of_broken_files_is_left_out_where_the_finding_is_ignored(sounds, texts, tmp_path):
    pictures = tmp_path / "pictures"
    for i in range(24):
        path = pictures / "ab"[i % 2] / f"{i:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 10 * i).save(path)
    for name, source in (("images", pictures), ("recordings", sounds), ("texts", texts)):
        root = shutil.copytree(source, tmp_path / name)
        everything = sorted(path for path in root.rglob("*") if path.is_file())
        for path in everything[1:7]:
            path.write_bytes(b"")
        with pytest.raises(DataError, match=f"6 of {len(everything)} {name} cannot be read") as raised:
            prepared(root, tmp_path)
        assert "--ignore AM310" in raised.value.hint
        told = {f.code: f for f in profile(read(root, Plan()), Plan()).findings}["AM310"]
        named = everything[1].relative_to(root).as_posix()
        assert told.title == f"6 of {len(everything)} {name} cannot be read: {named} and 5 more, empty file"
        got = prepared(root, tmp_path, ignore=("AM310",))
        assert len(got.dataset) == len(everything) - 6
        assert {f.code: f.status for f in got.profile.findings}["AM310"] == "skipped"
        listed = got.profile.media.get("broken") or got.profile.reading["broken"]
        assert listed == {path.relative_to(root).as_posix(): "empty file" for path in everything[1:7]}
        for path in everything:
            path.write_bytes(b"")
        with pytest.raises(DataError, match=f"None of the {len(everything)} {name} can be read"):
            prepared(root, tmp_path, ignore=("AM310",))


@pytest.mark.parametrize(
    ("flag", "given"),
    [
        ("--target", {"target": "label"}),
        ("--drop", {"drop": ("text",)}),
        ("--keep", {"keep": ("text",)}),
        ("--weight", {"weight": "w"}),
        ("--group", {"group": "g"}),
        ("--split", {"split_column": "s"}),
        ("--time-column", {"time_column": "t"}),
    ],
)
def test_columns_of_a_folder_are_refused(texts, sounds, flag, given):
    for root in (texts, sounds):
        with pytest.raises(UsageError, match=f"{flag}.* names a column, and a folder of files has none"):
            read(root, Plan(**given))


def test_a_manifest_of_recordings(sounds, tmp_path):
    paths = sorted(str(path) for path in sounds.rglob("*.wav"))
    frame = pd.DataFrame({"file": paths, "hertz": [2500.5 if "high" in path else 400.25 for path in paths]})
    frame["hertz"] += np.arange(len(frame)) / 7
    frame.to_csv(tmp_path / "list.csv", index=False)
    got = prepared(tmp_path / "list.csv", tmp_path, target="hertz")
    assert (got.dataset.problem.modality, got.dataset.problem.task) == ("audio", "regression")
    assert len(got.dataset) == 24
    with pytest.raises(DataError, match="No column of the manifest names image files"):
        read(tmp_path / "list.csv", Plan(modality="image"))


def test_files_of_a_manifest_that_are_not_there_are_broken(tmp_path):
    names = [f"{i:02d}.png" for i in range(40)]
    for i, name in enumerate(names[:-1]):
        Image.new("L", (8, 8), 5 * i).save(tmp_path / name)
    frame = pd.DataFrame({"path": names, "label": ["a", "b"] * 20})
    frame.to_csv(tmp_path / "list.csv", index=False)
    told = {f.code: f for f in profile(read(tmp_path / "list.csv", Plan()), Plan()).findings}["AM310"]
    assert told.title == "1 of 40 images cannot be read: 39.png, no such file"
    assert len(prepared(tmp_path / "list.csv", tmp_path).dataset) == 39
    for name in names[:4]:
        (tmp_path / name).unlink()
    with pytest.raises(DataError, match="5 of 40 images cannot be read; more than 5%"):
        prepared(tmp_path / "list.csv", tmp_path)


def test_recordings_predicted_file_by_file(sounds, tmp_path):
    run = run_folder(tmp_path / "run", sounds)
    (tmp_path / "new").mkdir()
    for i, name in enumerate(("high/a_00", "low/a_00")):
        (tmp_path / "new" / f"{i}.wav").write_bytes((sounds / f"{name}.wav").read_bytes())
    (tmp_path / "new" / "2.wav").write_bytes(b"RIFF")
    got = predict_source(run, tmp_path / "new").frame
    assert list(got.columns[:2]) == ["path", "prediction"]
    assert got["path"].tolist() == ["0.wav", "1.wav", "2.wav"]
    assert got["prediction"].tolist()[:2] == ["high", "low"]
    assert got["prediction"].isna().tolist() == [False, False, True]
    assert got["problem"].tolist()[:2] == ["", ""]
    assert got["problem"][2]
    with pytest.raises(DataError, match="predicts recordings, and this is a table"):
        predict_source(run, pd.DataFrame({"a": [1]}))


def test_texts_keep_their_parts_and_paths(texts, tmp_path):
    got = prepared(texts, tmp_path)
    assert (got.dataset.problem.modality, got.dataset.problem.classes) == ("text", ("neg", "pos"))
    assert (got.dataset.part == "test").sum() == 12
    assert got.paths[0] == "test/neg/00.txt"
    grouped = prepared(texts, tmp_path, group=r"re:^(\d)").dataset.groups
    assert len(set(grouped)) == 2


def test_texts_predicted_file_by_file(texts, tmp_path):
    run = run_folder(tmp_path / "run", texts)
    new = tmp_path / "new"
    new.mkdir()
    for name, text in (("a", "the it is good and fine"), ("b", "poor and bad to it"), ("c", "")):
        (new / f"{name}.txt").write_text(text)
    got = predict_source(run, new).frame
    assert got["path"].tolist() == ["a.txt", "b.txt", "c.txt"]
    assert got["prediction"].tolist()[:2] == ["pos", "neg"]
    assert got["problem"].tolist() == ["", "", "empty file"]
    table = predict_source(run, pd.DataFrame({"text": ["good fine good"]})).frame
    assert table["prediction"].tolist() == ["pos"]
    one = predict_source(run, new / "a.txt").frame
    assert (one["path"].tolist(), one["prediction"].tolist()) == (["a.txt"], ["pos"])
    (new / "bytes.txt").write_bytes(bytes(range(256)))
    assert predict_source(run, new / "bytes.txt").frame["problem"].tolist() == ["binary data, not text"]
    (new / "table.txt").write_text("id,text\n1,good fine good\n2,bad\n")
    assert len(predict_source(run, new / "table.txt").frame) == 2
    empty = predict_source(run, pd.DataFrame({"text": ["good", " ", None]}))
    assert empty.frame["problem"].tolist() == ["", "empty text", "empty text"]
    assert empty.odd.tolist() == [False, True, True]
    assert "2 empty texts" in empty.notes[-1]


def test_series_stand_channel_after_channel_in_the_order_of_time(tmp_path):
    names = [f"{c}_{i}" for i in (2, 0, 1, *range(3, 10)) for c in "vu"]
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 20)).cumsum(axis=1), columns=names)
    got = prepared(frame.assign(label=["p", "q"] * 15), tmp_path, modality="series").dataset
    assert list(got.inputs) == [f"v_{i}" for i in range(10)] + [f"u_{i}" for i in range(10)]
    assert [column.name for column in got.problem.columns] == list(got.inputs)
    assert (got.problem.modality, got.problem.channels) == ("series", 2)


def test_points_become_series_and_new_points_are_predicted_series_by_series(tmp_path):
    plan = {"series_id": "device", "time_column": "at", "target": "kind"}
    got = prepared(points(), tmp_path, **plan)
    problem = got.dataset.problem
    assert (problem.modality, problem.channels, problem.series_id, problem.time) == ("series", 2, "device", "at")
    assert len(got.dataset) == 24
    assert got.dataset.order is None
    assert "device" not in got.dataset.inputs
    assert got.dataset.inputs["x_17"].notna().all()
    assert got.dataset.inputs["x_23"].isna().any()
    run = run_folder(tmp_path / "run", points(), **plan)
    new = points(8)
    predicted = predict_source(run, new.drop(columns="kind")).frame
    assert predicted["device"].tolist() == new["device"].drop_duplicates().tolist()
    assert list(predicted.columns[:2]) == ["device", "prediction"]
    truth = new.drop_duplicates("device")["kind"].tolist()
    assert (predicted["prediction"] == truth).mean() >= 0.75
    with pytest.raises(ColumnMissing, match="Columns not found: 'z'"):
        predict_source(run, new.drop(columns="z"))


@pytest.mark.parametrize(
    ("plan", "error", "message"),
    [
        ({"series_id": "device"}, UsageError, "--series-id needs the order of time"),
        ({"series_id": "nobody", "time_column": "at"}, ColumnMissing, "Columns not found: 'nobody'"),
        (
            {"series_id": "device", "time_column": "at", "target": "x", "drop": ("kind",)},
            DataError,
            "changes within 24",
        ),
    ],
)
def test_points_that_are_no_series(plan, error, message, tmp_path):
    with pytest.raises(error, match=message):
        prepared(points(), tmp_path, **{"target": "kind", **plan})


def test_series_of_files_are_refused(sounds, tmp_path):
    with pytest.raises(AutoMLError, match="--series-id is for tables"):
        prepared(sounds, tmp_path, series_id="a", time_column="b")
