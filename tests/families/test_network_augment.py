"""What is random in training series and spectrograms, mixtures of rows, and pooling of texts."""

import time

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from automl.families.network.audio import SpecAugment  # noqa: E402
from automl.families.network.average import Average  # noqa: E402
from automl.families.network.mixing import Mixing, mixture  # noqa: E402
from automl.families.network.series import Disturbed, kernels  # noqa: E402
from automl.families.network.text import Pooled  # noqa: E402
from automl.families.network.trainer import Objective, Trainer  # noqa: E402
from automl.families.network.training import Deadline, Plan, Run  # noqa: E402

pytestmark = [
    pytest.mark.slow,  # imports Keras
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
SERIES = np.random.default_rng(0).normal(size=(16, 40, 3)).astype(np.float32)
CLIPS = np.random.default_rng(0).uniform(0.5, 1.0, (16, 64, 40, 1)).astype(np.float32)


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize(("layer", "inputs"), [(Disturbed(1.0, channels=1), SERIES), (SpecAugment(1.0), CLIPS)])
def test_predictions_are_not_augmented(layer, inputs):
    np.testing.assert_array_equal(array(layer(inputs, training=False)), inputs)
    assert np.abs(array(layer(inputs, training=True)) - inputs).max() > 0.01


def test_channels_that_are_no_values_are_only_shifted():
    inputs = np.repeat(np.arange(40, dtype=np.float32)[None, :, None], 16, axis=0).repeat(3, axis=2)
    moved = array(Disturbed(1.0, channels=1)(inputs, training=True))[:, :, 1:]
    shift = moved[:, 20] - 20
    assert 0 < np.abs(shift).max() <= 2
    np.testing.assert_array_equal(moved[:, 10:30] - inputs[:, 10:30, 1:], np.repeat(shift[:, None], 20, axis=1))


def test_masks_silence_whole_bands_and_frames_of_a_part():
    silent = array(SpecAugment(1.0)(CLIPS, training=True))[..., 0] == 0
    bands, frames = silent.all(axis=2), silent.all(axis=1)
    np.testing.assert_array_equal(silent, bands[:, :, None] | frames[:, None, :])
    assert 0 < bands.mean() < 0.25
    assert 0 < frames.mean() < 0.2


def test_a_mixture_is_learnt_as_its_parts_are():
    x = np.array([[100], [200]], dtype=np.uint8)
    y, weight = np.array([0.0, 1.0], np.float32), np.array([1.0, 3.0], np.float32)
    drawn = np.array([0.75, 0.75, 0, 0, 0, 0], np.float32)
    mixed, targets, _ = mixture(*map(keras.ops.convert_to_tensor, (x, y, weight, drawn)))
    assert array(mixed).ravel().tolist() == [125, 175]
    np.testing.assert_allclose(array(targets), [[0, 1, 0.75, 0.75], [1, 0, 2.25, 0.25]])
    output = np.array([[2.0, 0.0], [0.0, 2.0]], np.float32)
    right, wrong = np.log1p(np.exp(-2.0)), np.log1p(np.exp(2.0))
    expected = (0.75 * right + 0.75 * wrong + 2.25 * right + 0.25 * wrong) / 2
    assert float(Objective("classes").mixed(targets, keras.ops.convert_to_tensor(output))) == pytest.approx(expected)


def test_a_rectangle_of_one_image_lies_in_the_next():
    x = np.stack([np.full((4, 8, 1), value, np.uint8) for value in (10, 20)])
    y, weight = np.array([0.0, 1.0], np.float32), np.ones(2, np.float32)
    drawn = np.array([1.0, 0.75, 0.0, 0.5, 0.5, 1.0], np.float32)

    mixed, targets, _ = mixture(*map(keras.ops.convert_to_tensor, (x, y, weight, drawn)))

    expected = np.full((4, 8), 10)
    expected[:2, 4:] = 20
    np.testing.assert_array_equal(array(mixed)[0, :, :, 0], expected)
    np.testing.assert_allclose(array(targets), [[0, 1, 0.75, 0.25], [1, 0, 0.75, 0.25]])


@pytest.mark.parametrize(
    ("mixing", "blended", "cut"), [(Mixing(0.2), 200, 0), (Mixing(0.0, 1.0), 0, 200), (Mixing(0.2, 1.0), 100, 100)]
)
def test_what_is_drawn_for_each_step(mixing, blended, cut):
    drawn = mixing.draw(200, np.random.default_rng(0))
    area = (drawn[:, 3] - drawn[:, 2]) * (drawn[:, 5] - drawn[:, 4])
    is_cut = area > 0

    assert is_cut.sum() == pytest.approx(cut, abs=25)
    np.testing.assert_allclose(drawn[:, 1], np.where(is_cut, 1 - area, drawn[:, 0]), atol=1e-6)
    assert (drawn[is_cut, 0] == 1).all()
    assert ((drawn >= 0) & (drawn <= 1)).all()


def taken(monkeypatch, seed, deadline=None):
    """What the last call of a training run of images was given to mix them by."""
    network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    trainer, seen = Trainer(network, Objective("classes"), keras.optimizers.Adam(), mixing=Mixing(0.2, 1.0)), []
    monkeypatch.setattr(trainer, "train_on_batch", lambda data: seen.append(data[4]))
    data = np.zeros((8, 4), np.float32), np.zeros(8, np.float32), np.ones(8, np.float32)
    run = Run(trainer, data, None, Plan(4, 6, 1, 1, 1e-3, "constant", seed), Deadline(deadline))
    run.train(None if deadline is None else run.measure())
    return seen[-1]


def test_mixtures_depend_on_the_seed_and_not_on_what_was_measured_before(monkeypatch):
    first = taken(monkeypatch, 0)

    np.testing.assert_array_equal(taken(monkeypatch, 0, time.monotonic() + 60), first)
    assert (taken(monkeypatch, 1) != first).any(axis=1).all()


def test_an_average_of_weights_forgets_where_it_began():
    average = Average(0.1)
    for step in range(100):
        average.add([np.array([float(step >= 50)])], 0.01)
        if step == 0:
            assert average.weights()[0] == 0.0  # of one step, that step

    assert average.weights()[0] == pytest.approx(1 - np.exp(-5), abs=1e-3)
    constant = Average(0.5)
    constant.add([np.array([3.0])], 0.01)
    assert constant.weights()[0] == pytest.approx(3.0)  # no bias towards nought


def test_pooling_leaves_padding_out():
    tokens = np.array([[5, 6, 0], [0, 0, 0]], np.int32)
    vectors = np.array([[[-1.0], [-3.0], [9.0]], [[9.0], [9.0], [9.0]]], np.float32)
    assert array(Pooled()(tokens, vectors)).tolist() == [[-2.0, -1.0], [0.0, 0.0]]


@pytest.mark.parametrize(("steps", "expected"), [(150, (40, 20, 10)), (24, (12, 6, 3)), (1, (3, 2, 1))])
def test_kernels_suit_the_length(steps, expected):
    assert kernels(steps, 40) == expected
