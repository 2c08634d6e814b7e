"""Texts as features of a pretrained language network from a preset of KerasHub, with the preset's own tokens."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from automl.encode.tokens import joined
from automl.errors import RunError
from automl.families.network import hub

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array
    from automl.encode.state import State

BATCH = 32
BLOCK = 256
"""Texts whose features are written at a time, so that a fit that is cut short leaves something to go on with."""
PRESET, HASHES, FEATURES = "preset", "texts.npy", "features.npy"


class TextFeatures:
    """The features of a frozen language network; an encoder (see `kind.Encoder`) of texts.

    Args:
        folder: a preset with network and tokens.
        columns: read one after the other.
        length: tokens a text is cut to.
        beside: of the run, where features of its texts are kept (see `remember`); None for none.
    """

    def __init__(self, folder: Path, columns: Sequence[str], length: int, beside: Path | None = None) -> None:
        self.folder, self.columns, self.length, self.beside = folder, tuple(columns), length, beside
        self.tokens = hub.tokens(str(folder), length)
        self.network = pooled(hub.network(str(folder)))
        self.width = int(self.network.output_shape[-1])

    def transform(self, frame: pd.DataFrame) -> Array:
        """(texts, features) float32; while a run goes on, a text's features are computed once for all its fits."""
        texts = np.asarray(joined(frame, self.columns), dtype=object)
        if self.beside is None or not (self.beside / HASHES).is_file():
            return self.computed(texts)
        known, asked = np.load(self.beside / HASHES, mmap_mode="r"), hashes(texts)
        places = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        if (known[places] != asked).any():
            return self.computed(texts)
        cache = np.load(self.beside / FEATURES, mmap_mode="r+")
        missing = np.flatnonzero(np.isnan(cache[places, 0]))
        for start in range(0, len(missing), BLOCK):
            part = missing[start : start + BLOCK]
            cache[places[part]] = self.computed(texts[part])
        return np.asarray(cache[places])

    def computed(self, texts: Array) -> Array:
        """(texts, features) float32 of the network; every batch is filled up to one shape."""
        found = np.zeros((len(texts), self.width), np.float32)
        for start in range(0, len(texts), BATCH):
            batch = [str(text) for text in texts[start : start + BATCH]]
            filled = batch + batch[-1:] * (BATCH - len(batch))
            inputs = {name: ops.convert_to_numpy(values) for name, values in self.tokens(filled).items()}
            found[start : start + BATCH] = self.network.predict_on_batch(inputs)[: len(batch)]
        return found

    def state(self) -> State:
        """The files of the whole preset, so that a model predicts where it is not."""
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        names = [path.relative_to(self.folder).as_posix() for path in paths]
        plain = {"preset": names, "columns": self.columns, "length": self.length}
        return plain, {f"file_{i}": np.frombuffer(path.read_bytes(), np.uint8) for i, path in enumerate(paths)}


def restored(state: State) -> TextFeatures:
    """The encoder whose `state` was saved.

    Raises:
        DataError: KerasHub is not installed.
        RunError: a file would lie outside the preset.
    """
    plain, arrays = state
    hub.library()
    holder = tempfile.TemporaryDirectory(prefix="automl-preset-")
    folder = Path(holder.name).resolve()
    for i, name in enumerate(plain["preset"]):
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            raise RunError("A file of the model's preset would lie outside it.", where=name, hint="fit again")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(arrays[f"file_{i}"].tobytes())
    encoder = TextFeatures(folder, plain["columns"], int(plain["length"]))
    encoder.holder = holder  # type: ignore[attr-defined]  # the files live as long as the encoder
    return encoder


def pooled(core: keras.Model) -> keras.Model:
    """Tokens to (texts, features): the mean over the tokens that are there."""
    output = core.output["sequence_output"] if isinstance(core.output, dict) else core.output
    mask = core.input.get("padding_mask") if isinstance(core.input, dict) else None
    if mask is None:
        return keras.Model(core.input, keras.layers.GlobalAveragePooling1D()(output))
    there = ops.expand_dims(ops.cast(mask, "float32"), -1)
    mean = ops.sum(ops.cast(output, "float32") * there, axis=1) / ops.maximum(ops.sum(there, axis=1), 1.0)
    return keras.Model(core.input, mean)


def hashes(texts: Array) -> Array:
    """(texts,) int64, of which two texts of one data set hardly ever share one."""
    pairs = ((zlib.crc32(data), zlib.adler32(data)) for data in (str(text).encode() for text in texts))
    return np.array([(first << 31) ^ second for first, second in pairs], dtype=np.int64)


def remember(folder: Path, texts: Array, width: int) -> None:
    """Make room in the folder for the features of a run's texts, NaN until they are known."""
    known = np.unique(hashes(texts))
    np.save(folder / HASHES, known)
    cache = np.lib.format.open_memmap(folder / FEATURES, mode="w+", dtype=np.float32, shape=(len(known), width))
    cache[:] = np.nan
    cache.flush()
