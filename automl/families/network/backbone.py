"""Transfer learning: features of a pretrained network for a new head, or its last stages trained on with it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from automl import jsonio
from automl.families.base import FitFailed
from automl.families.network import images
from automl.families.network.pretrained import FACTS, FILE, Facts
from automl.families.network.trainer import outputs

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Images
    from automl.encode.state import State
    from automl.families.network.kind import Job

BATCH = 32
HEAD_ROWS = 2_000
"""Images from which the first weights of a head are found before stages are trained on with it."""
STRENGTH = 10.0
"""Of that linear model, over the number of features: each standardised feature says the less the more there are."""
BLOCK = 256
"""Images whose features are written at a time, so that a fit that is cut short leaves something to go on with."""


@keras.saving.register_keras_serializable(package="automl")
class Adapt(keras.layers.Layer):  # type: ignore[misc]
    """Bytes to what a pretrained network wants to be given (see `pretrained.Preprocessing`), grey as colour."""

    def __init__(self, facts: dict[str, Any], channels: int, **options: Any) -> None:
        super().__init__(**options)
        self.facts, self.channels = facts, channels

    def call(self, inputs: Any) -> Any:
        """(images, height, width, channels) uint8 to float32 of the wanted size and channels."""
        wants, values = self.facts, ops.cast(inputs, "float32")
        given = values.shape[-1]
        if given == 1 and self.channels == 3:
            values = ops.repeat(values, 3, axis=-1)
        elif given == 3 and self.channels == 1:
            values = ops.mean(values, axis=-1, keepdims=True)
        size = tuple(wants["size"]) or tuple(values.shape[1:3])
        if size != tuple(values.shape[1:3]):
            values = ops.image.resize(values, size, antialias=True)
        if wants["bgr"]:
            values = ops.flip(values, axis=-1)
        mean, spread = (ops.convert_to_tensor(wants[k][: self.channels], "float32") for k in ("mean", "spread"))
        return (values * wants["scale"] - mean) / spread

    def get_config(self) -> dict[str, Any]:
        """What rebuilds the layer."""
        return {**super().get_config(), "facts": self.facts, "channels": self.channels}


class Features:
    """The features of a frozen backbone; an encoder (see `kind.Encoder`) of `Images`."""

    def __init__(self, core: keras.Model, facts: Facts, size: tuple[int, ...]) -> None:
        self.core, self.facts, self.size = core, facts, size
        self.width = facts.features
        self.network = extractor(core, facts, size)

    def transform(self, frame: Images) -> Array:
        """(images, features) float32; while a run goes on, an image's features are computed once for all its fits."""
        if not frame.file.with_name(FILE).is_file():
            return self._computed(frame)
        cache = _cache(frame.file.with_name("features.npy"), len(np.load(frame.file, mmap_mode="r")), self.width)
        missing = np.flatnonzero(np.isnan(cache[frame.rows, 0]))
        for start in range(0, len(missing), BLOCK):
            part = missing[start : start + BLOCK]
            cache[frame.rows[part]] = self._computed(frame.take(part))
        return np.asarray(cache[frame.rows])

    def _computed(self, frame: Images) -> Array:
        parts = [
            outputs(self.network, frame.take(np.arange(i, min(i + BLOCK, len(frame)))).pixels(), BATCH)
            for i in range(0, len(frame), BLOCK)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self.width), np.float32)

    def state(self) -> State:
        """The whole backbone, so that a model predicts where the backbone is not."""
        plain = {"backbone": jsonio.plain(self.facts), "core": json.loads(self.core.to_json()), "size": list(self.size)}
        return plain, {f"weight_{i}": weight for i, weight in enumerate(self.core.get_weights())}


class Pixels:
    """The pixels as they are, and where the run's backbone lies; an encoder for training it on."""

    def __init__(self, train: Dataset) -> None:
        self.folder = train.inputs.file.parent
        self.width = int(np.prod(train.problem.image_size)) // 4

    def transform(self, frame: Images) -> Array:
        """(images, height, width, channels) uint8."""
        return frame.pixels()

    def state(self) -> State:
        """Nothing: a network that was trained on reads pixels itself."""
        return {}, {}


def restored(state: State) -> Features:
    """The encoder whose `state` was saved."""
    plain, arrays = state
    core = keras.models.model_from_json(json.dumps(plain["core"]))
    core.set_weights([arrays[f"weight_{i}"] for i in range(len(arrays))])
    return Features(core, jsonio.build(Facts, plain["backbone"]), tuple(plain["size"]))


def features_of(train: Dataset) -> Features:
    """The encoder of the run's backbone, whose file lies beside the pixels.

    Raises:
        FitFailed: it is not there.
    """
    core, facts = loaded(train.inputs.file.parent)
    return Features(core, facts, train.problem.image_size)


def loaded(folder: Path) -> tuple[keras.Model, Facts]:
    """A copy of the run's backbone and its facts."""
    path = folder / FILE
    if not path.is_file():
        raise FitFailed("the backbone of this run is gone")
    return keras.saving.load_model(path, compile=False, safe_mode=True), _facts(folder / FACTS)


@lru_cache(maxsize=4)
def _facts(path: Path) -> Facts:
    return jsonio.build(Facts, jsonio.read(path))


def extractor(core: keras.Model, facts: Facts, size: tuple[int, ...]) -> keras.Model:
    """Bytes to features."""
    inputs = keras.Input(size, dtype="uint8")
    return keras.Model(inputs, _pooled(core, _adapted(inputs, core, facts)))


