"""The features of a pretrained network for images, computed once, and the files it lies in during a run."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from automl import jsonio
from automl.families.base import FitFailed
from automl.families.network.facts import FACTS, FILE, Facts
from automl.families.network.trainer import outputs

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset, Images
    from automl.encode.state import State

BATCH = 32
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
        if frame.scratch or not frame.file.with_name(FILE).is_file():
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
    """The images as they are, and where the run's backbone lies; an encoder for training it on.

    No row becomes numbers in memory, so that none is left out for want of it.
    """

    width = 0

    def __init__(self, train: Dataset) -> None:
        self.folder = train.inputs.file.parent

    def transform(self, frame: Images) -> Images:
        """Unchanged."""
        return frame

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
    return keras.Model(inputs, pooled(core, adapted(inputs, core, facts)))


def adapted(inputs: Any, core: keras.Model, facts: Facts) -> Any:
    """Bytes to what the backbone wants."""
    return Adapt(jsonio.plain(facts.preprocessing), int(core.input_shape[-1]))(inputs)


def pooled(core: keras.Model, hidden: Any) -> Any:
    """(images, features): the mean over the feature map; batch normalisation as in prediction."""
    features = core(hidden, training=False)
    return keras.layers.GlobalAveragePooling2D()(features) if len(features.shape) == 4 else features


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
