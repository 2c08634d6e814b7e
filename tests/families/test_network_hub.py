"""Presets of KerasHub, built here and small: for images and for texts, from folder to predictions."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest

keras_hub = pytest.importorskip("keras_hub")

from automl.data.dataset import Dataset, Images  # noqa: E402
from automl.errors import DataError, RunError  # noqa: E402
from automl.families.base import Limits  # noqa: E402
from automl.families.network import FAMILY, hub, place, place_text, pretrained, text_backbone  # noqa: E402
from automl.families.network.facts import BackboneError  # noqa: E402
from automl.types import Column, Problem  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of KerasHub and what it imports
]
WORDS = ("good", "bad", "fine", "poor", "the", "film", "was", "so")
COLUMN = Column("words", "text", "feature", "", 0, 0)


@pytest.fixture(scope="module")
def pictures_preset(tmp_path_factory):
    """A residual network whose images are halved at once, with what it wants to be given."""
    folder = tmp_path_factory.mktemp("resnet")
    network = keras_hub.models.ResNetBackbone([64], [3], [64, 64], [1, 1], [1, 2], "basic_block")
    converter = keras_hub.layers.ResNetImageConverter(image_size=(48, 48), scale=[0.02, 0.01, 0.02], offset=[-2.0] * 3)
    network.save_to_preset(str(folder))
    keras_hub.models.ResNetImageClassifierPreprocessor(converter).save_to_preset(str(folder))
    return folder


@pytest.fixture(scope="module")
def texts_preset(tmp_path_factory):
    """A Transformer of one layer that knows a few words."""
    folder = tmp_path_factory.mktemp("bert")
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    tokens = keras_hub.tokenizers.BertTokenizer(vocabulary=names)
    network = keras_hub.models.BertBackbone(len(names), 1, 2, 16, 32, max_sequence_length=32)
    network.save_to_preset(str(folder))
    keras_hub.models.BertTextClassifierPreprocessor(tokens, sequence_length=32).save_to_preset(str(folder))
    return folder


def texts(n=80):
    random = np.random.default_rng(0)
    y = np.arange(n) % 2
    said = [" ".join(random.permutation([("good", "bad")[c], "the", "film", "was", "so"])) for c in y]
    problem = Problem("text", "binary", "log_loss", ("a", "b"), (COLUMN,))
    return Dataset(problem, pd.DataFrame({"words": said}), y)


def placed(data, preset, folder):
    """The same texts with the preset beside them."""
    facts = place_text.write(str(preset), folder, data.inputs, ["words"], 60.0)
    assert "error" not in facts
    problem = Problem(**{**vars(data.problem), "backbone": facts["name"]})
    return Dataset(problem, data.inputs, data.y, beside=folder), facts


def test_what_a_preset_wants_is_what_its_converter_gives(pictures_preset):
    facts = pretrained.find(str(pictures_preset))[1]
    pixels = np.full((1, 48, 48, 3), 100, np.float32)
    known = facts.preprocessing

    assert (facts.features, facts.hub, known.size) == (64, False, (48, 48))  # its layers are plain ones
    ours = (pixels * known.scale - np.array(known.mean)) / np.array(known.spread)
    np.testing.assert_allclose(ours[0, 0, 0], [0.0, -1.0, 0.0], atol=1e-6)


def test_a_vision_transformer_is_used_to_its_last_layer(tmp_path):
    network = keras_hub.models.ViTBackbone((16, 16, 3), (8, 8), 1, 2, 8, 16)
    network.save_to_preset(str(tmp_path))

    core, facts = pretrained.find(str(tmp_path))

    assert (core.output_shape, facts.hub) == ((None, 5, 8), True)


def test_a_damaged_preset_is_told(pictures_preset, tmp_path):
    shutil.copytree(pictures_preset, tmp_path / "cut")
    weights = tmp_path / "cut" / "model.weights.h5"
    weights.write_bytes(weights.read_bytes()[:1000])

    with pytest.raises(BackboneError, match="cut cannot be read"):
        pretrained.find(str(tmp_path / "cut"))


@pytest.mark.parametrize("stages", [0, 1])
def test_images_on_a_preset_predict_without_it(pictures_preset, tmp_path, stages):
    random = np.random.default_rng(0)
    y = np.arange(60) % 2
    pixels = random.integers(0, 80, (60, 16, 16, 3), dtype=np.uint8)
    pixels[y == 1, :, :8] += 120
    np.save(tmp_path / "images.npy", pixels)
    problem = Problem("image", "binary", "log_loss", ("a", "b"), image_size=(16, 16, 3), backbone="net")
    data = Dataset(problem, Images(tmp_path / "images.npy", np.arange(60)), y)
    assert "error" not in place.write(str(pictures_preset), tmp_path)
    params = {**FAMILY.defaults(problem, 60)[0], "unfreeze": stages, "epochs": 4}

    model = FAMILY.fit(params, data, Limits(threads=1))
    expected = model.predict(data.inputs)
    model.save(tmp_path)
    (tmp_path / "backbone.keras").unlink()
    (tmp_path / "backbone.json").unlink()

    assert (expected.argmax(axis=1) == y).mean() > 0.8
    np.testing.assert_allclose(FAMILY.load(tmp_path, problem).predict(data.inputs), expected, atol=1e-4)


def test_texts_on_a_preset_predict_without_it(texts_preset, tmp_path):
    (tmp_path / "run").mkdir()
    data, facts = placed(texts(), texts_preset, tmp_path / "run")
    first = FAMILY.defaults(data.problem, len(data))[0]

    model = FAMILY.fit({**first, "epochs": 30}, data, Limits(threads=1))
    expected = model.predict(data.inputs)
    model.save(tmp_path)
    shutil.rmtree(tmp_path / "run")

    assert (facts["features"], facts["length"]) == (16, 8)
    assert FAMILY.describe(first) == f"{texts_preset.name} frozen, new head"
    assert (expected.argmax(axis=1) == data.y).mean() > 0.9
    np.testing.assert_allclose(FAMILY.load(tmp_path, data.problem).predict(data.inputs), expected, atol=1e-4)


def test_features_of_texts_are_computed_once_and_others_are_not_kept(texts_preset, tmp_path):
    data, facts = placed(texts(), texts_preset, tmp_path)
    encoder = text_backbone.TextFeatures(tmp_path / "preset", ["words"], facts["length"], tmp_path)
    first = encoder.transform(data.inputs[:10])
    new = encoder.transform(pd.DataFrame({"words": ["so so good", None]}))
    encoder.network = None  # would fail if it were asked

    np.testing.assert_array_equal(encoder.transform(data.inputs[:10]), first)
    assert np.isfinite(new).all()
    with pytest.raises(AttributeError):
        encoder.transform(pd.DataFrame({"words": ["so so good"]}))


def test_features_leave_padding_out(texts_preset):
    features = [text_backbone.TextFeatures(texts_preset, ["words"], length) for length in (8, 32)]
    short, long = (each.computed(np.array(["so good"], dtype=object)) for each in features)

    np.testing.assert_allclose(short, long, atol=1e-5)


def test_texts_are_cut_where_there_is_no_time(texts_preset, tmp_path):
    data = texts()
    long = pd.DataFrame({"words": [" ".join([cell] * 5) for cell in data.inputs["words"]]})

    facts = place_text.write(str(texts_preset), tmp_path, long, ["words"], 0.0)

    assert (facts["length"], facts["length_left_out"]) == (8, 32)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("none", "there is no preset"),
        ("plain", "is no preset of KerasHub"),
        ("no tokens", "tokens of .* cannot be read"),
    ],
)
def test_what_is_no_preset_for_texts_is_told(texts_preset, pictures_preset, tmp_path, kind, what):
    preset = tmp_path / "given"
    if kind == "plain":
        preset.mkdir()
        (preset / "config.json").write_text(json.dumps({"module": "keras", "class_name": "Functional"}))
        (preset / "model.weights.h5").write_bytes(b"x")
    elif kind == "no tokens":
        preset = pictures_preset

    facts = place_text.write(str(preset), tmp_path, texts().inputs, ["words"], 60.0)

    assert re.search(what, facts["error"])


def test_a_file_outside_the_preset_is_not_written():
    state = {"preset": ["../evil"], "columns": ["words"], "length": 8}, {"file_0": np.zeros(1, np.uint8)}

    with pytest.raises(RunError, match="outside"):
        text_backbone.restored(state)


def test_a_saved_model_says_what_it_needs(monkeypatch):
    monkeypatch.setattr(hub, "installed", lambda: False)

    with pytest.raises(DataError, match="KerasHub, which is not installed"):
        text_backbone.restored(({"preset": [], "columns": [], "length": 8}, {}))
