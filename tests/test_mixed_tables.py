"""Tables with a column of images: told from sets of images, prepared, and predicted with files that are not there."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from automl import commands
from automl.commands import predict_source, predict_with
from automl.config import Plan
from automl.data.source import ImageFiles, Table
from automl.errors import DataError
from automl.explain.importance import importance
from automl.predict import Predictor
from automl.prepare import read
from automl.report.facts import use_block
from automl.run import introduction
from tests import lamps
from tests.folders import run_folder

BAD = b"not an image"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """lamps-0.csv, 60 lamps with photos."""
    folder = tmp_path_factory.mktemp("lamps")
    lamps.write(folder, 60)
    return folder


def table_of(home, tmp_path, change=None):
    """A copy of the table in a folder of its own with its photos, changed."""
    shutil.copytree(home / "photos", tmp_path / "photos")
    frame = pd.read_csv(home / "lamps-0.csv")
    frame = frame if change is None else change(frame)
    frame.to_csv(tmp_path / "lamps.csv", index=False)
    return tmp_path / "lamps.csv"


KINDS = [
    ({}, [], "image in a table"),
    ({"modality": "table"}, [], "image in a table"),
    ({"modality": "image"}, [], "set of images"),
    ({}, ["brand", "price", "description"], "set of images"),
    ({"modality": "table"}, ["brand", "price", "description"], "image in a table"),
    ({"drop": ("brand", "price", "description")}, [], "set of images"),
    ({"group": "brand"}, ["price", "description"], "set of images"),
    ({}, ["price", "description"], "image in a table"),
    ({"drop": ("photo",)}, [], "table"),
]


@pytest.mark.parametrize(("plan", "without", "expected"), KINDS)
def test_what_a_table_that_names_images_is_taken_for(home, tmp_path, plan, without, expected):
    path = table_of(home, tmp_path, lambda frame: frame.drop(columns=without))
    source = read(path, Plan(target="sold", **plan))
    found = "set of images" if isinstance(source, ImageFiles) else "image in a table" if source.images else "table"
    assert found == expected


def test_columns_that_only_organise_or_name_the_rows_leave_a_set_of_images(home, tmp_path):
    def change(frame):
        named = frame[["photo", "sold"]].assign(key=[f"lamp-{i}" for i in range(60)], split="train", one=1)
        return named.assign(split=["test" if i % 5 == 0 else "train" for i in range(60)])

    assert isinstance(read(table_of(home, tmp_path, change), Plan(target="sold")), ImageFiles)


def test_paths_are_no_target_even_in_the_last_column(home, tmp_path):
    path = table_of(home, tmp_path, lambda frame: frame[["brand", "price", "sold", "photo"]])
    source = read(path, Plan())
    assert isinstance(source, Table)
    assert source.reading["target"]["name"] == "sold"
    assert source.images == ("photo",)


def test_a_frame_names_files_relative_to_the_working_directory(home, tmp_path, monkeypatch):
    frame = pd.read_csv(home / "lamps-0.csv")
    assert read(frame, Plan(target="sold")).images == ()
    monkeypatch.chdir(home)
    got = lamps.prepared(frame, tmp_path / "pixels", target="sold")
    assert got.dataset.inputs["photo"].array.there.all()


def test_images_are_a_kind_of_their_own(home, tmp_path):
    got = lamps.prepared(home / "lamps-0.csv", tmp_path / "pixels", target="sold")
    column = next(column for column in got.profile.columns if column.name == "photo")
    assert (column.kind, column.role, column.missing, column.distinct) == ("image", "feature", 0, 60)
    assert column.image_size == (32, 32, 3)
    assert column.stats["sizes"]["max"] == [32, 32]
    assert column.reason == f"60 of 60 distinct paths are readable image files under {home}"
    assert got.profile.modality.value == "table"
    assert got.profile.modality.override == "--modality image"
    assert "1 image" in "\n".join(introduction(got))
    assert got.dataset.inputs["photo"].array.images().shape == (60, 32, 32, 3)
    assert {f.code: f.status for f in got.profile.findings}["AM310"] == "passed"


def test_the_report_predicts_by_the_name_of_the_table(home, tmp_path):
    profile = lamps.prepared(home / "lamps-0.csv", tmp_path / "pixels", target="sold").profile
    assert use_block(tmp_path, profile, [])["python"].endswith('run.predict("NEW.csv")')


def test_rows_without_an_image_stay_and_are_told(home, tmp_path):
    path = table_of(home, tmp_path, lambda frame: frame.assign(photo=["", *frame["photo"][1:]]))
    photos = sorted((tmp_path / "photos").iterdir())
    photos[5].write_bytes(BAD)
    photos[6].write_bytes(photos[6].read_bytes()[:300])  # its header is sound
    got = lamps.prepared(path, tmp_path / "pixels", target="sold")
    column = next(column for column in got.profile.columns if column.name == "photo")
    assert len(got.dataset) == 60
    assert column.missing == 3
    assert column.stats["broken_count"] == 2
    assert set(column.stats["broken"]) == {"photos/0-0005.png", "photos/0-0006.png"}
    finding = next(f for f in got.profile.findings if f.code == "AM310")
    told = "photos/0-0005.png and 1 more"
    assert finding.title == f"2 of 59 images cannot be read, named in 2 rows: {told}"
    assert np.flatnonzero(~got.dataset.inputs["photo"].array.there).tolist() == [0, 5, 6]


def test_rows_that_name_one_file_that_is_not_there_are_counted(home, tmp_path):
    path = table_of(home, tmp_path, lambda frame: frame.assign(photo=[*["photos/gone.png"] * 6, *frame["photo"][6:]]))
    got = lamps.prepared(path, tmp_path / "pixels", target="sold")
    finding = next(f for f in got.profile.findings if f.code == "AM310")
    assert finding.title == "1 of 55 images cannot be read, named in 6 rows: photos/gone.png, no such file"


def test_many_broken_images_are_an_error_that_says_what_to_do(home, tmp_path):
    path = table_of(home, tmp_path)
    for photo in sorted((tmp_path / "photos").iterdir())[40:45]:
        photo.unlink()
    with pytest.raises(DataError, match=r"5 of 60 image files cannot be read; more than 5%") as raised:
        lamps.prepared(path, tmp_path / "pixels", target="sold")
    assert "column 'photo': photos/0-0040.png: no such file" in raised.value.where
    assert "--drop photo" in raised.value.hint
    assert "--ignore AM310" in raised.value.hint
    got = lamps.prepared(path, tmp_path / "pixels", target="sold", ignore=("AM310",))
    column = next(column for column in got.profile.columns if column.name == "photo")
    assert (len(got.dataset), column.missing, column.stats["broken_count"]) == (60, 5, 5)
    assert {f.code: f.status for f in got.profile.findings}["AM310"] == "skipped"
    assert (~got.dataset.inputs["photo"].array.there).sum() == 5


def test_a_column_whose_every_image_is_cut_off_is_refused_whatever_is_ignored(home, tmp_path):
    path = table_of(home, tmp_path)
    for photo in (tmp_path / "photos").iterdir():
        Image.open(photo).convert("L").save(photo, "JPEG")
        photo.write_bytes(photo.read_bytes()[:-30])  # the header of a grey one is sound
    with pytest.raises(DataError, match="None of the 60 image files can be read"):
        lamps.prepared(path, tmp_path / "pixels", target="sold", ignore=("AM310",))


@pytest.fixture(scope="module")
def run(home, tmp_path_factory):
    return run_folder(tmp_path_factory.mktemp("run"), home / "lamps-0.csv", target="sold")


def test_new_rows_keep_their_place_whatever_their_files_are(run, tmp_path):
    path = lamps.write(tmp_path, 20, seed=3)
    (tmp_path / "photos" / "3-0002.png").unlink()
    (tmp_path / "photos" / "3-0004.png").write_bytes(BAD)
    frame = pd.read_csv(path)
    frame.loc[7, "photo"] = None
    frame.drop(columns="sold").to_csv(path, index=False)
    predicted = predict_source(run, str(path))
    assert predicted.frame["prediction"].notna().all()
    assert np.flatnonzero(predicted.odd).tolist() == [2, 4]
    assert predicted.told()[0].startswith("Column 'photo': 2 images cannot be read (photos/3-0002.png: no such file; ")
    emptied = predicted.without_odd().frame
    assert np.flatnonzero(emptied["prediction"].isna()).tolist() == [2, 4]
    assert emptied["problem"][2] == "photo: 'photos/3-0002.png', no such file"


def test_a_photo_is_a_reason_under_its_path(run, home):
    frame = predict_with(Predictor.load(run), str(home / "lamps-0.csv"), explain=True).frame
    said = " ".join(frame["reason_1"] + frame["reason_2"] + frame["reason_3"])
    assert "photo=photos/0-0003.png (" in said


def test_a_single_row_is_predicted_as_among_others(run, home, tmp_path):
    every = predict_source(run, str(home / "lamps-0.csv")).frame
    frame = pd.read_csv(home / "lamps-0.csv")
    frame["photo"] = [str(home / path) for path in frame["photo"]]
    one = predict_source(run, frame.iloc[[8]]).frame
    np.testing.assert_allclose(one["probability_yes"], every["probability_yes"][8:9], atol=1e-5)


def test_new_rows_need_the_column_of_images(run, home):
    frame = pd.read_csv(home / "lamps-0.csv").drop(columns="photo")
    with pytest.raises(DataError, match="photo"):
        predict_source(run, frame)


def test_a_column_of_images_is_shuffled_like_any_other(run, home, tmp_path):
    dataset = lamps.prepared(home / "lamps-0.csv", tmp_path / "pixels", target="sold").dataset
    found = importance(dataset, np.arange(60), run / "model", "linear", "roc_auc", None)
    values = {entry["column"]: entry["value"] for entry in found.columns}
    assert set(values) == {"brand", "price", "description", "photo"}
    assert min(values["photo"], values["description"]) > 0


@pytest.mark.slow
def test_a_whole_run_on_numbers_texts_and_images(tmp_path):
    """All families are tried, and new rows are predicted far better than the numbers alone would."""
    path, new = lamps.write(tmp_path, 500), lamps.write(tmp_path, 200, seed=1)
    from automl.api import fit
    from automl.verify import verify

    run = fit(str(path), target="sold", budget="75s", out=tmp_path / "run", families=["linear", "trees", "network"])
    judged = run.decision.evidence["families"]
    assert {"linear", "trees", "network"} <= set(judged)
    truth = pd.read_csv(new)["sold"].to_numpy()
    together = (run.predict(str(new)) == truth).mean()
    alone = fit(pd.read_csv(path)[["brand", "price", "sold"]], target="sold", budget="12s", out=tmp_path / "numbers")
    numbers = (alone.predict(pd.read_csv(new)[["brand", "price"]]) == truth).mean()
    assert together > numbers + 0.1
    assert all(check.ok for check in verify(run.path))
    assert {"photo", "description", "price"} <= {entry["column"] for entry in run.report["importance"]["columns"]}
    assert commands.exit_code(run.report) == 0
