"""Operations drawn for each training image: what each does, that predictions have none, and that a seed fixes them."""

import keras
import numpy as np
import pytest

from automl.families.network import randaugment
from automl.families.network.randaugment import COLOURS, MOVES, RandAugment

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
IMAGES = np.random.default_rng(0).normal(size=(40, 16, 12, 3)).astype(np.float32)
RAMP = (np.mgrid[:10, :20] * np.array([100, 1])[:, None, None]).sum(axis=0).astype(np.float32)[None, :, :, None]


tensor = keras.ops.convert_to_tensor


def array(values):
    return keras.ops.convert_to_numpy(values)


def moved(*names):
    """The ramp after the moves of these names, at magnitude 1."""
    amount = {name: tensor(np.float32([names.count(name)])) for name in MOVES}
    return array(randaugment._moved(tensor(RAMP), amount))[0, :, :, 0]


def coloured(values, name, amount=1.0):
    """Values after one operation, black and white being their lowest and highest."""
    own = {key: tensor(np.full(len(values), amount * (key == name), "float32")) for key in COLOURS}
    return array(randaugment._coloured(tensor(values), own))


@pytest.mark.parametrize("images", [IMAGES, IMAGES[..., :1]])
def test_training_images_change_and_others_do_not(images):
    changed = array(RandAugment(0.5)(images, training=True))

    np.testing.assert_array_equal(array(RandAugment(0.5)(images)), images)
    np.testing.assert_array_equal(array(RandAugment(0.0)(images, training=True)), images)
    assert changed.shape == images.shape
    assert np.isfinite(changed).all()
    assert (np.abs(changed - images).max(axis=(1, 2, 3)) > 0.01).mean() > 0.8


def test_a_seed_fixes_what_is_drawn_and_the_next_batch_is_drawn_anew():
    layer, again, other = RandAugment(0.5, seed=3), RandAugment(0.5, seed=3), RandAugment(0.5, seed=4)
    first, second = (array(layer(IMAGES, training=True)) for _ in range(2))

    np.testing.assert_array_equal(array(again(IMAGES, training=True)), first)
    assert np.abs(second - first).max() > 0.1
    assert np.abs(array(other(IMAGES, training=True)) - first).max() > 0.1


def test_a_plain_image_stays_plain_whatever_is_drawn():
    plain = np.broadcast_to(np.float32([0.5, 0.5, 0.5]), (200, 8, 8, 3))

    np.testing.assert_allclose(array(RandAugment(1.0)(plain, training=True)), plain, atol=1e-6)


def test_shifts_repeat_the_edge_and_add_up():
    right, down = moved("shift x"), moved("shift y")

    np.testing.assert_allclose(right[:, :14], RAMP[0, :, 6:, 0], atol=1e-3)
    np.testing.assert_allclose(right[:, 14:], np.repeat(RAMP[0, :, -1:, 0], 6, axis=1), atol=1e-3)
    np.testing.assert_allclose(down[:7], RAMP[0, 3:, :, 0], atol=1e-3)
    np.testing.assert_allclose(moved("shift x", "shift x")[:, :8], RAMP[0, :, 12:, 0], atol=1e-3)
    np.testing.assert_allclose(moved("shift x", "shift y")[:7, :14], RAMP[0, 3:, 6:, 0], atol=1e-3)


@pytest.mark.parametrize(
    ("name", "matrix"),
    [
        ("rotate", [[np.cos(0.52), np.sin(0.52)], [-np.sin(0.52), np.cos(0.52)]]),
        ("shear x", [[1.0, 0.0], [0.3, 1.0]]),
        ("shear y", [[1.0, 0.3], [0.0, 1.0]]),
        ("zoom", [[1.3, 0.0], [0.0, 1.3]]),
    ],
)
def test_other_moves_sample_about_the_middle(name, matrix):
    rows, columns = np.mgrid[:10, :20] - np.array([4.5, 9.5])[:, None, None]
    y, x = np.einsum("ij,jhw->ihw", np.array(matrix), [rows, columns])
    y, x = np.clip(y + 4.5, 0, 9), np.clip(x + 9.5, 0, 19)

    np.testing.assert_allclose(moved(name), 100 * y + x, atol=1e-2)  # a ramp is interpolated exactly


def test_colour_operations():
    values = IMAGES[:4]
    low, high = values.min(axis=(1, 2), keepdims=True), values.max(axis=(1, 2), keepdims=True)
    middle, grey = values.mean(axis=(1, 2), keepdims=True), values.mean(axis=-1, keepdims=True)

    np.testing.assert_allclose(coloured(values, "brightness"), low + 1.9 * (values - low), atol=1e-4)
    np.testing.assert_allclose(coloured(values, "contrast", -1), middle + 0.1 * (values - middle), atol=1e-4)
    np.testing.assert_allclose(coloured(values, "saturation", -1), grey + 0.1 * (values - grey), atol=1e-4)
    half = np.where(values > (low + high) / 2, low + high - values, values)
    np.testing.assert_allclose(coloured(values, "solarize", 0.5), half, atol=1e-4)
    np.testing.assert_array_equal(coloured(values, None), values)


def test_sharpness_turned_down_is_a_blur_and_posters_have_few_levels():
    values = IMAGES[:4]

    assert coloured(values, "sharpness", -1).std() < 0.6 * values.std() < 0.6 * coloured(values, "sharpness").std()
    blurred = coloured(values, "sharpness", -1)[0, 1, 1]
    np.testing.assert_allclose(blurred, 0.1 * values[0, 1, 1] + 0.9 * values[0, :3, :3].mean(axis=(0, 1)), atol=1e-4)
    assert len(np.unique(coloured(values, "posterize")[0, :, :, 0])) <= 17


def test_the_layer_is_built_again_from_what_it_says():
    layer = RandAugment.from_config(RandAugment(0.5, seed=3).get_config())

    assert (layer.strength, layer.seed) == (0.5, 3)
