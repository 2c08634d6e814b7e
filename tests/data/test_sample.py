"""Bundled samples: what is written, and that nothing is overwritten."""

from pathlib import Path

import pytest

from automl.data.read import read
from automl.data.sample import SAMPLES, write
from automl.data.source import ImageFiles
from automl.errors import RunError, UsageError

TABLES = {
    "breast_cancer": (569, 31, "diagnosis", "malignant"),
    "diabetes": (442, 11, "progression", "151.0"),
    "wine": (178, 14, "cultivar", "class_0"),
    "iris": (150, 5, "species", "setosa"),
    "digits_table": (1797, 65, "digit", "0"),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(tmp_path: Path, name: str) -> None:
    rows, columns, target, first = TABLES[name]
    path = write(name, tmp_path / "new")
    assert path == tmp_path / "new" / f"{name}.csv"
    table = read(path)
    assert table.frame.shape == (rows, columns)
    assert table.reading["target"]["name"] == target
    assert table.frame[target].iloc[0] == first
    assert target in SAMPLES[name] or name == "digits"


def test_digits_are_grey_images_in_class_folders(tmp_path: Path) -> None:
    from PIL import Image

    found = read(write("digits", tmp_path))
    assert isinstance(found, ImageFiles)
    assert found.labels is not None
    assert sorted(set(found.labels)) == [str(digit) for digit in range(10)]
    assert len(found.paths) == 1797
    with Image.open(tmp_path / "digits" / "0" / "0000.png") as first:
        assert (first.size, first.mode, first.getextrema()) == ((8, 8), "L", (0, 239))


def test_every_sample_is_described_and_nothing_is_overwritten(tmp_path: Path) -> None:
    assert set(SAMPLES) == {*TABLES, "digits"}
    path = write("iris", tmp_path)
    before = path.read_bytes()
    with pytest.raises(RunError, match="there already"):
        write("iris", tmp_path)
    assert path.read_bytes() == before


def test_an_unknown_sample_names_the_closest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'iris'"):
        write("irys", tmp_path)
    assert not list(tmp_path.iterdir())
