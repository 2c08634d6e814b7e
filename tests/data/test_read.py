"""Whatever the user names as data, and what is said when it cannot be read."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from automl.data.read import from_arrays, guess_target, read
from automl.data.source import ImageFiles, Table
from automl.errors import ColumnMissing, DataError

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
ROWS = "a,b\n1,x\n2,y\n"


def write(folder: Path, name: str, content: str | bytes = ROWS) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def image(path: Path) -> None:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 4)).save(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("e.csv", "", "The file is empty"),
        ("e.csv", " \n\n  \n", "The file is empty"),
        ("e.json", "", "The file is empty"),
        ("e.parquet", "", "The file is empty"),
        ("h.csv", "a,b\n", "no rows, only a header"),
        ("h.json", "[]", "There are no columns"),
        ("o.csv", "a,b\n1,2\n", "only one row"),
        ("o.json", '[{"a": 1, "b": 2}]', "only one row"),
        ("d.csv", "a,b,a\n1,2,3\n1,2,3\n", "Duplicate column names: 'a'"),
        ("d.csv", "1,0,0\n1,2,3\n1,2,3\n", "the first line looks like data"),
        ("b.csv", bytes(range(256)) * 4, "binary data"),
        ("b.csv", b"\x89PNG\r\n\x1a\n" + bytes(50), "binary data"),
        ("b.csv", b"\x01\x02\x03\x04\x05abc" * 20, "binary data"),
        ("b.csv", b"PK\x03\x04rest", r"rename it to \.zip or \.xlsx"),
        ("b.csv", b"\x1f\x8brest", r"rename it to \.csv\.gz"),
        ("x.xyz", "a", r"supported: \.csv, \.tsv"),
        ("x.parquet.gz", "a", "unpack it first"),
        ("x.csv.gz", b"nope", r"The \.gz file is damaged"),
        ("x.csv.bz2", b"nope", r"The \.bz2 file is damaged"),
        ("x.csv.xz", b"nope", r"The \.xz file is damaged"),
        ("x.csv.zst", b"nope", r"The \.zst file is damaged"),
        ("x.zip", b"nope", r"The \.zip file is damaged"),
        ("x.parquet", b"nopenopenope", "The parquet file is damaged"),
        ("x.feather", b"nope", "The feather file is damaged"),
        ("x.xlsx", b"nope", "The Excel file is damaged"),
        ("x.json", '{"a": 1}', "not a list of records but an object"),
        ("x.json", "[1, 2]", "Record 1 is not an object but a single value"),
        ("x.json", '[{"a": 1},\n{"a":', "Not valid JSON.*\n.*line 2"),
        ("x.jsonl", '{"a": 1}\n{"a":\n', "Not valid JSON.*\n.*line 2"),
        ("x.json", '[{"a": 1, "b": [1]}, {"a": 2}]', "Column 'b' holds nested values"),
        ("u.csv", 'a,b\n1,"x\n3,4\n5,6\n', "never closed.*\n.*line 2"),
    ],
)
def test_what_cannot_be_read_is_a_data_error_with_place_and_advice(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(DataError, match=message) as caught:
        read(path)
    assert caught.value.exit_code == 2
    assert str(path) in caught.value.where
    assert caught.value.hint


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    write(tmp_path, "churn.csv")
    with pytest.raises(DataError, match=r"did you mean 'churn\.csv'"):
        read(tmp_path / "chrun.csv")
    with pytest.raises(DataError, match="there is no folder"):
        read(tmp_path / "nowhere" / "churn.csv")


def test_a_target_that_is_not_there_names_the_closest(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "age,Churn\n1,No\n2,Yes\n")
    with pytest.raises(ColumnMissing, match="did you mean 'Churn'"):
        read(path, target="churn")
    with pytest.raises(ColumnMissing, match="'nothing'"):
        read(pd.DataFrame({"a": [1, 2]}), target="nothing")


def test_data_to_predict_may_have_one_row_and_has_no_target(tmp_path: Path) -> None:
    table = read(write(tmp_path, "one.csv", "a,b\n1,2\n"), labelled=False)
    assert isinstance(table, Table)
    assert table.frame.dtypes.astype(str).to_dict() == {"a": "int64", "b": "int64"}
    assert table.reading["target"] == {}


def test_a_first_row_of_numbers_is_read_as_header_and_noted(tmp_path: Path) -> None:
    table = read(write(tmp_path, "n.csv", "1,0.5,7\n1,2,3\n4,5,6\n"))
    assert table.reading["header_suspect"] is True
    assert list(table.frame.columns) == ["1", "0.5", "7"]


@pytest.mark.parametrize(
    ("names", "exclude", "expected"),
    [
        (["a", "Target", "z"], (), "Target"),
        (["label", "target"], (), "target"),
        (["Target", "target", "z"], (), "target"),
        (["a", "CLASS", "b"], (), "CLASS"),
        (["a", "b"], (), "b"),
        (["a", "b", "split"], (), "b"),
        (["a", "weight"], ("weight",), "a"),
        (["x", "y", "z"], (), "z"),
        (["y", "theta"], (), "y"),
    ],
)
def test_guessed_target(names: list[str], exclude: tuple[str, ...], expected: str) -> None:
    name, reason = guess_target(names, exclude)
    assert name == expected
    assert reason


def test_the_guess_and_its_reason_are_told(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv")
    assert read(path).reading["target"] == {"name": "b", "reason": "the last column", "guessed": True}
    assert read(path, target="a").reading["target"]["guessed"] is False
    assert read(path, exclude=["b"]).reading["target"]["name"] == "a"


def test_arrays_and_frames() -> None:
    table = read((np.arange(6).reshape(3, 2), np.array([1.0, 0.0, 1.0])))
    assert table.frame.to_dict("list") == {"x0": [0, 2, 4], "x1": [1, 3, 5], "target": ["1", "0", "1"]}
    assert read(pa.table({"a": [1, 2], "y": ["q", "r"]})).reading["target"]["name"] == "y"
    series = pd.Series(["u", "v"], index=[7, 9])
    assert list(from_arrays(pd.DataFrame({"i": [1, 2]}, index=[5, 6]), series, "t").frame["t"]) == ["u", "v"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ((np.zeros((3, 2)), [1, 2]), "X has 3 rows and y has 2"),
        ((np.zeros((3, 2, 2)), [1, 2, 3]), "X has 3 dimensions"),
        ((pd.DataFrame({"target": [1, 2]}), [1, 2]), "a column named 'target' already"),
        (5, "Cannot read data from int"),
        (pd.DataFrame(), "There are no columns"),
        (pd.DataFrame({"a": []}), "no rows"),
        (pd.DataFrame(np.ones((2, 2)), columns=["a", "a"]), "Duplicate column names: 'a'"),
        (pd.DataFrame({"a": [[1], [2]], "y": [1, 2]}), r"Column 'a' holds nested values \(list\)"),
        (pd.DataFrame({"a": [1j, 2j], "y": [1, 2]}), "Column 'a' holds complex numbers"),
    ],
)
def test_objects_that_are_no_table(source: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(source)


def test_a_folder_is_images_unless_a_table_is_asked_for(tmp_path: Path) -> None:
    for label in ("cat", "dog"):
        image(tmp_path / "pets" / label / "1.png")
    found = read(tmp_path / "pets")
    assert isinstance(found, ImageFiles)
    assert found.labels == ("cat", "dog")
    assert read(tmp_path / "pets", labelled=False).labels is None
    with pytest.raises(DataError, match="A table is a file"):
        read(tmp_path / "pets", modality="table")


def test_a_table_of_image_paths_is_a_manifest(tmp_path: Path) -> None:
    image(tmp_path / "1.png")
    image(tmp_path / "2.png")
    path = write(tmp_path, "m.csv", "kind,path\n01,1.png\n02,2.png\n")
    found = read(path)
    assert isinstance(found, ImageFiles)
    assert found.labels == ("01", "02")
    assert isinstance(read(path, modality="table"), Table)
    with pytest.raises(DataError, match="No column of the manifest names image files"):
        read(write(tmp_path, "t.csv"), modality="image")


@pytest.mark.parametrize(
    ("name", "what", "layout"),
    [
        ("a.PNG", "One image is no dataset", "images/cat/1.jpg"),
        ("a.wav", "One recording is no", "recordings/cat/1.wav"),
    ],
)
@pytest.mark.parametrize("modality", [None, "image", "table"])
def test_one_image_or_recording_is_no_dataset(
    tmp_path: Path, name: str, what: str, layout: str, modality: str | None
) -> None:
    with pytest.raises(DataError, match=what) as caught:
        read(write(tmp_path, name), modality=modality)
    assert caught.value.where.endswith(name)
    assert layout in caught.value.hint
    assert "a column of paths and one of labels" in caught.value.hint


@pytest.mark.parametrize("letter", ["Dear all,\nI write this.\nYours,\nMe, and, you\n", "Hello"])
@pytest.mark.parametrize("modality", [None, "text"])
def test_a_text_that_is_no_table_may_be_one_of_many(tmp_path: Path, letter: str, modality: str | None) -> None:
    with pytest.raises(DataError, match=r"cells|no rows") as caught:
        read(write(tmp_path, "letter.txt", letter), modality=modality)
    assert "one text of many, give their folder, one folder a class, such as texts/cat/1.txt" in caught.value.hint
    with pytest.raises(DataError) as caught:
        read(write(tmp_path, "letter.csv", letter), modality=modality)
    assert "one text" not in caught.value.hint


def test_importing_the_reader_loads_no_library() -> None:
    code = "import sys, automl.data.read; print([m for m in ('pandas', 'pyarrow', 'numpy') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.skipif(not DATA.exists(), reason="needs the shared datasets")
@pytest.mark.parametrize(
    ("name", "shape", "markers"),
    [
        ("telco_churn", (7043, 21), {"TotalCharges": {" ": 11}}),
        ("adult", (48842, 15), {"workclass": {"?": 2799}, "occupation": {"?": 2809}, "native_country": {"?": 857}}),
        ("penguins", (344, 8), {}),
        ("spambase", (4601, 58), {}),
    ],
)
def test_real_tables(name: str, shape: tuple[int, int], markers: dict[str, dict[str, int]]) -> None:
    table = read(DATA / "tabular" / f"{name}.csv")
    assert table.frame.shape == shape
    assert table.reading["markers"] == markers
    assert table.reading["skipped"] == 0
