"""Networks for images: kinds of block, sizes, augmentation, and transfer from a pretrained network."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from automl.data.dataset import Dataset, Images
from automl.families.base import Limits
from automl.families.network import FAMILY, convolutions, image_params, images, place, pretrained, transfer
from automl.families.network.facts import FILE, BackboneError
from automl.families.network.kinds import kind_of
from automl.families.network.shared import SHELF
from automl.types import Problem

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
BASE = {"width": 8, "blocks": 1, "dropout": 0.0, "augment": 0.0, "flip": False}
PROBLEM = Problem("image", "multiclass", "log_loss", ("h", "v", "d"), image_size=(16, 16, 3))


def stripes(n, seed=0):
    """(n, 16, 16, 3) noisy stripes: the class is their direction."""
    random = np.random.default_rng(seed)
    y = np.arange(n) % 3
    rows, columns = np.mgrid[:16, :16]
    phase = np.stack([rows, columns, rows + columns])[y] * 0.9 + random.uniform(0, 6, (n, 1, 1))
    pixels = 128 + 60 * np.sin(phase)[..., None] * random.uniform(0.5, 1, (n, 1, 1, 3))
    return np.clip(pixels + random.normal(0, 20, pixels.shape), 0, 255).astype(np.uint8), y.astype(np.int64)


def dataset(folder, n=90, **changes):
    folder.mkdir(exist_ok=True)
    pixels, y = stripes(n)
    np.save(folder / "images.npy", pixels)
    return Dataset(replace(PROBLEM, **changes), Images(folder / "images.npy", np.arange(n)), y)


def built(**params):
    return images.network((16, 16, 3), stripes(6)[0], {**BASE, **params}, [0.0, 0.0, 0.0], 0)


@pytest.mark.parametrize("block", ["residual", "separable", "mixer"])
@pytest.mark.parametrize("kernel", [3, 5])
def test_every_kind_of_block_gives_an_output_a_class(block, kernel):
    out = built(block=block, kernel=kernel)(stripes(4)[0])

    assert out.shape == (4, 3)
    assert np.isfinite(keras.ops.convert_to_numpy(out)).all()


@pytest.mark.parametrize(
    ("cheap", "dear"),
    [
        ({"width": 8}, {"width": 16}),
        ({"blocks": 1}, {"blocks": 2}),
        ({"kernel": 3}, {"kernel": 5}),
        ({"block": "separable"}, {"block": "residual"}),
        ({"block": "mixer", "width": 8}, {"block": "mixer", "width": 16}),
    ],
)
def test_what_is_larger_costs_more(cheap, dear):
    cost = [convolutions.operations((64, 64, 3), {**BASE, **params}) for params in (cheap, dear)]

    assert cost[0] < cost[1]


def test_operations_are_near_those_of_the_layers():
    model = built(block="residual", width=16)
    counted = 0
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            counted += 2 * int(np.prod(layer.output.shape[1:3])) * int(np.prod(layer.kernel.shape))

    assert convolutions.operations((16, 16, 3), {**BASE, "width": 16}) == pytest.approx(counted, rel=0.2)


@pytest.mark.parametrize(
    ("size", "share", "seen"),
    [((64, 48, 3), 0.5, (32, 24, 3)), ((28, 28, 1), 0.5, (16, 16, 1)), ((8, 8, 1), 1, (8, 8, 1))],
)
def test_resolution_seen(size, share, seen):
    assert images.seen(size, {"resolution": share}) == seen


def test_colours_change_in_training_only():
    pixels = stripes(4)[0].astype("float32")
    layer = images.Colour(0.3, seed=1)

    np.testing.assert_array_equal(layer(pixels), pixels)
    changed = keras.ops.convert_to_numpy(layer(pixels, training=True))
    assert changed.shape == pixels.shape
    assert len({round(float(v), 3) for v in (changed - pixels).mean(axis=(1, 2, 3))}) == 4


def test_sizes_go_from_dear_to_cheap():
    kind = kind_of("image")
    costs = [kind.operations((64, 64, 3), {**BASE, **size}) for size in kind.sizes({})]

    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize(
    ("problem", "rows", "name", "choices"),
    [
        (PROBLEM, 100, "block", ("residual", "separable", "mixer")),
        (replace(PROBLEM, image_size=(64, 64, 3)), 100, "resolution", (0.5, 1.0)),
        (replace(PROBLEM, backbone="x"), 100, "unfreeze", (0, 1, 2, image_params.WHOLE)),
    ],
)
def test_choices_of_the_search(problem, rows, name, choices):
    knobs = {knob.name: knob.choices for knob in FAMILY.space(problem, rows)}

    assert knobs[name] == choices


def test_small_images_are_not_halved():
    assert "resolution" not in {knob.name for knob in FAMILY.space(PROBLEM, 100)}


def test_mixing_waits_for_enough_images():
    few, many = (image_params.defaults(PROBLEM, rows)[0]["mixup"] for rows in (500, 5_000))

    assert (few, many) == (0.0, 0.2)


def test_rectangles_wait_for_more_images():
    few, many = (
        (FAMILY.defaults(PROBLEM, rows)[2]["cutmix"], "cutmix" in {knob.name for knob in FAMILY.space(PROBLEM, rows)})
        for rows in (500, 5_000)
    )

    assert (few, many) == ((0.0, False), (1.0, True))
    assert FAMILY.describe(FAMILY.defaults(PROBLEM, 5_000)[2]).endswith("mixup, colour, CutMix")


def test_random_operations_are_searched_with_many_images_and_off_at_first():
    few, many = ({knob.name for knob in FAMILY.space(PROBLEM, rows)} for rows in (500, 5_000))

    assert ("randaugment" in few, "randaugment" in many) == (False, True)
    assert {params["randaugment"] for params in FAMILY.defaults(PROBLEM, 5_000)} == {0.0}
    assert "RandAugment" in FAMILY.describe({**FAMILY.defaults(PROBLEM, 5_000)[0], "randaugment": 0.5})


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_random_operations_are_a_layer_where_asked_for(strength):
    names = {type(layer).__name__ for layer in built(randaugment=strength).layers}

    assert ("RandAugment" in names) == (strength > 0)


def test_a_backbone_of_our_own_is_not_augmented_twice():
    core = built(randaugment=0.5)
    transfer.freeze(core, 1)

    assert [layer.strength for layer in core.layers if type(layer).__name__ == "RandAugment"] == [0.0]


def test_a_backbone_comes_first_and_scratch_after_it():
    found = [FAMILY.describe(params) for params in FAMILY.defaults(replace(PROBLEM, backbone="net"), 100)]

    assert found[:3] == [
        "net frozen, new head",
        "net last 1 stage(s) trained on, new head",
        "net trained on, new head",
    ]
    assert found[3].startswith("ResNet")


def test_a_size_that_time_allows_says_what_it_left_out(tmp_path, monkeypatch):
    params = {**image_params.defaults(PROBLEM, 60)[0], "epochs": 1}
    monkeypatch.setattr("automl.families.network.sizing.SECONDS_COUNTED", 0.0)

    model = FAMILY.fit(params, dataset(tmp_path, 60), Limits(threads=1))

    assert model.info["size_taken"] == {"width": 8, "blocks": 1, "resolution": 0.5}
    assert model.info["size_left_out"] == {"width": 64, "blocks": 2, "resolution": 1.0}


def test_folds_share_a_network_that_starts_anew_with_the_statistics_of_its_rows(tmp_path):
    whole = dataset(tmp_path, 60)
    bright = dataset(tmp_path / "bright", 60)
    np.save(bright.inputs.file, np.clip(stripes(60)[0].astype(int) + 60, 0, 255).astype(np.uint8))
    params = {**image_params.defaults(PROBLEM, 60)[0], **BASE, "epochs": 1, "augment": 0.5}
    SHELF.clear()
    first = FAMILY.fit(params, bright.take(np.arange(50)), Limits(threads=1))
    before = first.predict(whole.inputs)

    second = FAMILY.fit(params, whole.take(np.arange(48)), Limits(threads=1))
    used = second.predict(whole.inputs)

    assert second.shared is first.shared
    np.testing.assert_array_equal(first.predict(whole.inputs), before)
    SHELF.clear()
    np.testing.assert_array_equal(
        FAMILY.fit(params, whole.take(np.arange(48)), Limits(threads=1)).predict(whole.inputs), used
    )
    second.save(tmp_path)
    np.testing.assert_array_equal(FAMILY.load(tmp_path, whole.problem).predict(whole.inputs), used)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small network that has learnt the direction of stripes, as a .keras file in a folder."""
    folder = tmp_path_factory.mktemp("net")
    pixels, y = stripes(150, seed=5)
    model = images.network((16, 16, 3), pixels, BASE, [0.0, 0.0, 0.0], 0)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(pixels, y, epochs=6, batch_size=30, verbose=0)
    model.save(folder / "stripes.keras")
    return folder


