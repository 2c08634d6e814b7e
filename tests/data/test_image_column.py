"""A column of images: places in a file of pixels that behave like cells, and paths that become such a column."""

import pickle

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from automl.data.dataset import NOWHERE, take
from automl.data.image_column import ImageArray, decoded, files_of


@pytest.fixture
def cells(tmp_path):
    """Five cells over three images of one grey each; the second has none."""
    greys = np.array([10, 20, 30], np.uint8)
    np.save(tmp_path / "pixels.npy", np.broadcast_to(greys[:, None, None, None], (3, 2, 4, 1)))
    return ImageArray(tmp_path / "pixels.npy", [2, NOWHERE, 0, 1, 2])


def greys(images):
    return images.images().pixels()[:, 0, 0, 0].tolist()


def test_pixels_are_black_where_there_is_no_image(cells):
    assert greys(cells) == [30, 0, 10, 20, 30]
    assert cells.images().shape == (5, 2, 4, 1)
    assert cells.images()[1:3].max(axis=(1, 2, 3)).tolist() == [0, 10]


CHANGES = [
    (lambda frame: take(frame, np.array([3, 0])), [20, 30]),
    (lambda frame: frame.iloc[1:3], [0, 10]),
    (lambda frame: frame[frame["number"] > 2], [20, 30]),
    (lambda frame: frame.copy(), [30, 0, 10, 20, 30]),
    (lambda frame: pd.concat([frame, frame.head(1)]), [30, 0, 10, 20, 30, 30]),
    (lambda frame: frame.reindex([4, 9]), [30, 0]),
    (lambda frame: frame.assign(photo=frame["photo"].array[np.array([2, 2, 2, 3, 1])]), [10, 10, 10, 20, 0]),
    (lambda frame: pickle.loads(pickle.dumps(frame)), [30, 0, 10, 20, 30]),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_a_frame_treats_images_like_other_cells(cells, change, expected):
    frame = change(pd.DataFrame({"photo": cells, "number": np.arange(5)}))
    assert greys(frame["photo"].array) == expected


def test_cells_without_an_image_are_missing(cells):
    column = pd.Series(cells)
    assert column.isna().tolist() == [False, True, False, False, False]
    assert cells[0] == 2
    assert len(pd.factorize(column)[1]) == 3


def test_hashes_depend_on_the_image_alone(cells):
    hashes = pd.util.hash_pandas_object(pd.Series(cells), index=False)
    assert hashes[0] == hashes[4] != hashes[2]


def test_paths_become_images_each_file_once(tmp_path):
    (tmp_path / "in").mkdir()
    for name, grey in (("a.png", 40), ("in/b.png", 90)):
        Image.new("L", (6, 6), grey).save(tmp_path / name)
    (tmp_path / "bad.png").write_bytes(b"not an image")
    paths = ["in/b.png", None, "a.png", "bad.png", str(tmp_path / "in/b.png"), "gone.png", " ", "in\\b.png"]
    column = pd.Series(paths, name="photo", dtype="str")
    images, reasons = decoded(column, tmp_path, (6, 6, 1), tmp_path / "out.npy")
    assert greys(images) == [90, 0, 40, 0, 90, 0, 0, 90]
    assert images.there.tolist() == [True, False, True, False, True, False, False, True]
    assert reasons == {"bad.png": "not an image Pillow can identify", "gone.png": "no such file"}
    assert len(np.load(tmp_path / "out.npy")) == 4
    files, codes = files_of(column, tmp_path)
    assert [files.paths[code] if code >= 0 else "" for code in codes][:3] == ["in/b.png", "", "a.png"]


def test_a_column_without_any_path(tmp_path):
    column = pd.Series([None, None], name="photo", dtype="str")
    images, reasons = decoded(column, tmp_path, (6, 6, 3), tmp_path / "out.npy")
    assert reasons == {}
    assert not images.there.any()
    assert images.images().pixels().shape == (2, 6, 6, 3)
