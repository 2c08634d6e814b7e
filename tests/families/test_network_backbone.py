"""The features of a frozen backbone, and the file of a run that keeps them."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from automl.data.dataset import Dataset, Images
from automl.explain.importance import importance
from automl.families import network
from automl.families.network import backbone
from automl.families.network.facts import FILE, Facts, Preprocessing
from automl.types import Problem

N, SIDE = 24, 12


class Model:
    """Class 1 where the first feature, the mean of an image's centre, is high."""

    def __init__(self, encoder):
        self.encoder = encoder

    def predict(self, images):
        high = self.encoder.transform(images)[:, :1] > 0.3
        return np.where(np.hstack([~high, high]), 0.9, 0.1)


@pytest.fixture
def data(tmp_path):
    """Images that are bright in the centre in class 1, and the backbone of their run beside them."""
    y = np.arange(N) % 2
    pixels = np.zeros((N, SIDE, SIDE, 3), np.uint8)
    pixels[y == 1, 4:8, 4:8] = 250
    np.save(tmp_path / "images.npy", pixels)
    (tmp_path / FILE).touch()
    problem = Problem("image", "binary", "log_loss", ("a", "b"), (), 0, (SIDE, SIDE, 3))
    return Dataset(problem, Images(tmp_path / "images.npy", np.arange(N)), y)


def centre():
    """An encoder of (images, 3) features: the means of an image's centre."""
    inputs = keras.Input((SIDE, SIDE, 3))
    core = keras.Model(inputs, keras.layers.Cropping2D(4)(inputs))
    return backbone.Features(core, Facts("net", "here", Preprocessing(scale=1 / 255), 3, 0), (SIDE, SIDE, 3))


def test_the_features_of_an_image_are_computed_once_a_run(data, monkeypatch):
    first = centre().transform(data.inputs)

    monkeypatch.setattr(backbone, "outputs", None)

    np.testing.assert_array_equal(centre().transform(data.inputs.take(np.array([3, 0]))), first[[3, 0]])


@pytest.mark.parametrize("known", [N, 3])
def test_importance_sees_the_images_it_mixed_and_leaves_the_features_of_the_run(data, monkeypatch, known):
    centre().transform(data.inputs.take(np.arange(known)))
    monkeypatch.setattr(network.FAMILY, "load", lambda *_: Model(centre()))

    found = importance(data, np.arange(N)[N // 2 :], data.inputs.file.parent, "network", "log_loss", None)

    first, *others = found.columns
    assert (first["column"], first["low"] > 0.5) == ("centre", True)
    assert all(other["value"] == 0 for other in others)
    true = centre().transform(replace(data.inputs, scratch=True))
    np.testing.assert_array_equal(centre().transform(data.inputs), true)
