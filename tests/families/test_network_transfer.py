"""Training a backbone on: which layers, how fast, from which head, and never to something worse."""

from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from automl.families.network import place, transfer
from automl.families.network.facts import Facts, Preprocessing
from automl.families.network.training import Deadline, Plan, Run

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


def convolutions(side=16):
    """Three stages of one convolution each, the second and the third with batch normalisation."""
    inputs = keras.Input((side, side, 3))
    hidden = keras.layers.Conv2D(4, 3, padding="same", name="first")(inputs)
    hidden = keras.layers.Conv2D(4, 3, strides=2, padding="same", name="second")(hidden)
    hidden = keras.layers.BatchNormalization(name="normal")(hidden)
    hidden = keras.layers.Conv2D(4, 3, strides=2, padding="same", name="third")(hidden)
    return keras.Model(inputs, keras.layers.BatchNormalization(name="last")(hidden))


def patches():
    """Eight dense layers on a sequence, whose length never shrinks."""
    hidden = inputs = keras.Input((4, 6))
    for i in range(8):
        hidden = keras.layers.Dense(6, name=f"dense{i}")(hidden)
    return keras.Model(inputs, hidden)


def trained(core):
    return [layer.name for layer in core.layers if layer.trainable and layer.weights]


@pytest.mark.parametrize(
    ("stages", "expected"),
    [(0, []), (1, ["third"]), (2, ["second", "third"]), (9, ["first", "second", "third"])],
)
def test_stages_end_where_the_map_shrinks_and_normalisation_is_frozen(stages, expected):
    core = convolutions()

    transfer.freeze(core, stages)

    assert trained(core) == expected


def test_without_shrinking_maps_a_stage_is_a_quarter_of_the_layers():
    core = patches()

    transfer.freeze(core, 1)

    assert trained(core) == ["dense6", "dense7"]


def test_images_of_any_size_are_given_one_so_that_stages_are_known():
    sized = transfer._sized(convolutions(None), (16, 16))
    fixed = convolutions()
    fixed.set_weights(sized.get_weights())

    assert sized.input_shape == (None, 16, 16, 3)
    assert transfer._stages(sized) == transfer._stages(fixed)
    pixels = np.random.default_rng(0).normal(size=(2, 16, 16, 3)).astype(np.float32)
    np.testing.assert_allclose(sized.predict_on_batch(pixels), fixed.predict_on_batch(pixels), atol=1e-5)


@pytest.mark.parametrize(("factor", "expected"), [(1.0, 1.0), (0.1, 0.1)])
def test_small_weights_learn_slowly(factor, expected):
    inputs = keras.Input((50,))
    hidden = keras.layers.Dense(50, name="body")(inputs)
    network = keras.Model(inputs, keras.layers.Dense(2)(hidden))
    random = np.random.default_rng(0)
    network.layers[1].kernel.assign(random.normal(0, factor * transfer.SPREAD, (50, 50)))

    assert transfer.pace(network) == pytest.approx(expected, rel=0.05)


class Weights:
    """A trainer whose only weight goes up by one a call."""

    def __init__(self):
        self.value = 0
        self.network = SimpleNamespace(get_weights=lambda: [np.array(self.value)], set_weights=self.put)

    def steps(self, *_):
        self.value += 1

    def put(self, weights):
        self.value = int(weights[0])


@pytest.mark.parametrize("numeric", [True, False])
def test_the_first_weights_of_a_head_do_not_follow_rows_of_no_weight(numeric):
    random = np.random.default_rng(0)
    x = random.normal(size=(80, 2))
    y = (x[:, 0] > 0).astype(float)
    spoilt, weight = np.where(np.arange(80) < 40, 1.0 - y, y), np.where(np.arange(80) < 40, 0.0, 1.0)
    bias = [0.0] if numeric else [0.0, 0.0]

    found = transfer._linear(x, spoilt, weight, bias, numeric=numeric)

    expected = transfer._linear(x[40:], y[40:], np.ones(40), bias, numeric=numeric)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


@pytest.mark.parametrize(
    ("fitted", "losses", "kept", "epoch"),
    [
        (True, [0.5, 0.9, 0.8, 0.7], 0, 0),  # nothing better than the first weights
        (True, [0.5, 0.4, 0.3, 0.2], 3, 3),
        (False, [0.9, 0.8, 0.7], 3, 3),  # first weights that are random do not count
    ],
)
def test_first_weights_that_were_fitted_are_kept_unless_training_betters_them(fitted, losses, kept, epoch):
    trainer, answers = Weights(), iter(losses)
    data = (np.zeros((4, 1), np.float32), np.zeros(4, np.float32), np.ones(4, np.float32))
    plan = Plan(4, 1, 1, 3, 1e-3, "constant", 0)
    run = Run(trainer, data, lambda: next(answers), plan, Deadline(None), fitted=fitted)

    outcome = run.train(None)

    assert (trainer.value, outcome.best_epoch) == (kept, epoch)


def network_of(side):
    core = convolutions(side)
    return core, Facts("net", "here", Preprocessing(size=() if side is None else (side, side)), 4, 1)


@pytest.mark.parametrize(
    ("side", "speed", "seconds", "size", "left_out"),
    [
        (None, 10.0, 100.0, (64, 64), ()),
        (None, 10.0, 2.0, (32, 32), (64, 64)),  # half of the lines, four times the speed
        (None, 10.0, 0.0, (32, 32), (64, 64)),  # never below the smallest
        (16, 10.0, 0.0, (16, 16), ()),  # it takes no other
    ],
)
def test_the_size_follows_the_time_that_features_take(monkeypatch, side, speed, seconds, size, left_out):
    core, facts = network_of(side)
    monkeypatch.setattr(
        place, "_images_a_second", lambda core, facts, pixels: speed * (64 / facts.preprocessing.size[0]) ** 2
    )

    found = place._affordable(core, facts, np.zeros((64, 64, 64, 3), np.uint8), seconds)

    assert (found.preprocessing.size, found.size_left_out) == (size, left_out)


def test_speed_is_measured():
    core, facts = network_of(None)
    facts = replace(facts, preprocessing=Preprocessing(size=(16, 16)))

    assert place._images_a_second(core, facts, np.zeros((4, 20, 20, 3), np.uint8)) > 0
