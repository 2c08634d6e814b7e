import json
import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from PIL import Image

from automl import jsonio
from automl.cli import cli
from automl.commands import predict_source, predict_with
from automl.data.contract import typed
from automl.errors import AutoMLError, ColumnMissing, DataError, RunError, UsageError
from automl.evaluate.calibrate import Calibration
from automl.evaluate.conformal import Band
from automl.evaluate.shape import Shape
from automl.evaluate.threshold import Threshold
from automl.predict import Predictor
from automl.types import Problem
from tests.folders import run_folder


@pytest.fixture(scope="module")
def clients_run(clients, tmp_path_factory):
    return run_folder(tmp_path_factory.mktemp("clients") / "run", clients, target="bought")


@pytest.fixture(scope="module")
def visits_run(clients, tmp_path_factory):
    folder = tmp_path_factory.mktemp("visits") / "run"
    return run_folder(folder, clients, target="age", task="regression", width=2.5)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Bright and dark pictures in class folders."""
    root = tmp_path_factory.mktemp("pictures") / "train"
    rng = np.random.default_rng(0)
    for label, low in (("bright", 160), ("dark", 20)):
        (root / label).mkdir(parents=True)
        for i in range(12):
            Image.fromarray(rng.integers(low, low + 80, (12, 12), np.uint8)).save(root / label / f"{i}.png")
    return root


@pytest.fixture(scope="module")
def pictures_run(pictures, tmp_path_factory):
    return run_folder(tmp_path_factory.mktemp("pictures-run") / "run", pictures)


def test_classes_get_a_label_and_a_probability_each(clients, clients_run):
    got = predict_source(clients_run, clients).frame
    assert list(got) == ["prediction", "probability_no", "probability_yes"]
    assert len(got) == 120
    np.testing.assert_allclose(got["probability_no"] + got["probability_yes"], 1, atol=1e-6)
    assert (got["prediction"] == np.where(got["probability_yes"] > got["probability_no"], "yes", "no")).all()
    assert (got["prediction"] == clients["bought"]).mean() > 0.7


def test_values_get_an_interval(clients, visits_run):
    got = predict_source(visits_run, clients).frame
    assert list(got) == ["prediction", "lower", "upper"]
    np.testing.assert_allclose(got["prediction"] - got["lower"], 2.5, atol=1e-4)
    np.testing.assert_allclose(got["upper"] - got["prediction"], 2.5, atol=1e-4)


def test_the_order_of_the_rows_is_kept(clients, clients_run):
    whole = predict_source(clients_run, clients).frame
    order = np.random.default_rng(0).permutation(120)
    shuffled = predict_source(clients_run, clients.iloc[order]).frame
    pd.testing.assert_frame_equal(shuffled, whole.iloc[order].reset_index(drop=True))
    one = predict_source(clients_run, clients.iloc[[7]]).frame
    pd.testing.assert_frame_equal(one, whole.iloc[[7]].reset_index(drop=True))


def test_the_order_of_the_columns_does_not_matter(clients, clients_run):
    turned = clients[["city", "visits", "age"]]
    pd.testing.assert_frame_equal(
        predict_source(clients_run, turned).frame, predict_source(clients_run, clients.drop(columns="bought")).frame
    )


def test_files_are_predicted_as_frames(clients, clients_run, tmp_path):
    clients.drop(columns="bought").to_csv(tmp_path / "new.csv", index=False)
    pd.testing.assert_frame_equal(
        predict_source(clients_run, tmp_path / "new.csv").frame, predict_source(clients_run, clients).frame
    )


def test_extra_columns_are_ignored_with_a_note(clients, clients_run):
    plain = predict_source(clients_run, clients.drop(columns="bought"))
    assert plain.notes == []
    more = predict_source(clients_run, clients.assign(extra=1))
    assert more.notes == [f"Column {name!r} is not used by the model: ignored." for name in ("bought", "extra")]
    pd.testing.assert_frame_equal(plain.frame, more.frame)


def test_missing_columns_are_named_all_at_once(clients, clients_run):
    with pytest.raises(ColumnMissing, match="'age', 'city'"):
        predict_source(clients_run, clients[["visits"]])
    with pytest.raises(ColumnMissing, match="did you mean 'Visits'"):
        predict_source(clients_run, clients.rename(columns={"visits": "Visits"}))


def test_unseen_categories_and_wrong_types_are_missing_and_counted(clients, clients_run):
    odd = clients.drop(columns="bought").astype({"visits": object})
    odd.loc[[0, 1, 2], "city"] = ["Oslo", "Oslo", "Rom"]
    odd.loc[[4], "visits"] = "many"
    got = predict_source(clients_run, odd)
    assert got.told() == [
        "Column 'visits': 1 value of the wrong type, treated as missing (AM602).",
        "Column 'city': 3 values never seen in training ('Oslo', 'Rom'), treated as missing (AM601).",
    ]
    missing = clients.drop(columns="bought").astype({"visits": float})
    missing.loc[[0, 1, 2], "city"] = None
    missing.loc[[4], "visits"] = np.nan
    pd.testing.assert_frame_equal(got.frame, predict_source(clients_run, missing).frame)


def test_everything_missing_still_gives_a_prediction(clients, clients_run):
    empty = pd.DataFrame({"age": [np.nan], "visits": [np.nan], "city": [None]})
    got = predict_source(clients_run, empty).frame
    assert got["prediction"][0] in {"yes", "no"}


@pytest.mark.parametrize("content", ["", "age,visits,city\n"])
def test_a_file_without_rows_is_an_error(clients_run, tmp_path, content):
    (tmp_path / "empty.csv").write_text(content)
    with pytest.raises(DataError, match=r"empty|header|[Nn]o rows"):
        predict_source(clients_run, tmp_path / "empty.csv")


def test_labels_are_exactly_as_the_cells_read(clients, tmp_path):
    data = clients.assign(bought=np.where(clients["bought"] == "yes", "01", " 1 b,c"))
    got = predict_source(run_folder(tmp_path / "run", data, target="bought"), clients).frame
    labels = sorted(set(got["prediction"]))
    assert labels[1] == "01"
    assert labels[0].strip() == "1 b,c"
    assert list(got) == ["prediction", *(f"probability_{label}" for label in labels)]


@pytest.mark.parametrize("lost", ["manifest.json", "contract.json", "encoder.json", "arrays.npz"])
def test_an_incomplete_folder_names_what_is_missing(clients, tmp_path, lost):
    folder = run_folder(tmp_path / "run", clients, target="bought")
    (folder / "model" / lost).unlink()
    with pytest.raises(RunError, match=rf"incomplete: .*{lost}.* missing"):
        predict_source(folder, clients)


@pytest.mark.parametrize("what", ["nowhere", "empty"])
def test_a_folder_that_is_no_run(clients, tmp_path, what):
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError) as caught:
        predict_source(tmp_path / what, clients)
    assert "folder that automl fit wrote" in str(caught.value)


@pytest.mark.parametrize(
    ("family", "name", "content"),
    [
        ("linear", "manifest.json", b"{}"),
        ("linear", "contract.json", b"{}"),
        ("linear", "encoder.json", b"{}"),
        ("linear", "arrays.npz", b"nothing"),
        ("trees", "trees.ubj", b"nothing"),
    ],
    ids=str,
)
def test_a_damaged_part_of_a_model(clients, tmp_path, family, name, content):
    folder = run_folder(tmp_path / "run", clients, family, target="bought")
    (folder / "model" / name).write_bytes(content)
    with pytest.raises(RunError, match="damaged") as caught:
        predict_source(folder, clients)
    assert caught.value.where == str(folder / "model")
    assert caught.value.hint


def test_a_model_of_a_family_we_do_not_know(clients, tmp_path):
    folder = run_folder(tmp_path / "run", clients, target="bought")
    manifest = folder / "model" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"linear"', '"forest"'))
    with pytest.raises(AutoMLError, match="forest"):
        Predictor.load(folder)


def test_pictures_get_a_path_first_in_sorted_order(pictures, pictures_run):
    got = predict_source(pictures_run, pictures).frame
    assert list(got) == ["path", "prediction", "probability_bright", "probability_dark"]
    assert got["path"].tolist() == sorted(got["path"])
    assert len(got) == 24
    assert (got["prediction"] == got["path"].str.split("/").str[0]).mean() > 0.9


def test_flat_folders_need_no_labels(pictures, pictures_run, tmp_path):
    for i in (3, 1):
        (tmp_path / f"{i}.png").write_bytes((pictures / "dark" / f"{i}.png").read_bytes())
    got = predict_source(pictures_run, tmp_path).frame
    assert got["path"].tolist() == ["1.png", "3.png"]
    assert got["prediction"].tolist() == ["dark", "dark"]


def test_a_picture_that_cannot_be_read_keeps_its_row(pictures, pictures_run, tmp_path):
    for name in ("a.png", "c.png"):
        (tmp_path / name).write_bytes((pictures / "bright" / "0.png").read_bytes())
    (tmp_path / "b.png").write_bytes(b"not a picture")
    got = predict_source(pictures_run, tmp_path)
    assert got.frame["path"].tolist() == ["a.png", "b.png", "c.png"]
    assert got.frame["prediction"].isna().tolist() == [False, True, False]
    assert got.frame["probability_dark"].isna().tolist() == [False, True, False]
    assert got.frame["problem"][1]
    assert got.frame["problem"][0] == ""
    assert got.notes == ["1 files could not be read: their rows have no prediction, and a reason in 'problem'."]


def test_one_picture_is_a_folder_of_one_and_a_list_needs_no_header(pictures, pictures_run, tmp_path):
    got = predict_source(pictures_run, pictures / "dark" / "1.png").frame
    assert (got["path"].tolist(), got["prediction"].tolist()) == (["1.png"], ["dark"])
    (tmp_path / "list.txt").write_text("".join(f"{pictures / 'dark' / f'{i}.png'}\n" for i in range(3)))
    assert len(predict_source(pictures_run, tmp_path / "list.txt").frame) == 3


def test_what_the_model_does_not_predict_is_told(pictures, pictures_run, clients_run, tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(DataError, match=r"a recording, and the model predicts something else.*\n.*\n.*predicts images"):
        predict_source(pictures_run, tmp_path / "a.wav")
    with pytest.raises(DataError, match=r"an image, .*\n.*\n.*predicts rows of a table"):
        predict_source(clients_run, pictures / "dark" / "1.png")
    with pytest.raises(DataError, match=r"no images but 1 audio.*\n.*\n.*the model predicts images: give a folder"):
        predict_source(pictures_run, tmp_path)
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match=r"no files.*\n.*\n.*the model predicts images"):
        predict_source(pictures_run, tmp_path / "none")


def test_pictures_none_of_which_can_be_read_keep_their_rows(pictures_run, tmp_path):
    (tmp_path / "b.png").write_bytes(b"not a picture")
    got = predict_source(pictures_run, tmp_path).frame
    assert list(got) == ["path", "prediction", "probability_bright", "probability_dark", "problem"]
    assert got["prediction"].isna().all()


def test_a_table_is_no_picture_and_a_folder_no_table(clients, clients_run, pictures, pictures_run):
    with pytest.raises(DataError, match="A table is a file, and this is a folder"):
        predict_source(clients_run, pictures)
    with pytest.raises(DataError, match="predicts images, and this is a table"):
        predict_source(pictures_run, clients)


def test_rows_with_odd_cells_can_be_left_without_a_prediction(clients, clients_run):
    odd = clients.astype(dict.fromkeys(clients.columns, object)).reset_index(drop=True)
    category = next(c.name for c in Predictor.load(clients_run).problem.columns if c.kind == "category")
    odd.loc[3, category] = "never seen"
    predicted = predict_source(clients_run, odd)
    assert np.flatnonzero(predicted.odd).tolist() == [3]
    assert predicted.frame["prediction"].notna().all()
    left = predicted.without_odd().frame
    assert left.loc[3, ["prediction", "probability_no", "probability_yes"]].isna().all()
    assert left.loc[3, "problem"] == f"{category}: 'never seen' was never seen in training"
    assert left["problem"].drop(3).eq("").all()
    assert left["prediction"].drop(3).notna().all()


def reshaped(folder, **keys):
    """The run with other keys in its manifest."""
    manifest = folder / "model" / "manifest.json"
    jsonio.write(manifest, jsonio.read(manifest) | keys)
    return folder


def test_probabilities_are_calibrated_and_the_class_follows_the_threshold(clients, tmp_path):
    folder = run_folder(tmp_path / "run", clients, target="bought")
    raw = predict_source(folder, clients).frame
    found = Shape(Calibration("temperature", temperature=3.0), Threshold(0.55))
    got = predict_source(reshaped(folder, **found.state()), clients).frame
    logits = np.log(raw["probability_yes"] / raw["probability_no"]) / 3
    np.testing.assert_allclose(got["probability_yes"], 1 / (1 + np.exp(-logits)), atol=1e-6)
    assert (got["prediction"] == np.where(got["probability_yes"] > 0.55, "yes", "no")).all()
    assert (got["prediction"] != raw["prediction"]).any()
    predictor = Predictor.load(folder)
    typed_rows = typed(clients, predictor.problem.columns).frame
    np.testing.assert_array_equal(predictor.probabilities(typed_rows)[:, 1], got["probability_yes"].astype(np.float32))


def test_the_width_of_an_interval_may_follow_the_prediction(clients, tmp_path):
    folder = run_folder(tmp_path / "run", clients, target="age", task="regression")
    low, high = predict_source(folder, clients).frame["prediction"].quantile([0.1, 0.9])
    state = Shape(interval=Band((1.0, 80.0), (low, high), 0.0)).state()
    got = predict_source(reshaped(folder, **state), clients).frame
    width = np.interp(got["prediction"], (low, high), (1.0, 80.0))
    np.testing.assert_allclose(got["upper"] - got["prediction"], width, atol=1e-4)
    np.testing.assert_allclose(got["lower"], np.maximum(got["prediction"] - width, 0), atol=1e-4)
    assert (got["lower"] == 0).any()


@pytest.mark.parametrize("shape", [Shape(), Shape(interval=Band((1.5,)))])
def test_one_width_for_all_predictions_or_no_interval(shape):
    problem = Problem("table", "regression", "rmse")
    got = Predictor(problem, None, shape).columns(np.array([[2.0]], dtype=np.float32))
    expected = {"prediction": 2.0} if shape.interval is None else {"prediction": 2.0, "lower": 0.5, "upper": 3.5}
    assert got.iloc[0].to_dict() == expected


@pytest.mark.parametrize("family", ["linear", "trees"])
@pytest.mark.parametrize("target", ["bought", "age"])
def test_rows_are_explained(clients, family, target, tmp_path):
    task = "regression" if target == "age" else "binary"
    run = run_folder(tmp_path / "run", clients, family, target=target, task=task)
    data = clients.drop(columns=target).astype({"visits": object})
    data.loc[[0, 1, 2], "city"] = ["Oslo", None, "Rom"]
    data.loc[[4], "visits"] = "many"
    predictor = Predictor.load(run)
    plain, got = predict_with(predictor, data), predict_with(predictor, data, explain=True)
    names = ["reason_1", "reason_2", "reason_3"]
    assert list(got.frame) == [*plain.frame, *names]
    pd.testing.assert_frame_equal(got.frame[list(plain.frame)], plain.frame)
    assert got.notes == plain.notes
    said = got.frame[names].to_numpy().ravel()
    assert all(text == "" or re.fullmatch(r"(age|visits|city|bought)=\S+ \([+-][\d.e-]+\)", text) for text in said)
    assert any(text.startswith("city=Oslo ") for text in got.frame.loc[0, names])
    assert any(text.startswith("city=missing ") for text in got.frame.loc[1, names])
    emptied = got.without_odd().frame
    assert emptied.loc[0, names].isna().all()
    assert emptied.loc[7, names].tolist() == got.frame.loc[7, names].tolist()


def test_the_reasons_are_those_of_the_class_that_the_threshold_names(clients, tmp_path):
    run = run_folder(tmp_path / "run", clients, target="bought")
    predictor = Predictor.load(run)
    before = predict_with(predictor, clients, explain=True).frame
    predictor.shape = Shape(threshold=Threshold(value=0.999))
    after = predict_with(predictor, clients, explain=True).frame
    assert (after["prediction"] == "no").all()
    turned = before["prediction"] == "yes"
    assert turned.any()
    sign = str.maketrans("+-", "-+")
    assert (after["reason_1"][~turned] == before["reason_1"][~turned]).all()
    assert (after["reason_1"][turned] == before["reason_1"][turned].str.translate(sign)).all()


def test_pictures_are_not_explained(pictures, pictures_run):
    with pytest.raises(UsageError, match="this model is one of images"):
        predict_with(Predictor.load(pictures_run), pictures, explain=True)


def test_the_command_writes_the_reasons(clients, clients_run, tmp_path):
    clients.to_csv(tmp_path / "new.csv", index=False)
    arguments = ["predict", str(clients_run), str(tmp_path / "new.csv"), "--quiet"]
    plain, told = CliRunner().invoke(cli, arguments), CliRunner().invoke(cli, [*arguments, "--explain"])
    assert (plain.exit_code, told.exit_code) == (0, 0)
    assert plain.stdout.splitlines()[0] == "prediction,probability_no,probability_yes"
    assert told.stdout.splitlines()[0] == "prediction,probability_no,probability_yes,reason_1,reason_2,reason_3"
    assert re.search(r",age=[\d.]+ \(\+\d\.\d+\),", told.stdout.splitlines()[1])
    assert json.loads(CliRunner().invoke(cli, [*arguments, "--explain", "--json"]).stdout)[0]["reason_3"]


def test_the_command_refuses_to_explain_the_baseline(clients, tmp_path):
    run = run_folder(tmp_path / "run", clients, "baseline", target="bought")
    clients.to_csv(tmp_path / "new.csv", index=False)
    got = CliRunner().invoke(cli, ["predict", str(run), str(tmp_path / "new.csv"), "--explain"])
    assert isinstance(got.exception, UsageError)
    assert got.stdout == ""


def test_the_command_never_writes_over_its_input(clients, clients_run, tmp_path):
    data = tmp_path / "new.csv"
    clients.drop(columns="bought").to_csv(data, index=False)
    before = data.read_bytes()
    result = CliRunner().invoke(cli, ["predict", str(clients_run), str(data), "--out", str(data)])
    assert isinstance(result.exception, RunError)
    assert data.read_bytes() == before


def test_refused_data_were_treated_in_no_way_and_a_missing_column_names_the_file(clients, clients_run, tmp_path):
    data = str(tmp_path / "new.csv")
    clients.assign(city="Oslo", age="old").to_csv(data, index=False)
    refused = CliRunner().invoke(cli, ["predict", str(clients_run), data, "--on-problem", "refuse"]).exception
    assert "wrong type (AM602). Column 'city': " in refused.where
    assert "never seen in training ('Oslo') (AM601)" in refused.where
    assert "treated" not in refused.where
    assert "ignored" not in refused.where
    told = CliRunner().invoke(cli, ["predict", str(clients_run), data, "--on-problem", "row-error"])
    assert "never seen in training ('Oslo'), no prediction (AM601)." in told.stderr
    assert "treated" not in told.stderr
    clients[["age"]].to_csv(data, index=False)
    missing = CliRunner().invoke(cli, ["predict", str(clients_run), data]).exception
    assert isinstance(missing, ColumnMissing)
    assert missing.where == data
