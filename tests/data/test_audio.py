"""Recordings to spectrograms: what they show, lengths, broken files, and formats that need a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.io import wavfile

from automl.data import audio
from automl.data.source import ImageFiles
from automl.errors import DataError, ExtraMissing

if TYPE_CHECKING:
    from pathlib import Path


def tone(path: Path, hertz: float, seconds: float = 0.5, rate: int = 16_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(seconds * rate)) / rate
    wavfile.write(path, rate, (np.sin(2 * np.pi * hertz * time) * 9000).astype(np.int16))
    return path


def files(root: Path, *names: str) -> ImageFiles:
    return ImageFiles("sounds", str(root), root, names, modality="audio")


def test_filters_cover_every_band_and_peak_at_one_at_most():
    filters = audio.mel_filters()
    assert filters.shape == (64, 257)
    assert (filters.max(axis=1) > 0.3).all()
    assert filters.max() <= 1
    assert (np.diff(filters.argmax(axis=1)) > 0).all()


@pytest.mark.parametrize("rate", [8_000, 11_127, 16_000, 44_100])
@pytest.mark.parametrize("hertz", [300.0, 3000.0])
def test_a_tone_is_loudest_in_its_band_whatever_the_rate(tmp_path, rate, hertz):
    tone(tmp_path / "a.wav", hertz, rate=rate)
    decoded = audio.decode(files(tmp_path, "a.wav"), [0], 60, 10, tmp_path / "out.npy", threads=1)
    picture = decoded.images.pixels()[0, :, :, 0]
    assert picture.shape == (64, 60)
    nearest = audio.mel_filters()[:, round(hertz / 31.25)].argmax()
    assert abs(int(picture[:, 20].argmax()) - int(nearest)) <= 1
    assert picture.max() == 255
    assert (picture[:, 52:] == 0).all()


def test_coarser_columns_average_power_and_long_clips_are_cut():
    signal = np.random.default_rng(0).normal(size=16_000).astype(np.float32)
    fine, coarse = audio.spectrogram(signal, 100, 10), audio.spectrogram(signal, 50, 20)
    assert fine.shape == (64, 100)
    assert coarse.shape == (64, 50)
    assert (coarse > 0).all()
    assert np.array_equal(audio.spectrogram(signal, 10, 10) > 0, np.ones((64, 10), bool))


@pytest.mark.parametrize("signal", [np.zeros(1000, np.float32), np.zeros(0, np.float32)])
def test_silence_is_black(signal):
    assert not audio.spectrogram(signal, 16, 10).any()


@pytest.mark.parametrize(("seconds", "frames", "hop"), [(0.05, 16, 10), (2.0, 200, 10), (10.0, 250, 40)])
def test_columns_follow_the_lengths(tmp_path, seconds, frames, hop):
    tone(tmp_path / "a.wav", 500, seconds, rate=4000)
    chosen = audio.choose_frames(audio.inspect(files(tmp_path, "a.wav"), threads=1))
    assert chosen.value == (frames, hop)
    assert "95 % of the recordings last" in chosen.reason


def test_headers_and_broken_files(tmp_path):
    tone(tmp_path / "a.wav", 500, rate=8000)
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "junk.wav").write_bytes(b"RIFF")
    (tmp_path / "cut.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:500])
    found = audio.inspect(files(tmp_path, "a.wav", "empty.wav", "junk.wav", "cut.wav", "gone.wav"), threads=1)
    header = found.headers[0]
    assert (header.mode, header.format, header.rate, header.seconds) == ("mono", "wav", 8000, 0.5)
    assert list(found.ok) == [True, False, False, False, False]
    assert found.reasons["empty.wav"] == "empty file"
    assert found.reasons["cut.wav"] == "cut off: 456 of 8,000 bytes of sound"
    assert found.reasons["gone.wav"] == "no such file"


def test_broken_files_keep_their_place_and_none_at_all_is_refused(tmp_path):
    tone(tmp_path / "a.wav", 500)
    (tmp_path / "b.wav").write_bytes(b"")
    both = files(tmp_path, "b.wav", "a.wav")
    decoded = audio.decode(both, [0, 1], 20, 10, tmp_path / "out.npy", threads=1)
    assert list(decoded.ok) == [False, True]
    assert decoded.reasons == {"b.wav": "empty file"}
    assert len(decoded.images) == 1
    with pytest.raises(DataError, match="no recording to decode"):
        audio.decode(both, [], 20, 10, tmp_path / "out.npy")


def test_nothing_readable(tmp_path):
    (tmp_path / "b.wav").write_bytes(b"")
    with pytest.raises(DataError, match="No recording can be read"):
        audio.choose_frames(audio.inspect(files(tmp_path, "b.wav"), threads=1))


@pytest.mark.parametrize("suffix", [".flac", ".ogg", ".wav"])
def test_other_formats_and_wrong_names_through_soundfile(tmp_path, suffix):
    soundfile = pytest.importorskip("soundfile")
    tone(tmp_path / "a.wav", 1000, rate=16_000)
    samples = wavfile.read(tmp_path / "a.wav")[1] / 32768
    soundfile.write(tmp_path / ("b" + suffix), samples, 16_000, format="OGG" if suffix == ".ogg" else "FLAC")
    both = files(tmp_path, "a.wav", "b" + suffix)
    found = audio.inspect(both, threads=1)
    assert found.reasons == {}
    assert found.headers[1].format in ("flac", "ogg")
    pixels = audio.decode(both, [0, 1], 50, 10, tmp_path / "out.npy", threads=1).images.pixels()
    assert pixels[0, :, 20, 0].argmax() == pixels[1, :, 20, 0].argmax()


def test_without_soundfile_other_formats_name_the_extra(tmp_path, monkeypatch):
    monkeypatch.setattr(audio, "find_spec", lambda _: None)
    with pytest.raises(ExtraMissing, match=r"Sound other than wav \(b.flac\)") as caught:
        audio.inspect(files(tmp_path, "a.wav", "b.flac"))
    assert caught.value.hint == "pip install 'automl[audio]'"
