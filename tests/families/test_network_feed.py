"""What a training step is given: the same rows whether they lie on the device or are read from a file of images."""

import numpy as np
import pytest

pytest.importorskip("keras")

from keras import ops

from automl.data.dataset import Dataset, Images
from automl.encode.several import Several
from automl.families.base import Limits
from automl.families.network import FAMILY
from automl.families.network.backbone import Pixels
from automl.families.network.feed import feed
from automl.types import Problem

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
    """The batches that a call takes: inputs, targets, weights."""
    data, order = feed((inputs, np.arange(120.0), np.arange(120.0) + 7), room).call(ORDER)
    return [ops.convert_to_numpy(values)[order] for values in data]


def test_images_of_a_call_are_those_of_its_order(stored, reads):
    streamed, resident = taken(stored), taken(PIXELS[::-1])

    for ours, theirs in zip(streamed, resident, strict=True):
        np.testing.assert_array_equal(ours, theirs)
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


def test_images_for_a_backbone_that_is_trained_on_are_not_read_ahead(stored, reads):
    encoder = Pixels(Dataset(Problem("image", "binary", "log_loss", ("a", "b")), stored, np.zeros(120)))

    assert encoder.transform(stored) is stored
    assert (encoder.width, reads) == (0, [])
