"""Hand-made image features: shapes, names, invariances, the cache and the state."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from automl.data.dataset import Images
from automl.encode import colour, hog, image
from automl.encode.image import HandmadeImages, feature_names, features
from automl.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def group(matrix: np.ndarray, names: tuple[str, ...], prefix: str) -> np.ndarray:
    return matrix[:, [name.startswith(prefix) for name in names]]


@pytest.mark.parametrize(
    "shape", [(3, 8, 8, 1), (3, 28, 28, 1), (3, 64, 64, 3), (3, 48, 64, 3), (2, 5, 9, 3), (1, 1, 1, 1)]
)
def test_shape_and_names(shape):
    matrix = features(noise(*shape))
    names = feature_names(shape[-1])
    assert matrix.shape == (shape[0], len(names))
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    assert len(set(names)) == len(names)
    assert {name.split(":")[0] for name in names} == {"hog", "colour", "pixels"}


def test_rows_do_not_depend_on_each_other():
    pixels = noise(70, 28, 28, 3)
    whole = features(pixels)
    np.testing.assert_allclose(features(pixels[37:38])[0], whole[37], atol=1e-5)
    np.testing.assert_array_equal(features(pixels[:0]), whole[:0])


def edge(angle: float, size: int = 32) -> np.ndarray:
    """A picture that grows brighter towards `angle` (degrees, clockwise from right)."""
    down, right = np.mgrid[:size, :size] / size - 0.5
    slope = np.cos(np.radians(angle)) * right + np.sin(np.radians(angle)) * down
    return np.clip(128 + 120 * slope, 0, 255).astype(np.uint8)[None, ..., None]


@pytest.mark.parametrize("angle", [0, 40, 90, 180, 260])
def test_orientation_of_an_edge(angle):
    names = hog.names()
    found = hog.features(edge(angle))[0]
    signed = {
        a: sum(v for v, n in zip(found, names, strict=True) if n.startswith("2x2") and n.endswith(f"angle {a}"))
        for a in range(0, 360, 20)
    }
    strongest = max(signed, key=lambda a: signed[a])
    assert min(abs(strongest - angle), 360 - abs(strongest - angle)) <= 20


def test_hog_ignores_contrast_and_flat_pictures_have_none():
    faint, strong = edge(40) // 4 + 80, edge(40) // 2 + 60
    np.testing.assert_allclose(hog.features(faint), hog.features(strong), atol=0.06)
    assert hog.features(np.full((1, 32, 32, 3), 77, np.uint8)).max() == 0


def test_hog_sees_an_edge_between_colours_of_the_same_brightness():
    picture = np.zeros((1, 32, 32, 3), np.uint8)
    picture[:, :, :16, 0] = picture[:, :, 16:, 2] = 200
    assert hog.features(picture).max() > 0.1


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [((255, 0, 0), "hue 0 saturation 2 value 2"), ((0, 255, 0), "hue 4"), ((0, 0, 255), "hue 8"), ((9, 9, 9), "hue 0")],
)
def test_histogram_of_one_colour(rgb, expected):
    found = colour.features(np.full((1, 8, 8, 3), rgb, np.uint8))[0]
    names = colour.names(3)
    full = [name for name, value in zip(names, found, strict=True) if name.startswith("hue ") and value == 1]
    assert [name for name in full if name.startswith(expected)]
    deviations = [value for name, value in zip(names, found, strict=True) if name.startswith("deviation")]
    assert max(deviations) < 1e-3


def test_thumbnail_is_the_mean_of_equal_areas():
    pixels = noise(2, 24, 16, 1)
    expected = pixels[..., 0].reshape(2, 8, 3, 8, 2).mean(axis=(2, 4)) / 255
    np.testing.assert_allclose(colour.thumbnail(pixels), expected.reshape(2, -1), atol=1e-5)
    uneven = colour.thumbnail(np.full((1, 13, 5, 3), 51, np.uint8))
    np.testing.assert_allclose(uneven, 0.2, atol=1e-5)


@pytest.fixture
def stored(tmp_path: Path) -> Images:
    np.save(tmp_path / "pixels.npy", noise(20, 16, 16, 3))
    return Images(tmp_path / "pixels.npy", np.arange(20))


def test_encoder_follows_the_selection(stored):
    encoder = HandmadeImages()
    whole = features(stored.pixels())
    rows = np.array([5, 2, 2, 19])
    np.testing.assert_allclose(encoder.transform(stored.take(rows)), whole[rows], atol=1e-5)
    np.testing.assert_allclose(encoder.fit_transform(stored), whole, atol=1e-5)
    assert encoder.transform(stored.take(rows[:0])).shape == (0, whole.shape[1])


def test_rows_are_computed_once(stored, monkeypatch):
    asked = []

    def counting(pixels):
        asked.append(len(pixels))
        return features(pixels)

    monkeypatch.setattr(image, "features", counting)
    encoder = HandmadeImages()
    encoder.transform(stored.take(np.arange(12)))
    HandmadeImages().transform(stored.take(np.arange(6, 20)))
    encoder.transform(stored)
    assert sum(asked) == 20


@pytest.mark.parametrize("scratch", [False, True])
def test_few_pixels_are_in_memory_at_a_time(stored, monkeypatch, scratch):
    whole, asked = features(stored.pixels()), []

    def counting(pixels):
        asked.append(len(pixels))
        return features(pixels)

    monkeypatch.setattr(image, "features", counting)
    monkeypatch.setattr("automl.encode.rowcache.BLOCK_BYTES", 6 * stored.pixels()[0].size)
    found = HandmadeImages().transform(replace(stored, scratch=scratch))

    assert max(asked) == 6
    np.testing.assert_allclose(found, whole, atol=1e-5)


def test_what_the_cache_gives_may_be_changed(stored):
    encoder = HandmadeImages()
    first = encoder.transform(stored)
    first[:] = -1
    assert encoder.transform(stored).min() >= -1.0
    np.testing.assert_allclose(encoder.transform(stored), features(stored.pixels()), atol=1e-5)


def test_a_rewritten_file_is_computed_again(stored):
    encoder = HandmadeImages()
    before = encoder.transform(stored)
    np.save(stored.file, 255 - np.load(stored.file)[:15])
    after = encoder.transform(Images(stored.file, np.arange(15)))
    assert np.abs(after - before[:15]).max() > 0.1


def test_state_is_json_and_guards_the_layout():
    encoder = HandmadeImages()
    state = json.loads(json.dumps(encoder.state()))
    assert HandmadeImages.from_state(state) == encoder
    assert HandmadeImages.from_state(state | {"threads": 1}) == encoder  # as it was saved once
    with pytest.raises(RunError, match="version 99"):
        HandmadeImages.from_state(state | {"version": 99})


def test_linear_model_reads_digits_better_than_from_pixels():
    """One split by writer: pixels alone give 0.88 on it."""
    from sklearn.datasets import load_digits
    from sklearn.linear_model import RidgeClassifier

    digits = load_digits()
    pixels = (digits.images * 255 / 16).astype(np.uint8)[:900, :, :, None]
    matrix = features(pixels)
    model = RidgeClassifier(alpha=1.0).fit(matrix[:600], digits.target[:600])
    assert model.score(matrix[600:], digits.target[600:900]) >= 0.93
