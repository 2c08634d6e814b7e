"""The compiled training step: with XLA where it pays, and without it where it does not know an operation."""

import keras
import numpy as np
import pytest

from automl.families.network import trainer
from automl.families.network.randaugment import RandAugment
from automl.families.network.trainer import Objective, Trainer

pytestmark = [
    pytest.mark.slow,  # compiles with XLA
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="JAX always compiles, PyTorch never does"),
]


def step_of(monkeypatch, layer):
    """A trainer that is told to compile, after one call of two steps; and its output's weights before."""
    monkeypatch.setattr(trainer, "compiled", lambda *, training, long=False: training)
    inputs = keras.Input((8, 8, 1))
    hidden = keras.layers.Flatten()(layer(inputs))
    network = keras.Model(inputs, keras.layers.Dense(2)(hidden))
    before = network.layers[-1].get_weights()[0]
    model = Trainer(network, Objective("classes"), keras.optimizers.Adam())
    random = np.random.default_rng(0)
    data = random.normal(size=(6, 8, 8, 1)).astype(np.float32), np.zeros(6, np.float32), np.ones(6, np.float32)
    model.steps(data, np.zeros((2, 3), np.int32), 1e-2)
    return model, before


@pytest.mark.parametrize(
    ("layer", "compiled"),
    [
        (keras.layers.ReLU(), True),
        (RandAugment(0.5), True),
        (keras.layers.Resizing(4, 4, antialias=True), False),  # XLA has no such operation
    ],
)
def test_a_step_that_cannot_be_compiled_is_taken_without(monkeypatch, layer, compiled):
    model, before = step_of(monkeypatch, layer)

    assert bool(model.jit_compile) is compiled
    assert int(model.optimizer.iterations) == 2
    assert np.abs(model.network.layers[-1].get_weights()[0] - before).max() > 0


def test_what_fails_after_a_first_step_is_an_error(monkeypatch):
    model, _ = step_of(monkeypatch, keras.layers.ReLU())

    with pytest.raises(Exception, match=r"shape|rank|dimension|incompatible"):
        model.steps((np.zeros((6, 8, 8, 2), np.float32), np.zeros(6), np.ones(6)), np.zeros((2, 3), np.int32), 1e-2)


@pytest.mark.parametrize(
    ("training", "gpu", "long", "expected"),
    [(True, True, False, True), (True, False, True, True), (True, False, False, False), (False, True, True, False)],
)
def test_tensorflow_compiles_training_on_a_gpu_or_for_many_steps(monkeypatch, training, gpu, long, expected):
    monkeypatch.setattr(trainer, "on_gpu", lambda: gpu)

    assert trainer.compiled(training=training, long=long) is expected