@pytest.fixture
def beside(trained, tmp_path):
    """A dataset with the backbone beside its pixels."""
    data = dataset(tmp_path / "run", backbone="stripes")
    assert "error" not in place.write(str(trained), tmp_path / "run")
    return data


def test_facts_of_a_folder(trained, tmp_path):
    np.save(tmp_path / "images.npy", stripes(3)[0])
    facts = place.write(str(trained), tmp_path)

    assert facts["features"] == 16
    assert facts["name"] == trained.name
    assert facts["preprocessing"]["scale"] == 1.0
    assert keras.saving.load_model(tmp_path / FILE, compile=False).output_shape[-1] == 16


@pytest.mark.slow
@pytest.mark.parametrize("stages", [0, 1, 2, image_params.WHOLE])
def test_transfer_from_file_to_predictions_without_the_file(beside, tmp_path, stages):
    params = {**FAMILY.defaults(beside.problem, 90)[0], "unfreeze": stages, "epochs": 8}
    train, test = beside.take(np.arange(60)), beside.take(np.arange(60, 90))

    model = FAMILY.fit(params, train, Limits(threads=1))
    expected = model.predict(test.inputs)
    model.save(tmp_path)
    for path in (tmp_path / "run").glob("backbone.*"):
        path.unlink()

    assert (expected.argmax(axis=1) == test.y).mean() > 0.7
    np.testing.assert_allclose(FAMILY.load(tmp_path, beside.problem).predict(test.inputs), expected, atol=1e-4)


