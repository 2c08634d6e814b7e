"""Half precision: where it pays, what it does to a network, and what is left of it after training."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from automl import devices
from automl.data.dataset import Dataset, Images
from automl.families.base import Limits
from automl.families.network import FAMILY, audio, images, precision
from automl.types import Problem

PARAMS = {"block": "residual", "width": 8, "blocks": 1, "kernel": 3, "dropout": 0.1, "augment": 0.3, "flip": False}
PROBLEM = Problem("image", "binary", "log_loss", ("dark", "light"), image_size=(16, 16, 1))


@pytest.fixture
def paying(monkeypatch):
    """As on a GPU with units for bfloat16."""
    monkeypatch.setattr(precision, "pays", lambda: True)


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("/job:localhost/replica:0/task:0/device:GPU:0", True),
        ("/job:localhost/replica:0/task:0/device:CPU:0", False),
        ("cuda:0", True),
        ("TFRT_CPU_0", False),
        ("cpu", False),
    ],
)
def test_where_a_number_lies_says_what_computes(monkeypatch, device, expected):
    monkeypatch.setattr(keras.ops, "convert_to_tensor", lambda _: SimpleNamespace(device=device))
    assert precision.on_gpu() is expected


@pytest.mark.parametrize(
    ("gpu", "capability", "expected"), [(False, 9.0, False), (True, 7.5, False), (True, 8.0, True)]
)
def test_it_pays_on_a_gpu_with_units_for_it(monkeypatch, gpu, capability, expected):
    monkeypatch.setattr(precision, "on_gpu", lambda: gpu)
    monkeypatch.setattr(devices, "capability", lambda: capability)
    precision.pays.cache_clear()
    assert precision.pays() is expected
    precision.pays.cache_clear()


def test_networks_are_single_where_it_does_not_pay():
    network = images.network((16, 16, 1), np.zeros((4, 16, 16, 1), np.uint8), PARAMS, [0.0], 0)
    assert not precision.is_mixed(network)


@pytest.mark.usefixtures("paying")
@pytest.mark.parametrize(
    "build",
    [
        lambda: images.network((16, 16, 1), np.zeros((4, 16, 16, 1), np.uint8), PARAMS, [0.0, 0.0], 0),
        lambda: audio.network((32, 32, 1), PARAMS, 2),
    ],
    ids=["images", "recordings"],
)
def test_convolutions_alone_are_in_half_precision(build):
    network = build()
    computed = {layer.compute_dtype for layer in network.layers if isinstance(layer, keras.layers.Conv2D)}
    others = (images.Pixels, images.Warp, audio.SpecAugment, keras.layers.Dense)
    assert computed == {"bfloat16"}
    assert {layer.compute_dtype for layer in network.layers if isinstance(layer, others)} == {"float32"}
    assert {variable.dtype for variable in network.trainable_variables} == {"float32"}
    assert keras.backend.standardize_dtype(network.output.dtype) == "float32"
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.usefixtures("paying")
def test_the_single_twin_agrees():
    random = np.random.default_rng(0)
    pixels = random.integers(0, 255, (8, 16, 16, 1)).astype(np.uint8)
    network = images.network((16, 16, 1), pixels, PARAMS, [0.0, 0.0], 0)
    twin = precision.single(network)
    assert precision.is_mixed(network)
    assert not precision.is_mixed(twin)
    half, whole = (keras.ops.convert_to_numpy(one(pixels)) for one in (network, twin))
    assert not np.array_equal(half, whole)
    np.testing.assert_allclose(half, whole, atol=0.05)


@pytest.mark.slow
@pytest.mark.usefixtures("paying")
def test_a_fit_learns_and_is_saved_in_single_precision(tmp_path):
    random = np.random.default_rng(0)
    y = np.arange(120) % 2
    pixels = np.clip(random.normal(90 + 60 * y[:, None, None, None], 30, (120, 16, 16, 1)), 0, 255).astype(np.uint8)
    np.save(tmp_path / "images.npy", pixels)
    rows = Dataset(PROBLEM, Images(tmp_path / "images.npy", np.arange(120)), y)
    model = FAMILY.fit({**PARAMS, "epochs": 4}, rows, Limits())
    predicted = model.predict(rows.inputs)
    assert np.mean(predicted.argmax(axis=1) == y) > 0.9
    model.save(tmp_path)
    assert '"bfloat16"' not in json.dumps(
        keras.saving.load_model(tmp_path / "network.keras", compile=False).get_config()
    )
    again = FAMILY.load(tmp_path, PROBLEM).predict(rows.inputs)
    np.testing.assert_allclose(again, predicted, atol=1e-5)
