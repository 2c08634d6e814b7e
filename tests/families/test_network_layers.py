"""Layers of networks for tables: values, gradients, first weights, masks."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from keras import ops  # noqa: E402

from automl.families.network import tabular  # noqa: E402
from automl.families.network.activations import FUNCTIONS, Mixed  # noqa: E402
from automl.families.network.dropout import FEWEST, POOL, Drop  # noqa: E402
from automl.families.network.embeddings import Levels, Periodic, Piecewise  # noqa: E402
from automl.families.network.layers import NTKDense, Scale  # noqa: E402
from automl.families.network.members import Heads, Linear, Members  # noqa: E402

pytestmark = [
    pytest.mark.slow,  # imports Keras
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
PLAIN = {"selu": keras.activations.selu, "mish": keras.activations.mish}
ROWS = np.random.default_rng(0).normal(size=(300, 4)).astype(np.float32)


def array(tensor):
    return ops.convert_to_numpy(tensor)


def started(layer, inputs=ROWS):
    layer.build(inputs.shape)
    layer.start(np.random.default_rng(1), inputs)
    return layer


@pytest.mark.parametrize("name", FUNCTIONS)
def test_activations_and_their_slopes(name):
    x = np.array([-40.0, -3.0, -0.5, 0.1, 1.0, 5.0, 40.0], dtype=np.float32)
    value, slope = (array(v) for v in FUNCTIONS[name](ops.convert_to_tensor(x)))
    step = 1e-2
    near = [array(PLAIN[name](ops.convert_to_tensor(x + d))).astype(float) for d in (step, -step)]
    np.testing.assert_allclose(value, array(PLAIN[name](ops.convert_to_tensor(x))), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(slope, (near[0] - near[1]) / (2 * step), rtol=5e-3, atol=5e-3)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_mixed_activations_learn_like_the_same_written_plainly(name):
    """One step of gradient descent moves inputs' weights and mixtures as Keras' own differentiation would."""

    class Written(Mixed):
        def call(self, inputs):
            return inputs + 0.1 * self.mixture * (PLAIN[self.function](inputs) - inputs)

    moved = []
    for kind in (Mixed, Written):
        network = keras.Sequential([keras.Input((4,)), NTKDense(3), kind(name)])
        hidden = ROWS
        for layer in network.layers:
            layer.start(np.random.default_rng(1), hidden)
            hidden = array(layer(hidden))
        network.compile(keras.optimizers.SGD(0.1), "mse")
        network.train_on_batch(ROWS, np.ones((300, 3), np.float32))
        moved.append(network.get_weights())
    for ours, plain in zip(*moved, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-4, atol=1e-5)


def test_a_started_layer_has_outputs_of_deviation_one_with_zeros_among_the_rows():
    inputs = ROWS * np.array([1.0, 50.0, 0.01, 1.0], dtype=np.float32)
    outputs = array(started(NTKDense(64), inputs)(inputs))
    np.testing.assert_allclose(outputs.std(axis=0), 1.0, rtol=1e-3)
    assert ((outputs.min(axis=0) < 0) & (outputs.max(axis=0) > 0)).all()


def test_constant_inputs_give_finite_first_weights():
    zeros = np.zeros((5, 4), np.float32)
    assert np.isfinite(array(started(NTKDense(8), zeros)(zeros))).all()


def test_dropout_drops_its_share_keeps_the_mean_and_fades():
    layer = started(Drop(0.25))
    ones = np.ones((256, 256), np.float32)
    first, second = (array(layer(ones, training=True)) for _ in range(2))
    assert (first == 0).mean() == pytest.approx(0.25, abs=0.02)
    assert first.mean() == pytest.approx(1.0, abs=0.02)
    assert (first != second).mean() > 0.3
    np.testing.assert_array_equal(array(layer(ones)), ones)
    layer.fade(0.0)
    np.testing.assert_array_equal(array(layer(ones, training=True)), ones)


def test_masks_differ_from_row_to_row_and_very_wide_layers_have_them_too():
    first, *others = array(started(Drop(0.5))(np.ones((8, 256), np.float32), training=True)) == 0
    assert all((first != other).mean() > 0.3 for other in others)
    wide = POOL // FEWEST + 1
    dropped = array(started(Drop(0.5))(np.ones((2, wide), np.float32), training=True)) == 0
    assert dropped.mean() == pytest.approx(0.5, abs=0.02)
    assert (dropped[0] != dropped[1]).mean() > 0.3


def test_periodic_embeddings_are_mixtures_of_cosines():
    layer = started(Periodic(2))
    frequency, phase, mixture, offset = (0.1 * array(v) for v in layer.trainable_variables)
    waves = np.cos(2 * np.pi * ROWS[:, :2, None] * frequency + phase)
    expected = np.einsum("bnk,nkm->bnm", waves, mixture) + offset
    outputs = array(layer(ROWS))
    np.testing.assert_array_equal(outputs[:, :4], ROWS)
    np.testing.assert_allclose(outputs[:, 4:], expected.reshape(300, 6), atol=1e-5)


def test_piecewise_embeddings_start_linear_and_bend_at_quantiles():
    layer = started(Piecewise(1, bins=4, size=2))
    x = np.sort(ROWS, axis=0)
    linear = array(layer(x))[:, :2]
    np.testing.assert_allclose(np.diff(linear[:, 0]) / np.diff(x[:, 0]), array(layer.slope)[0, 0, 0], rtol=0.05)
    layer.bend.assign(np.array([[[1.0, 0, 0, 0], [0, 0, 0, 1.0]]], np.float32))
    bent = array(layer(x))[:, :2] - linear
    low, high = np.quantile(x[:, 0], [0.25, 0.75])
    np.testing.assert_allclose(bent[x[:, 0] >= low + 1e-3, 0], 1.0, atol=1e-5)
    np.testing.assert_allclose(bent[x[:, 0] <= high, 1], 0.0, atol=1e-5)
    np.testing.assert_allclose(bent[-1], 1.0, atol=1e-5)
    assert array(layer(x)).shape == (300, 5)


def test_piecewise_embeddings_of_few_distinct_values_are_finite():
    values = np.repeat(np.array([[0.0], [1.0]], np.float32), 9, axis=0)
    layer = started(Piecewise(1, bins=8, size=2), values)
    layer.bend.assign(np.ones((1, 2, 8), np.float32))
    assert np.isfinite(array(layer(values))).all()


def test_levels_look_up_a_vector_of_their_own_column():
    layer = started(Levels([3, 2], size=5))
    codes = np.array([[0.5, 0, 0], [0.5, 2, 1], [0.5, 0, 1]], np.float32)
    outputs = array(layer(codes))
    vectors = array(layer.vectors)
    assert outputs.shape == (3, 11)
    np.testing.assert_array_equal(outputs[:, 0], 0.5)
    np.testing.assert_array_equal(outputs[0, 1:], 0.0)
    np.testing.assert_array_equal(outputs[1, 1:], np.concatenate([vectors[2], vectors[4]]))
    np.testing.assert_array_equal(outputs[2, 6:], vectors[4])


def test_members_see_the_same_rows_scaled_differently_and_answer_for_themselves():
    members, linear, heads = started(Members(3)), Linear(6), Heads(3, 2)
    spread = array(members(ROWS))
    assert spread.shape == (900, 4)
    assert set(np.unique(array(members.scales))) == {-1.0, 1.0}
    np.testing.assert_array_equal(spread[300:600], ROWS * array(members.scales)[1])
    hidden = array(started(linear, spread)(spread))
    started(heads, hidden).start_at([0.5, -0.5])
    outputs = array(heads(hidden))
    expected = hidden[300:600] @ array(heads.kernel)[1] + [0.5, -0.5]
    assert outputs.shape == (300, 3, 2)
    np.testing.assert_allclose(outputs[:, 1], expected, atol=1e-5)


def test_an_embedding_is_scaled_as_a_whole_at_first():
    scales = array(started(Members(2, vectors=1, size=3)).scales)
    assert (scales[:, 0, :3] == scales[:, 0, :1]).all()
    assert (np.abs(scales[:, 0, 3]) == 1.0).all()


def test_starting_again_gives_the_same_network():
    params = {
        "kind": "realmlp", "width": 8, "layers": 2, "dropout": 0.5, "embedding": "pwl", "size": 4, "level_size": 4,
    }  # fmt: skip
    network = tabular.network(tabular.Layout(3, 0, (5,)), params, 2, "mish", rows=300)
    rows = np.column_stack([ROWS[:, :3], np.arange(300) % 5]).astype(np.float32)
    tabular.start(network, rows, [0.1, 0.2], seed=3)
    first = network.get_weights()
    network.set_weights([w + 1 for w in first])
    tabular.start(network, rows, [0.1, 0.2], seed=3)
    for before, after in zip(first, network.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_allclose(array(network(rows)), np.tile([[0.1, 0.2]], (300, 1)), rtol=1e-5)


def test_scale_starts_at_one():
    np.testing.assert_allclose(array(started(Scale())(ROWS)), ROWS, rtol=1e-6)


@pytest.mark.parametrize(("rows", "count"), [(50, 4), (1_000, 16), (1_100, 16), (10**6, 48)])
def test_bins_are_the_same_for_nearly_equal_numbers_of_rows(rows, count):
    assert tabular.bins(rows) == count


@pytest.mark.parametrize(("width", "expected"), [("auto", 128), (64, 64)])
def test_ensembles_are_small_without_a_gpu(monkeypatch, width, expected):
    monkeypatch.setattr(tabular, "on_gpu", lambda: False)
    sized = tabular.sized({"kind": "tabm", "width": width, "layers": "auto", "members": "auto"})
    assert (sized["width"], sized["layers"], sized["members"]) == (expected, 2, 8)
    monkeypatch.setattr(tabular, "on_gpu", lambda: True)
    assert tabular.sized({"kind": "tabm", "width": "auto", "layers": "auto", "members": "auto"})["members"] == 32