@pytest.mark.slow
def test_features_are_computed_once(beside, tmp_path):
    kind = kind_of("image")
    params = FAMILY.defaults(beside.problem, 90)[0]
    first = kind.encoder(beside, params).transform(beside.inputs.take(np.arange(10)))
    again = kind.encoder(beside, params)
    again.network = None  # would fail if it were asked

    np.testing.assert_array_equal(again.transform(beside.inputs.take(np.arange(10))), first)


def damaged(folder, kind):
    path = folder / "net.keras"
    if kind == "cut off":
        built().save(path)
        path.write_bytes(path.read_bytes()[:2000])
    elif kind == "lambda":
        inputs = keras.Input((8, 8, 3))
        keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2)(inputs)).save(path)
    elif kind == "no image":
        inputs = keras.Input((7,))
        keras.Model(inputs, keras.layers.Dense(2)(inputs)).save(path)
    elif kind == "two":
        for name in ("a.keras", "b.keras"):
            (folder / name).write_bytes(b"x")
    elif kind == "hub preset":
        (folder / "config.json").write_text('{"module": "keras_hub.src.models", "registered_name": "keras_hub>X"}')
        (folder / "model.weights.h5").write_bytes(b"x")
    elif kind == "preprocessing":
        built().save(path)
        (folder / "preprocessing.json").write_text('{"scal": 1}')
    return folder


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("cut off", "cannot be read: it is cut off"),
        ("lambda", "cannot be read .*Lambda"),
        ("no image", "does not take one image"),
        ("two", "holds 2 .keras files"),
        ("hub preset", "preset of KerasHub, which is not installed"),
        ("preprocessing", "preprocessing.json cannot be read"),
        ("empty", "holds no network"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path, kind, what):
    with pytest.raises(BackboneError, match=what):
        pretrained.find(str(damaged(tmp_path, kind)))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(BackboneError, match="no such file") as caught:
        pretrained.find("resnet5000")

    assert "mobilenet_v3_small" in caught.value.hint


def test_a_preset_of_plain_layers_needs_no_hub(tmp_path):
    model = built()
    (tmp_path / "config.json").write_text(json.dumps(keras.saving.serialize_keras_object(model)))
    model.save_weights(tmp_path / "model.weights.h5")

    core, facts = pretrained.find(str(tmp_path))

    assert core.output_shape[-1] == facts.features == 16