def head(job: Job) -> keras.Model:
    """One layer on standardised features, which starts where a linear model ends."""
    x = job.x
    inputs = keras.Input(x.shape[1:], dtype="float32")
    mean, spread = x.mean(axis=0), np.sqrt(np.maximum(x.var(axis=0), 1e-6))
    hidden = keras.layers.Normalization(mean=mean, variance=spread**2)(inputs)
    hidden = keras.layers.Dropout(job.params["dropout"])(hidden)
    last = keras.layers.Dense(len(job.bias))
    model = keras.Model(inputs, last(hidden))
    sample = np.arange(len(x))[:: max(len(x) // HEAD_ROWS, 1)]
    numeric = job.problem.task == "regression"
    last.set_weights(_linear((x[sample] - mean) / spread, job.y[sample], job.bias, numeric=numeric))
    return model


def unfrozen(folder: Path, job: Job) -> keras.Model:
    """Backbone and head as one network on pixels, of which the head and the last stages are trained.

    The head starts where a linear model on the frozen features ends: gradients of a random head would undo what the
    backbone has learnt. Statistics of batch normalisation stay as they are.
    """
    problem, params = job.problem, job.params
    core, facts = loaded(folder)
    freeze(core, int(params["unfreeze"]))
    sample = np.arange(len(job.x))[:: max(len(job.x) // HEAD_ROWS, 1)]
    x = outputs(extractor(core, facts, problem.image_size), job.x[sample], BATCH)
    inputs = keras.Input(problem.image_size, dtype="uint8")
    hidden = _adapted(inputs, core, facts)
    if params["augment"] or params["flip"]:
        hidden = images.Warp(params["augment"], flip=params["flip"], seed=problem.seed)(hidden)
    hidden = _pooled(core, hidden)
    mean, spread = x.mean(axis=0), np.sqrt(np.maximum(x.var(axis=0), 1e-6))
    hidden = keras.layers.Normalization(mean=mean, variance=spread**2)(hidden)
    hidden = keras.layers.Dropout(params["dropout"])(hidden)
    last = keras.layers.Dense(len(job.bias))
    model = keras.Model(inputs, last(hidden))
    numeric = problem.task == "regression"
    last.set_weights(_linear((x - mean) / spread, job.y[sample], job.bias, numeric=numeric))
    return model


def freeze(core: keras.Model, stages: int) -> None:
    """Leave the last stages trainable, batch normalisation excepted: a stage ends where the feature map shrinks."""
    sides = [_side(layer) for layer in core.layers]
    left, known = stages, [side for side in sides if side]
    side = known[-1] if known else 0
    for layer, own in zip(reversed(core.layers), reversed(sides), strict=True):
        if own and own > side:
            left, side = left - 1, own
        layer.trainable = left > 0 and not isinstance(layer, keras.layers.BatchNormalization)
        if isinstance(layer, (images.Warp, images.Colour)):  # one augmentation is enough, and `training` reaches it
            layer.strength, layer.flip = 0.0, False


def _side(layer: Any) -> int:
    shape: tuple[Any, ...] = tuple(getattr(getattr(layer, "output", None), "shape", ()))
    return int(shape[1]) if len(shape) == 4 and shape[1] else 0


def _adapted(inputs: Any, core: keras.Model, facts: Facts) -> Any:
    return Adapt(jsonio.plain(facts.preprocessing), int(core.input_shape[-1]))(inputs)


def _pooled(core: keras.Model, hidden: Any) -> Any:
    """(images, features): the mean over the feature map; batch normalisation as in prediction."""
    features = core(hidden, training=False)
    return keras.layers.GlobalAveragePooling2D()(features) if len(features.shape) == 4 else features


def _linear(x: Array, y: Array, bias: list[float], *, numeric: bool) -> list[Array]:
    """[kernel, bias] of a linear model: logistic for class codes, ridge for standardised values."""
    from sklearn.linear_model import LogisticRegression, Ridge

    kernel, start = np.zeros((x.shape[1], len(bias)), np.float32), np.asarray(bias, np.float32)
    if numeric:
        fitted = Ridge(alpha=float(x.shape[1])).fit(x, y)
        return [fitted.coef_.reshape(-1, 1).astype(np.float32), np.atleast_1d(fitted.intercept_).astype(np.float32)]
    fitted = LogisticRegression(C=STRENGTH / x.shape[1], max_iter=100).fit(x, y)
    if len(fitted.classes_) == 2 and len(bias) >= 2:
        first, second = (int(c) for c in fitted.classes_)
        kernel[:, second], kernel[:, first] = fitted.coef_[0] / 2, -fitted.coef_[0] / 2
        start[second], start[first] = fitted.intercept_[0] / 2, -fitted.intercept_[0] / 2
        return [kernel, start]
    kernel[:, fitted.classes_.astype(int)] = fitted.coef_.T
    start[fitted.classes_.astype(int)] = fitted.intercept_
    return [kernel, start]


def _cache(path: Path, rows: int, width: int) -> Array:
    """The features of a run as far as they are known, NaN elsewhere; renamed into place, as others may have it open."""
    if not path.is_file():
        part = path.with_name(f"features-{np.random.default_rng().integers(2**63)}.npy")
        fresh = np.lib.format.open_memmap(part, mode="w+", dtype=np.float32, shape=(rows, width))
        fresh[:] = np.nan
        fresh.flush()
        part.replace(path)
    cache: Array = np.load(path, mmap_mode="r+")
    return cache
