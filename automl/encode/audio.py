"""Hand-made features of sounds from their log-mel spectrograms: cepstral coefficients, bands, and both over time.

Source: Davis and Mermelstein 1980, "Comparison of parametric representations for monosyllabic word recognition".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.encode.rowcache import cached
from automl.errors import RunError

if TYPE_CHECKING:
    from automl.data.dataset import Array, Images

VERSION = 1
"""Of the feature layout: a model is only right on the layout it was trained on."""
DECIBELS = 80.0
"""What 0 to 255 stand for: -80 dB to 0 relative to the loudest of the clip."""
COEFFICIENTS = 20
PARTS = 8
"""Stretches of equal length that a clip is cut into: words and calls are told apart by the order of their sounds."""
BROAD = 16
"""Broad bands whose course over the parts is kept."""
PERCENTILES = (10, 50, 90)
CLIPS_A_CHUNK = 64


@dataclass
class HandmadeAudio:
    """Encoder from spectrograms to features. It learns nothing, so rows of any split share its cache."""

    def fit_transform(self, images: Images) -> Array:
        """The same as `transform`: nothing is fitted."""
        return self.transform(images)

    def transform(self, images: Images) -> Array:
        """(n, features) float32; rows seen before in the same file come from memory."""
        bands = np.load(images.file, mmap_mode="r").shape[1]
        return cached(images, "audio", len(feature_names(bands)), features)

    def state(self) -> dict[str, Any]:
        """What `from_state` needs, as JSON."""
        return {"kind": "handmade_audio", "version": VERSION}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> HandmadeAudio:
        """The encoder of that state.

        Raises:
            RunError: the state asks for a feature layout this version cannot compute.
        """
        if state.get("version") != VERSION:
            raise RunError(
                f"The audio features of this run have version {state.get('version')}, this version computes {VERSION}.",
                hint="predict with the automl version that trained it",
            )
        return cls()


def features(spectrograms: Array) -> Array:
    """(n, features) float32 in the order of `feature_names`.

    Args:
        spectrograms: (n, bands, frames, 1) uint8; frames of zeros on the right are padding and count for nothing.
    """
    count, bands = spectrograms.shape[:2]
    matrix = np.empty((count, len(feature_names(bands))), np.float32)
    for start in range(0, count, CLIPS_A_CHUNK):
        chunk = spectrograms[start : start + CLIPS_A_CHUNK, :, :, 0]
        matrix[start : start + len(chunk)] = _features(chunk)
    return matrix


def _features(chunk: Array) -> Array:
    lengths = frames_of(chunk)
    levels = chunk.astype(np.float32) * (DECIBELS / 255) - DECIBELS
    cepstra = np.einsum("kb,nbf->nkf", _cosines(chunk.shape[1]), levels)
    used = np.arange(chunk.shape[2]) < lengths[:, None]
    steps = np.diff(cepstra, axis=2)
    moved = used[:, 1:]
    mean, deviation = _moments(cepstra, used)
    _, step_deviation = _moments(steps, moved)
    step_size, _ = _moments(np.abs(steps), moved)
    _, bend_deviation = _moments(np.diff(steps, axis=2), used[:, 2:])
    shares = _shares(lengths, chunk.shape[2])
    broad = _pooled(levels, BROAD)
    blocks = [
        mean, deviation, step_size, step_deviation, bend_deviation,
        *_moments(levels, used), _percentiles(chunk, lengths),
        (np.einsum("nkf,nfp->nkp", cepstra, shares) - mean[:, :, None]).reshape(len(chunk), -1),
        np.einsum("nbf,nfp->nbp", broad, shares).reshape(len(chunk), -1),
        np.log1p(lengths)[:, None],
    ]  # fmt: skip
    return np.hstack(blocks).astype(np.float32)


def frames_of(chunk: Array) -> Array:
    """(n,) frames up to the last that is not silent in every band, one at least."""
    heard: Array = np.asarray(chunk.any(axis=1))
    last: Array = heard.shape[1] - heard[:, ::-1].argmax(axis=1)
    return np.where(heard.any(axis=1), last, 1)


def _moments(values: Array, used: Array) -> tuple[Array, Array]:
    """(n, k) means and standard deviations of (n, k, frames) values over the frames used."""
    weight = used[:, None, :] / np.maximum(used.sum(axis=1), 1)[:, None, None]
    mean = (values * weight).sum(axis=2)
    spread = (((values - mean[:, :, None]) ** 2) * weight).sum(axis=2)
    return mean, np.sqrt(spread)


def _percentiles(chunk: Array, lengths: Array) -> Array:
    """(n, bands x percentiles) levels in dB that so many percent of a clip's frames stay below, by band."""
    # A band's frames are sorted, so that the padding, being zeros, comes first, and is stepped over.
    ordered = np.sort(chunk, axis=2)
    padding = chunk.shape[2] - lengths
    places = [padding + np.rint(q / 100 * (lengths - 1)).astype(int) for q in PERCENTILES]
    picked = [np.take_along_axis(ordered, place[:, None, None], axis=2)[:, :, 0] for place in places]
    return np.hstack(picked).astype(np.float32) * (DECIBELS / 255) - DECIBELS


def _shares(lengths: Array, frames: int) -> Array:
    """(n, frames, parts) weight of each frame in the mean of each part of its clip; neighbours overlap by half."""
    middles = (np.arange(PARTS) + 0.5) / PARTS
    places = (np.arange(frames)[None, :, None] + 0.5) / lengths[:, None, None]
    weight = np.maximum(1 - np.abs(places - middles) * PARTS, 0.0) * (places < 1)
    empty = weight.sum(axis=1, keepdims=True) <= 0  # clips of fewer frames than parts: the nearest frame
    nearest = np.abs(places - middles) == np.abs(places - middles).min(axis=1, keepdims=True)
    weight = np.where(empty, nearest, weight).astype(np.float32)
    shares: Array = weight / weight.sum(axis=1, keepdims=True)
    return shares


def _pooled(levels: Array, groups: int) -> Array:
    """(n, groups, frames) means of neighbouring bands."""
    parts = np.array_split(np.arange(levels.shape[1]), min(groups, levels.shape[1]))
    return np.stack([levels[:, part].mean(axis=1) for part in parts], axis=1)


@lru_cache(maxsize=4)
def _cosines(bands: int) -> Array:
    """(coefficients, bands) orthonormal cosines (DCT-II)."""
    order = np.arange(min(COEFFICIENTS, bands))[:, None]
    basis: Array = np.cos(np.pi / bands * (np.arange(bands) + 0.5) * order) * np.sqrt(2 / bands)
    basis[0] /= np.sqrt(2)
    single: Array = basis.astype(np.float32)
    return single


@lru_cache(maxsize=4)
def feature_names(bands: int) -> tuple[str, ...]:
    """Names 'group:detail' with the groups 'cepstrum', 'bands', 'course' and 'length'."""
    order = range(min(COEFFICIENTS, bands))
    statistics = ("mean", "deviation", "step", "step deviation", "bend deviation")
    names = [f"cepstrum:{k} {what}" for what in statistics for k in order]
    levels = ("mean", "deviation", *(f"{q} %" for q in PERCENTILES))
    names += [f"bands:{band} {what}" for what in levels for band in range(bands)]
    names += [f"course:cepstrum {k} part {part}" for k in order for part in range(PARTS)]
    names += [f"course:band {band} part {part}" for band in range(min(BROAD, bands)) for part in range(PARTS)]
    return (*names, "length:frames")
