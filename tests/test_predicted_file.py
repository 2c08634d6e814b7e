"""What `automl predict --out` writes, and what it never writes over."""

import io
import re

import numpy as np
import pandas as pd
import pytest

from automl import predicted_file
from automl.errors import RunError, UsageError

FRAME = pd.DataFrame({"prediction": ["yes", "no"], "probability_no": [0.1, 0.8], "probability_yes": [0.9, 0.2]})
READERS = {"p.csv": pd.read_csv, "p.csv.gz": pd.read_csv, "p.parquet": pd.read_parquet, "p.xlsx": pd.read_excel}


@pytest.mark.parametrize("name", READERS)
def test_the_ending_chooses_the_format_and_predictions_are_written_over(tmp_path, name):
    if name.endswith(".xlsx"):
        pytest.importorskip("openpyxl")
    path = tmp_path / "new" / name
    predicted_file.check(str(path), "data.csv")
    predicted_file.write(FRAME.assign(reason_1="a=1 (+0.10)"), str(path))
    predicted_file.write(FRAME, str(path))

    pd.testing.assert_frame_equal(READERS[name](path), FRAME, check_dtype=False)


@pytest.mark.parametrize("name", ["p.txt", "p", "p.csv.zip", "p.tsv"])
def test_other_endings_are_refused(tmp_path, name):
    with pytest.raises(UsageError, match="ending") as caught:
        predicted_file.check(str(tmp_path / name), "data.csv")
    assert ".parquet" in caught.value.hint


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n",
        "row,target,prediction\n1,yes,yes\n",
        "prediction,age\nyes,3\n",
        "age,prediction\n3,yes\n",
        "\x00",
    ],
)
def test_anything_else_is_not_written_over(tmp_path, content):
    path = tmp_path / "p.csv"
    path.write_text(content)
    with pytest.raises(RunError, match="holds something else") as caught:
        predicted_file.write(FRAME, str(path))
    assert (path.read_text(), caught.value.hint) == (content, "--out with a new name")


def test_files_that_are_not_what_their_ending_says_are_not_written_over(tmp_path):
    for name in ("p.parquet", "p.csv.gz"):
        (tmp_path / name).write_bytes(b"prediction\nyes\n")
        with pytest.raises(RunError, match="holds something else"):
            predicted_file.write(FRAME, str(tmp_path / name))


def test_columns_before_the_prediction_must_be_the_same(tmp_path):
    files = pd.DataFrame({"path": ["a.png"], "prediction": ["yes"], "problem": [""]})
    path = str(tmp_path / "p.csv")
    predicted_file.write(files, path)
    predicted_file.write(files, path)
    with pytest.raises(RunError, match="holds something else"):
        predicted_file.write(FRAME, path)


def test_the_data_itself_is_refused_even_where_it_looks_like_predictions(tmp_path):
    path = tmp_path / "p.csv"
    FRAME.to_csv(path, index=False)
    (tmp_path / "link.csv").symlink_to(path)
    with pytest.raises(RunError, match="is the data to predict"):
        predicted_file.check(str(path), str(tmp_path / "link.csv"))


def test_an_empty_file_holds_nothing_to_lose(tmp_path):
    (tmp_path / "p.csv").touch()
    predicted_file.write(FRAME, str(tmp_path / "p.csv"))

    assert len(pd.read_csv(tmp_path / "p.csv")) == 2


def test_devices_have_no_ending():
    predicted_file.check("/dev/null", "data.csv")
    predicted_file.write(FRAME, "/dev/null")


def test_figures_have_no_more_digits_than_a_model_says():
    said = np.random.default_rng(0).random(1000).astype(np.float32)
    written = io.StringIO()
    predicted_file.as_csv(pd.DataFrame({"prediction": said.astype(float), "lower": said - 1 / 3}), written)
    figures = [cell for line in written.getvalue().split()[1:] for cell in line.split(",")]
    assert max(len(repr(value)) for value in said.astype(float).tolist()) > 14
    assert max(len(re.sub(r"^-?0\.0*|e.*|[-.]", "", figure)) for figure in figures) <= 10
    written.seek(0)
    np.testing.assert_array_equal(pd.read_csv(written)["prediction"].astype(np.float32), said)


def test_what_is_too_small_for_single_precision_is_zero_and_what_is_too_large_stays():
    given = np.array([4.2e-45, 0.1, np.nan], np.float32).astype(float)
    assert given[1] != 0.1
    written = io.StringIO()
    predicted_file.as_csv(pd.DataFrame({"p": given, "bound": [1 / 4, 1e300, np.inf], "n": ["a", "b", "c"]}), written)
    assert written.getvalue().split() == ["p,bound,n", "0.0,0.25,a", "0.1,1e+300,b", ",inf,c"]
