"""Defaults, spaces, names, schedules, losses and targets of the network family: everything that needs no Keras."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from keras import ops
from sklearn import metrics

from automl.families.network import FAMILY, image_params, params, score, table_params
from automl.families.network.schedule import at_rest, cosine, coslog4, flat_cos
from automl.families.network.targets import Targets, merged
from automl.families.network.trainer import Objective
from automl.families.temperature import softmax, temperature
from automl.types import Problem
from tests.rows import column

TABLE = Problem("table", "binary", "roc_auc", ("no", "yes"))
VALUES = Problem("table", "regression", "rmse")
SKEWED = Problem("table", "regression", "rmse", skewed_target=True)
LEVELS = Problem("table", "binary", "roc_auc", ("no", "yes"), (column("c", "category", tuple("abcdefghij")),))
GREY = Problem("image", "multiclass", "log_loss", ("a", "b", "c"), image_size=(28, 28, 1))
COLOUR = Problem("image", "binary", "roc_auc", ("a", "b"), image_size=(64, 64, 3))
TEXT = Problem("text", "binary", "roc_auc", ("a", "b"))
SOUND = Problem("audio", "binary", "roc_auc", ("a", "b"), image_size=(64, 100, 1))
SERIES = Problem("series", "regression", "rmse")
PROBLEMS = [TABLE, VALUES, SKEWED, LEVELS, GREY, COLOUR, TEXT, SOUND, SERIES]


def test_the_family_is_named_without_importing_keras():
    code = "import sys; from automl.families.network import FAMILY; assert FAMILY; print('keras' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_default_is_named_differently_and_has_every_knob(problem):
    defaults = FAMILY.defaults(problem, 1000)
    assert 2 <= len(defaults) <= 6
    assert len({FAMILY.describe(d) for d in defaults}) == len(defaults)
    for knob in FAMILY.space(problem, 1000):
        assert all(knob.name in default for default in defaults)


@pytest.mark.parametrize(
    ("problem", "values", "name"),
    [
        (TABLE, {}, "network, tuned defaults"),
        (TABLE, {"embedding": "pbld"}, "RealMLP 3x256, lr 0.04, dropout 0.15, weight decay, periodic embeddings"),
        (
            TABLE,
            {"embedding": "pwl", "dropout": 0},
            "RealMLP 3x256, lr 0.04, weight decay, piecewise-linear embeddings",
        ),
        (
            SKEWED,
            {"target": "log", "dropout": 0, "numbers": "quantile", "level_size": 4},
            "RealMLP 3x256, lr 0.07, weight decay, quantile scores, level vectors of 4, log target",
        ),
        (
            TABLE,
            {"kind": "tabm", "width": 128, "layers": 2, "members": 8, "dropout": 0, "weight_decay": 0},
            "TabM-mini of 8 2x128, lr 0.04",
        ),
        (VALUES, {"dropout": 0.0, "weight_decay": 0.0}, "RealMLP 3x256, lr 0.07"),
        (GREY, {"width": 32, "blocks": 2}, "ResNet width 32, 2 block(s) a stage, lr 0.01, augmentation 0.7, mixup"),
    ],
)
def test_descriptions(problem, values, name):
    full = {**FAMILY.defaults(problem, 5000)[0], **values} if values else {}
    assert FAMILY.describe(full) == name


def test_only_colour_photographs_are_mirrored():
    assert [FAMILY.defaults(p, 1000)[0]["flip"] for p in (GREY, COLOUR)] == [False, True]


def test_small_tables_of_classes_learn_slower():
    assert [FAMILY.defaults(TABLE, rows)[0]["lr"] for rows in (800, 8_000)] == [0.01, 0.04]
    assert FAMILY.defaults(VALUES, 800)[0]["lr"] == 0.07


@pytest.mark.parametrize(("rows", "batch"), [(100, 64), (1_025, 128), (30_000, 256), (30_001, 512), (10**6, 1_024)])
def test_batches_grow_with_rows(rows, batch):
    assert FAMILY.defaults(TABLE, rows)[0]["batch"] == batch


def test_given_parameters_hold_over_defaults_and_horizons_come_from_counts_without_a_clock():
    assert params.complete({"lr": 0.5}, TABLE, 500, timed=True)["lr"] == 0.5
    assert params.complete({}, TABLE, 500, timed=True)["epochs"] == table_params.EPOCHS
    assert params.complete({}, TABLE, 500, timed=False)["epochs"] == table_params.EPOCHS_COUNTED
    assert params.complete({}, GREY, 500, timed=True)["epochs"] == image_params.EPOCHS[1]
    assert params.complete({}, GREY, 10**6, timed=True)["epochs"] == image_params.EPOCHS[0]


def test_few_clips_are_augmented_less_at_first():
    assert [FAMILY.defaults(SOUND, rows)[0]["mixup"] for rows in (500, 5_000)] == [0.0, 0.2]
    assert [FAMILY.defaults(SOUND, rows)[1]["mixup"] for rows in (500, 5_000)] == [0.2, 0.0]


@pytest.mark.parametrize("problem", [TEXT, SOUND, SERIES])
def test_horizons_of_text_audio_and_series_are_long_enough_to_be_judged(problem):
    for rows in (30, 1_000, 10**6):
        assert 30 <= params.complete({}, problem, rows, timed=True)["epochs"] <= 200
        assert 30 <= params.complete({}, problem, rows, timed=False)["epochs"] <= 60


@pytest.mark.parametrize(("rows", "place"), [(1_000, 3), (50_000, 1)])
def test_a_transformer_is_tried_early_with_many_texts_only(rows, place):
    assert [d["kind"] for d in FAMILY.defaults(TEXT, rows)].index("transformer") == place


@pytest.mark.parametrize(
    ("problem", "values", "name"),
    [
        (TEXT, {}, "Embedding bag of depth 1, lr 0.005, dropout 0.3"),
        (TEXT, {"kind": "sepconv", "width": 64, "lr": 0.01}, "Separable convolution 1x64, lr 0.01, dropout 0.3"),
        (
            SOUND,
            {"width": 16, "blocks": 1, "mixup": 0.0},
            "Spectrogram ResNet width 16, 1 block(s) a stage, lr 0.005, augmentation 1",
        ),
        (
            SERIES,
            {"width": 8, "layers": 3},
            "Inception 3x8, kernels to 40, lr 0.003, augmentation 0.5, level and spread",
        ),
    ],
)
def test_descriptions_of_text_audio_and_series(problem, values, name):
    assert FAMILY.describe({**FAMILY.defaults(problem, 5000)[0], **values}) == name


def test_each_kind_is_completed_from_its_own_default():
    assert params.complete({"kind": "tabm"}, TABLE, 500, timed=True)["lr"] == 2e-3
    assert params.complete({"lr": 0.1}, TABLE, 500, timed=True)["kind"] == "realmlp"


@pytest.mark.parametrize(("problem", "knob"), [(SKEWED, "target"), (LEVELS, "level_size")])
def test_some_knobs_are_for_some_tables_only(problem, knob):
    assert knob in {k.name for k in FAMILY.space(problem, 500)}
    assert knob not in {k.name for k in FAMILY.space(TABLE, 500)}


def test_transforms_of_the_target_are_tried_early_and_only_where_it_is_skewed():
    signed = replace(SKEWED, log_target=False)
    assert [d["target"] for d in FAMILY.defaults(SKEWED, 500)] == ["plain", "log", "plain", "power", "plain", "plain"]
    assert [d["target"] for d in FAMILY.defaults(signed, 500)[:4]] == ["plain", "quantile", "plain", "power"]
    assert {d["target"] for d in FAMILY.defaults(VALUES, 500)} == {"plain"}


def test_coslog4_runs_four_growing_cycles_from_zero_to_zero():
    ends = [0.0, 1 / 15, 3 / 15, 7 / 15, 1.0]
    assert [coslog4(t) for t in ends] == pytest.approx([0.0] * 5, abs=1e-9)
    assert coslog4((2**0.5 - 1) / 15) == pytest.approx(1.0)


@pytest.mark.parametrize(("progress", "factor"), [(0.0, 1.0), (0.49, 1.0), (0.75, 0.5), (1.0, 0.0)])
def test_dropout_and_decay_are_flat_then_fade(progress, factor):
    assert flat_cos(progress) == pytest.approx(factor)


def test_cosine_climbs_then_falls_to_zero():
    rates = [cosine(t) for t in np.linspace(0, 1, 101)]
    assert rates[0] == 0.0
    assert max(rates) == pytest.approx(rates[7])
    assert rates[-1] == pytest.approx(0.0)
    assert np.all(np.diff(rates[7:]) < 0)


@pytest.mark.parametrize(
    ("schedule", "progress", "rests"),
    [
        ("cosine", 0.01, False),  # still climbing
        ("cosine", 0.1, False),
        ("cosine", 0.9, True),
        ("coslog4", 0.005, False),
        ("coslog4", 1 / 15, True),
        ("coslog4", 0.7, False),
        ("coslog4", 1.0, True),
        ("constant", 0.0, True),
    ],
)
def test_the_rate_rests_only_after_a_peak(schedule, progress, rests):
    assert at_rest(schedule, progress) is rests


@pytest.fixture
def scored():
    """Truth, tied probabilities of the second class, weights."""
    random = np.random.default_rng(0)
    positive = np.round(random.random(200), 1)
    return (random.random(200) < 0.4).astype(int), np.stack([1 - positive, positive], axis=1), random.random(200) + 0.1


def test_losses_of_classes_agree_with_scikit_learn(scored):
    truth, predicted, weight = scored
    auc = metrics.roc_auc_score(truth, predicted[:, 1], sample_weight=weight)
    assert score.auc_loss(truth, predicted, weight) == pytest.approx(1 - auc)
    accuracy = metrics.accuracy_score(truth, predicted.argmax(axis=1), sample_weight=weight)
    assert score.error(truth, predicted, weight) == pytest.approx(1 - accuracy)
    inside = np.clip(predicted, 0.05, 0.95)
    assert score.log_loss(truth, inside, weight) == pytest.approx(metrics.log_loss(truth, inside, sample_weight=weight))


def test_losses_of_values_agree_with_scikit_learn(scored):
    _, values, weight = scored
    truth, predicted = values[:, 0], values[:, 1:]
    square = metrics.mean_squared_error(truth, predicted, sample_weight=weight)
    assert score.rmse(truth, predicted, weight) == pytest.approx(square**0.5)
    absolute = metrics.mean_absolute_error(truth, predicted, sample_weight=weight)
    assert score.pinball(truth, predicted, weight) == pytest.approx(absolute)
    high = metrics.mean_pinball_loss(truth, predicted, sample_weight=weight, alpha=0.9)
    assert score.pinball(truth, predicted, weight, 0.9) == pytest.approx(2 * high)


def test_one_class_alone_has_no_order_to_score():
    assert score.auc_loss(np.zeros(3, int), np.full((3, 2), 0.5), np.ones(3)) == 0.5


@pytest.mark.parametrize(
    ("task", "metric", "loss"),
    [
        ("binary", "roc_auc", score.auc_loss),
        ("binary", "brier", score.log_loss),
        ("binary", "accuracy", score.error),
        ("multiclass", "roc_auc", score.log_loss),
        ("regression", "r2", score.rmse),
    ],
)
def test_the_loss_that_stands_for_a_metric(task, metric, loss):
    labels = {"binary": ("a", "b"), "multiclass": ("a", "b", "c"), "regression": ()}[task]
    assert score.loss_of(Problem("table", task, metric, labels)) is loss


@pytest.mark.parametrize(("metric", "level"), [("mae", 0.5), ("mape", 0.5), ("pinball:0.9", 0.9)])
def test_networks_learn_the_quantile_that_a_metric_asks_for(metric, level):
    problem = replace(VALUES, metric=metric)
    targets, loss = Targets.fit(problem, np.arange(10.0)), score.loss_of(problem)
    objective = Objective(targets.kind, targets.smoothing, targets.level)
    y, guesses, weight = np.random.default_rng(0).exponential(size=500), np.linspace(0, 5, 501), np.ones(500)
    losses = [loss(y, np.full((500, 1), guess), weight) for guess in guesses]
    assert guesses[np.argmin(losses)] == pytest.approx(np.quantile(y, level), abs=0.05)
    rows = objective.rows(y.astype(np.float32), np.full((500, 1), 1.0, np.float32))
    assert float(np.mean(ops.convert_to_numpy(rows))) == pytest.approx(loss(y, np.ones((500, 1)), weight), rel=1e-4)


def test_equal_targets_are_not_divided_by_the_rounding_of_their_deviation():
    assert Targets.fit(VALUES, np.full(53, 0.1)).spread == 1.0


def test_values_are_standardised_and_predictions_keep_to_their_range():
    y = np.array([10.0, 20.0, 30.0])
    targets = Targets.fit(VALUES, y)
    assert targets.encode(y).mean() == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(targets.decode(targets.encode(y)[:, None])[:, 0], y, rtol=1e-6)
    assert targets.decode(np.array([[1e9], [-1e9]], dtype=np.float32)).tolist() == [[30.0], [10.0]]


def test_a_logarithm_is_undone_with_smearing_for_means_only():
    y = np.exp(np.random.default_rng(0).normal(size=400) * 1.5)
    targets = Targets.fit(SKEWED, y, "log")
    raw = targets.encode(y)[:, None]
    np.testing.assert_allclose(targets.decode(raw)[:, 0], y, rtol=1e-4)
    mean = np.zeros_like(raw)
    rmse, mae = (replace(SKEWED, metric=metric) for metric in ("rmse", "mae"))
    assert targets.calibrated(rmse, mean, y, np.ones(400)).decode(mean)[0, 0] == pytest.approx(y.mean(), rel=0.05)
    assert targets.calibrated(mae, mean, y, np.ones(400)) == targets


@pytest.mark.parametrize("target", ["power", "quantile"])
def test_targets_of_both_signs_are_bent_back(target):
    y = np.exp(np.random.default_rng(0).normal(size=400) * 1.5) - 2
    targets = Targets.fit(SKEWED, y, target)
    raw = targets.encode(y)[:, None]
    np.testing.assert_allclose(targets.decode(raw)[:, 0], y, rtol=1e-4, atol=1e-4)
    mean, one = np.zeros_like(raw), np.ones(400)
    told = targets.calibrated(replace(SKEWED, metric="rmse"), mean, y, one).decode(mean)[0, 0]
    assert abs(told - y.mean()) < 0.4 * abs(targets.decode(mean)[0, 0] - y.mean())
    assert targets.calibrated(replace(SKEWED, metric="mae"), mean, y, one) == targets


def test_members_are_averaged_as_probabilities_or_values():
    outputs = np.random.default_rng(0).normal(size=(5, 3, 2)).astype(np.float32)
    expected = softmax(outputs.reshape(-1, 2)).reshape(5, 3, 2).mean(axis=1)
    targets = Targets.fit(TABLE, np.arange(2))
    np.testing.assert_allclose(targets.decode(merged(outputs, "classes")), expected, rtol=1e-5)
    np.testing.assert_allclose(merged(outputs, "squares"), outputs.mean(axis=1))
    np.testing.assert_array_equal(merged(outputs[:, 0], "classes"), outputs[:, 0])


def test_constant_targets_are_predicted_as_they_are():
    targets = Targets.fit(VALUES, np.full(4, 7.0))
    assert targets.decode(np.array([[0.3]], dtype=np.float32)).tolist() == [[7.0]]


def test_probabilities_sum_to_one_whatever_the_outputs():
    outputs = np.array([[1e4, -1e4, 0.0], [0.0, 0.0, 0.0]], dtype=np.float32)
    probabilities = Targets.fit(GREY, np.arange(3)).decode(outputs)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, [[1, 0, 0], [1 / 3] * 3], atol=1e-6)


@pytest.mark.parametrize(("metric", "smoothing"), [("accuracy", 0.1), ("roc_auc", 0.0), ("log_loss", 0.0)])
def test_labels_are_smoothed_only_where_the_class_alone_counts(metric, smoothing):
    assert Targets.fit(Problem("table", "binary", metric, ("a", "b")), np.arange(2)).smoothing == smoothing


def test_the_temperature_undoes_what_made_outputs_too_sure():
    random = np.random.default_rng(0)
    logits = random.normal(size=(4_000, 3))
    truth = np.array([random.choice(3, p=p) for p in softmax(logits)])
    assert temperature(logits * 4.0, truth, np.ones(4_000)) == pytest.approx(4.0, rel=0.2)
    assert temperature(logits, truth, np.ones(4_000)) == pytest.approx(1.0, rel=0.2)


def test_few_rows_give_no_temperature():
    assert temperature(np.eye(3) * 9, np.arange(3), np.ones(3)) == 1.0
