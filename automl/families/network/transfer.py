"""Heads on a pretrained network: alone on its frozen features, or trained on together with its last stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from automl.families.network import backbone, images
from automl.families.network.shared import Shared
from automl.families.network.trainer import Objective, Trainer, outputs

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array
    from automl.families.network.kind import Job

HEAD_STEPS = 64
"""A call of a head on frozen features: each takes a fraction of a millisecond."""
HEAD_ROWS = 2_000
"""Rows from which the first weights of a head are found."""
STRENGTH = 10.0
"""Of that linear model, over the number of features: each standardised feature says the less the more there are."""
PARTS = 4
"""Stages of a network whose feature maps never shrink, such as a Transformer: as many layers with weights in each."""
SPREAD = 0.08
"""Of kernels, up to which learning rates hold as they are: a convolution of 3 x 3 over 32 channels starts with it."""


def head(job: Job) -> keras.Model:
    """One layer on standardised features, which starts where a linear model ends."""
    inputs = keras.Input(job.x.shape[1:], dtype="float32")
    return _headed(inputs, inputs, job.x[_sample(job)], job)


def on_features(job: Job) -> Shared:
    """A head on frozen features with its trainer."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(job.problem.seed)
    network = head(job)
    trainer = Trainer(network, Objective(job.targets.kind, level=job.targets.level), images.optimizer(job.params))
    return Shared(network, trainer, room=len(job.x), fitted=True)


def unfrozen(folder: Path, job: Job) -> keras.Model:
    """Backbone and head as one network on pixels, of which the head and the last stages are trained.

    The head starts where a linear model on the frozen features ends: gradients of a random head would undo what the
    backbone has learnt. Statistics of batch normalisation stay as they are.
    """
    problem, params = job.problem, job.params
    core, facts = backbone.loaded(folder)
    core = _sized(core, tuple(facts.preprocessing.size) or problem.image_size[:2])
    freeze(core, int(params["unfreeze"]))
    features = outputs(backbone.extractor(core, facts, problem.image_size), job.x.take(_sample(job)), backbone.BATCH)
    inputs = keras.Input(problem.image_size, dtype="uint8")
    hidden = backbone.adapted(inputs, core, facts)
    if params["augment"] or params["flip"]:
        hidden = images.Warp(params["augment"], flip=params["flip"], seed=problem.seed)(hidden)
    return _headed(inputs, backbone.pooled(core, hidden), features, job)


def freeze(core: keras.Model, stages: int) -> None:
    """Leave the last stages trainable, batch normalisation excepted."""
    for layer, stage in zip(core.layers, _stages(core), strict=True):
        layer.trainable = stage < stages and not isinstance(layer, keras.layers.BatchNormalization)
        if isinstance(layer, images.AUGMENTATIONS):  # one augmentation is enough, and `training` reaches it
            layer.strength, layer.flip = 0.0, False


def pace(network: keras.Model) -> float:
    """The factor of learning rates for the kernels that are trained: their spread over `SPREAD`, one at most.

    A step of Adam moves every weight by about the learning rate, however small the weight; large networks have small
    ones, and what they have learnt would be gone in a few steps.
    """
    kernels = [v for v in network.trainable_variables if v.name == "kernel" and len(v.shape) > 1][:-1]
    spreads = [float(ops.convert_to_numpy(ops.std(v))) for v in kernels]
    return min(float(np.median(spreads)) / SPREAD, 1.0) if spreads else 1.0


def _stages(core: keras.Model) -> list[int]:
    """The stage of each layer, counted from the end: one ends where the feature map shrinks."""
    sides = [_side(layer) for layer in core.layers]
    if len({side for side in sides if side}) < 2:
        weighted = np.cumsum([bool(layer.weights) for layer in reversed(core.layers)])
        return [int(stage) for stage in (np.maximum(weighted - 1, 0) * PARTS // max(weighted[-1], 1))[::-1]]
    stage, side, found = 0, next(side for side in reversed(sides) if side), []
    for own in reversed(sides):
        if own > side:
            stage, side = stage + 1, own
        found.append(stage)
    return found[::-1]


def _side(layer: Any) -> int:
    shape: tuple[Any, ...] = tuple(getattr(getattr(layer, "output", None), "shape", ()))
    return int(shape[1]) if len(shape) == 4 and shape[1] else 0


def _sized(core: keras.Model, size: tuple[int, ...]) -> keras.Model:
    """The backbone for images of one size: one for images of any does not tell where its feature maps shrink."""
    if None not in core.input_shape[1:]:
        return core
    sized = keras.models.clone_model(core, input_tensors=keras.Input((*size, core.input_shape[-1])))
    sized.set_weights(core.get_weights())
    return sized


def _headed(inputs: Any, hidden: Any, features: Array, job: Job) -> keras.Model:
    """A network with one layer on `hidden`, standardised; `features` are its values on `_sample`."""
    mean, spread = features.mean(axis=0), np.sqrt(np.maximum(features.var(axis=0), 1e-6))
    hidden = keras.layers.Normalization(mean=mean, variance=spread**2)(hidden)
    hidden = keras.layers.Dropout(job.params["dropout"])(hidden)
    last = keras.layers.Dense(len(job.bias))
    model = keras.Model(inputs, last(hidden))
    numeric = job.problem.task == "regression"
    rows = _sample(job)
    standard = (features - mean) / spread
    last.set_weights(_linear(standard, job.y[rows], job.weight[rows], job.bias, numeric=numeric))
    return model


def _sample(job: Job) -> Array:
    """Numbers of the rows that a head's first weights are found on."""
    return np.arange(len(job.x))[:: max(len(job.x) // HEAD_ROWS, 1)]


def _linear(x: Array, y: Array, weight: Array, bias: list[float], *, numeric: bool) -> list[Array]:
    """[kernel, bias] of a linear model: logistic for class codes, ridge for standardised values."""
    from sklearn.linear_model import LogisticRegression, Ridge

    kernel, start = np.zeros((x.shape[1], len(bias)), np.float32), np.asarray(bias, np.float32)
    if numeric:
        fitted = Ridge(alpha=float(x.shape[1])).fit(x, y, weight)
        return [fitted.coef_.reshape(-1, 1).astype(np.float32), np.atleast_1d(fitted.intercept_).astype(np.float32)]
    fitted = LogisticRegression(C=STRENGTH / x.shape[1], max_iter=100).fit(x, y, weight)
    if len(fitted.classes_) == 2 and len(bias) >= 2:
        first, second = (int(c) for c in fitted.classes_)
        kernel[:, second], kernel[:, first] = fitted.coef_[0] / 2, -fitted.coef_[0] / 2
        start[second], start[first] = fitted.intercept_[0] / 2, -fitted.intercept_[0] / 2
        return [kernel, start]
    kernel[:, fitted.classes_.astype(int)] = fitted.coef_.T
    start[fitted.classes_.astype(int)] = fitted.intercept_
    return [kernel, start]
