import json

import numpy as np
import pytest
from scipy.fft import dct

from automl.data.dataset import Images
from automl.encode import audio
from automl.encode.audio import HandmadeAudio, feature_names, features, frames_of
from automl.errors import RunError

NAMES = np.array(feature_names(64))


def clips(count=6, frames=30):
    return np.random.default_rng(0).integers(1, 256, (count, 64, frames, 1), dtype=np.uint8)


def padded(spectrograms, frames):
    return np.pad(spectrograms, ((0, 0), (0, 0), (0, frames), (0, 0)))


@pytest.mark.parametrize("shape", [(3, 64, 40, 1), (2, 64, 1, 1), (2, 64, 2, 1), (1, 10, 5, 1), (0, 64, 9, 1)], ids=str)
def test_shape_and_names(shape):
    matrix = features(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8))
    names = feature_names(shape[1])
    assert matrix.shape == (shape[0], len(names))
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    assert len(set(names)) == len(names)


def test_padding_counts_for_nothing():
    np.testing.assert_allclose(features(padded(clips(), 50)), features(clips()), rtol=1e-3, atol=1e-2)
    assert frames_of(padded(clips(), 50)[..., 0]).tolist() == [30] * 6


def test_silence_is_one_frame():
    silent = np.zeros((1, 64, 9, 1), np.uint8)
    assert frames_of(silent[..., 0]).tolist() == [1]
    assert np.isfinite(features(silent)).all()


def test_cepstra_are_cosine_transforms_of_the_levels_in_decibels():
    levels = clips()[..., 0] / 255 * 80 - 80
    expected = dct(levels, axis=1, norm="ortho")[:, :20].mean(axis=2)
    np.testing.assert_allclose(features(clips())[:, :20], expected, rtol=1e-3, atol=1e-2)


def test_percentiles_are_those_of_the_frames_heard():
    levels = clips(frames=31)[..., 0] / 255 * 80 - 80
    middle = features(padded(clips(frames=31), 7))[:, np.char.endswith(NAMES, "50 %")]
    np.testing.assert_allclose(middle, np.median(levels, axis=2), atol=1e-3)


def test_a_clip_backwards_differs_in_its_course_alone():
    forwards, backwards = features(clips()), features(clips()[:, :, ::-1])
    apart = np.abs(forwards - backwards).max(axis=0) > 0.05
    assert set(NAMES[apart]) <= {name for name in NAMES if name.startswith("course")}
    assert apart.sum() > 200


def test_the_encoder_follows_the_selection_and_computes_once(tmp_path, monkeypatch):
    np.save(tmp_path / "clips.npy", clips())
    stored = Images(tmp_path / "clips.npy", np.arange(6))
    asked = []

    def counting(spectrograms):
        asked.append(len(spectrograms))
        return features(spectrograms)

    monkeypatch.setattr(audio, "features", counting)
    some = HandmadeAudio().fit_transform(stored.take(np.array([4, 1])))
    whole = HandmadeAudio().transform(stored)
    np.testing.assert_allclose(some, whole[[4, 1]])
    assert sum(asked) == 6


def test_the_state_guards_the_layout():
    state = json.loads(json.dumps(HandmadeAudio().state()))
    assert HandmadeAudio.from_state(state) == HandmadeAudio()
    with pytest.raises(RunError, match="version 99"):
        HandmadeAudio.from_state(state | {"version": 99})
