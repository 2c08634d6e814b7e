"""What a training step is given: the same rows whether they lie on the device or are read from a file of images."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("keras")

from keras import ops

from automl.data.dataset import NOWHERE, Dataset, Images
from automl.data.image_column import ImageArray
from automl.encode.several import Several
from automl.families.base import Limits
from automl.families.network import FAMILY
from automl.families.network.backbone import Pixels
from automl.families.network.feed import feed
from automl.types import Problem
from tests.rows import column

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
PIXELS = np.random.default_rng(0).integers(0, 256, (120, 8, 8, 1), dtype=np.uint8)
ORDER = np.array([[3, 0, 3], [5, 1, 2]], dtype=np.int32)


@pytest.fixture
def stored(tmp_path):
    np.save(tmp_path / "images.npy", PIXELS)
    return Images(tmp_path / "images.npy", np.arange(120)[::-1])


@pytest.fixture
def reads(monkeypatch):
    """How many images each reading of a file took."""
    seen, read = [], Images.__getitem__

    def counted(images, rows):
        pixels = read(images, rows)
        seen.append(len(pixels))
        return pixels

    monkeypatch.setattr(Images, "__getitem__", counted)
    return seen


def taken(inputs, room=0):
    """The batches that a call takes: inputs by name, targets, weights."""
    (x, *others), order = feed((inputs, np.arange(120.0), np.arange(120.0) + 7), room).call(ORDER)
    values = {"y": others[0], "weight": others[1], **(x if isinstance(x, dict) else {"x": x})}
    return {name: ops.convert_to_numpy(value)[order] for name, value in values.items()}


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: Several({"image 0": x, "table": PIXELS[:, 0, 0]})])
def test_images_of_a_call_are_those_of_its_order(stored, reads, wrap):
    streamed, resident = taken(wrap(stored)), taken(wrap(PIXELS[::-1]))

    assert set(streamed) == set(resident)
    for name, ours in streamed.items():
        np.testing.assert_array_equal(ours, resident[name])
    assert reads == [6]


def test_what_lies_on_the_device_is_filled_up_to_one_shape():
    data, order = feed((Several({"a": PIXELS[:6]}), np.arange(6.0), np.ones(6)), 9).call(ORDER)

    assert [len(values) for values in (data[0]["a"], *data[1:])] == [9, 9, 9]
    np.testing.assert_array_equal(order, ORDER)


def test_a_fit_on_images_never_reads_more_than_a_call_takes_whatever_memory_there_is(stored, reads, monkeypatch):
    problem = Problem("image", "binary", "log_loss", ("a", "b"), image_size=(8, 8, 1))
    data = Dataset(problem, stored, np.arange(120) % 2)
    params = {"width": 8, "blocks": 1, "epochs": 1, "batch": 8}
    monkeypatch.setattr("automl.families.network.image_kind.SAMPLE", 20 * 64)
    monkeypatch.setattr("automl.families.network.image_kind.ImageKind.steps", lambda *_: 2)

    model = FAMILY.fit(params, data, Limits(memory=1))

    assert "downsized" not in model.info
    assert sorted(set(reads)) == [16, 24]  # two batches of a call; the sample, and the rows set aside
    assert model.predict(stored).shape == (120, 2)
    assert max(reads) <= 64


def test_nor_does_one_on_a_table_with_a_column_of_images(stored, reads, monkeypatch):
    places = np.where(np.arange(120) % 7, np.arange(120), NOWHERE)
    frame = pd.DataFrame({"a": np.arange(120.0), "photo": ImageArray(stored.file, places)})
    columns = (column("a"), replace(column("photo", "image"), image_size=(8, 8, 1)))
    data = Dataset(Problem("table", "binary", "log_loss", ("a", "b"), columns), frame, np.arange(120) % 2)
    params = {"kind": "branches", "width": 16, "image_width": 8, "epochs": 1, "batch": 8, "summaries": False}
    monkeypatch.setattr("automl.families.network.branch_kind.BranchKind.steps", lambda *_: 2)
    monkeypatch.setattr("automl.families.network.branch_kind.BranchKind.batch", 32)

    model = FAMILY.fit(params, data, Limits())

    assert sorted(set(reads)) == [16, 24]
    assert model.predict(frame).shape == (120, 2)
    assert max(reads) == 32


def test_images_for_a_backbone_that_is_trained_on_are_not_read_ahead(stored, reads):
    encoder = Pixels(Dataset(Problem("image", "binary", "log_loss", ("a", "b")), stored, np.zeros(120)))

    assert encoder.transform(stored) is stored
    assert (encoder.width, reads) == (0, [])
