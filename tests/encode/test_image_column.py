"""Images as a few numbers: components of hand-made features, nothing where there is no image."""

import json

import numpy as np
import pytest

from automl.data.image_column import ImageArray
from automl.encode.image import HandmadeImages
from automl.encode.image_column import COMPONENTS, IMAGES_A_COMPONENT, ImageEncoder
from automl.encode.parts import PartsEncoder
from automl.encode.table import LinearTable, TreeTable
from tests.rows import column


@pytest.fixture
def cells(tmp_path):
    """40 stripes across or along, and every fifth cell without an image."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 60, (40, 16, 16, 3))
    pixels[::2, ::4] += 150
    pixels[1::2, :, ::4] += 150
    np.save(tmp_path / "pixels.npy", pixels.astype(np.uint8))
    places = np.arange(40)
    places[::5] = -1
    return ImageArray(tmp_path / "pixels.npy", places)


def test_components_tell_images_apart(cells):
    numbers = ImageEncoder.fit(cells, 0).transform(cells)
    assert numbers.shape == (40, 32 // IMAGES_A_COMPONENT)
    np.testing.assert_array_equal(np.isnan(numbers).any(axis=1), np.arange(40) % 5 == 0)
    across = numbers[cells.there, 0][cells.places[cells.there] % 2 == 0]
    along = numbers[cells.there, 0][cells.places[cells.there] % 2 == 1]
    assert max(across.min(), along.min()) > min(across.max(), along.max())


def test_an_image_gives_the_same_alone_and_after_loading(cells):
    encoder = ImageEncoder.fit(cells, 0)
    plain, arrays = encoder.state()
    loaded = ImageEncoder.from_state((json.loads(json.dumps(plain)), arrays))
    one = cells[np.array([3])]
    np.testing.assert_allclose(loaded.transform(one), encoder.transform(cells)[3:4], atol=1e-9)
    assert loaded.names() == encoder.names() == [f"component {i + 1}" for i in range(4)]


def test_many_images_become_no_more_numbers_than_there_may_be(tmp_path):
    np.save(tmp_path / "pixels.npy", np.random.default_rng(0).integers(0, 255, (600, 8, 8, 1)).astype(np.uint8))
    encoder = ImageEncoder.fit(ImageArray(tmp_path / "pixels.npy", np.arange(600)), 0)
    assert len(encoder.names()) == COMPONENTS


def test_too_few_images_become_no_number(cells):
    encoder = ImageEncoder.fit(cells[np.array([0, 1])], 0)
    assert encoder.names() == []
    assert encoder.transform(cells).shape == (40, 0)


def test_few_features_are_in_memory_at_a_time(cells, monkeypatch):
    encoder, seen = ImageEncoder.fit(cells, 0), []
    whole, transform = encoder.transform(cells), HandmadeImages.transform

    def counted(handmade, images):
        seen.append(len(images))
        return transform(handmade, images)

    monkeypatch.setattr(HandmadeImages, "transform", counted)
    monkeypatch.setattr("automl.encode.image_column.BLOCK", 10)
    np.testing.assert_allclose(encoder.transform(cells), whole, atol=1e-9)
    assert seen == [10, 10, 10, 2]


def test_no_image_at_all(cells):
    none = cells[np.zeros(3, int)]
    assert ImageEncoder.fit(none, 0).transform(cells).shape == (40, 0)
    assert np.isnan(ImageEncoder.fit(cells, 0).transform(none)).all()


@pytest.mark.parametrize("kind", [LinearTable, TreeTable])
def test_components_stand_among_the_numbers(cells, kind):
    import pandas as pd

    frame = pd.DataFrame({"size": np.arange(40.0), "photo": cells})
    columns = [column("size"), column("photo", "image")]
    encoder = kind.fit(frame, columns, 0)
    assert encoder.parts.number_names[:2] == ("size", "photo: component 1")
    matrix = encoder.transform(frame)
    plain, arrays = encoder.state()
    loaded = kind.from_state((json.loads(json.dumps(plain)), arrays))
    np.testing.assert_array_equal(loaded.transform(frame), matrix)
    assert np.isnan(matrix).any() == (kind is TreeTable)


def test_a_table_without_images_loads_as_it_was_written_before():
    import pandas as pd

    encoder = PartsEncoder.fit(pd.DataFrame({"a": [1.0, 2.0]}), [column("a")], 0)
    plain, arrays = encoder.state()
    del plain["images"]
    assert PartsEncoder.from_state((plain, arrays)) == encoder
