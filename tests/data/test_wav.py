"""WAV headers and samples: every width, damaged files, and what is left to another reader."""

from __future__ import annotations

import struct
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.io import wavfile

from automl.data import wav

if TYPE_CHECKING:
    from pathlib import Path

RAMP = np.linspace(-0.5, 0.5, 101)


def write(path: Path, values: np.ndarray, rate: int = 8000) -> Path:
    wavfile.write(path, rate, values)
    return path


@pytest.mark.parametrize(
    ("values", "bits", "error"),
    [
        ((RAMP * 127 + 128).astype(np.uint8), 8, 0.02),
        ((RAMP * 32767).astype(np.int16), 16, 1e-4),
        ((RAMP * 2147483647).astype(np.int32), 32, 1e-6),
        (RAMP.astype(np.float32), 32, 1e-6),
        (RAMP, 64, 1e-6),
    ],
)
def test_every_width_gives_the_same_samples(tmp_path, values, bits, error):
    path = write(tmp_path / "a.wav", values)
    found = wav.header(path)
    assert (found.rate, found.channels, found.samples, found.bits) == (8000, 1, 101, bits)
    samples, rate = wav.samples(path, 10)
    assert rate == 8000
    assert samples.dtype == np.float32
    assert np.abs(samples - RAMP).max() < error


def test_24_bits_and_stereo_to_mono(tmp_path):
    path = tmp_path / "a.wav"
    left, right = (RAMP * (2**23 - 1)).astype(np.int32), np.zeros(101, np.int32)
    frames = np.stack([left, right], 1).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3]
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 3, 8000, 0, "NONE", ""))
        file.writeframes(frames.tobytes())
    assert np.abs(wav.samples(path, 10)[0] - RAMP / 2).max() < 1e-4


def test_only_the_seconds_asked_for_are_read(tmp_path):
    path = write(tmp_path / "a.wav", np.ones(8000, np.int16))
    assert len(wav.samples(path, 0.1)[0]) == 801


def test_a_length_that_a_streaming_program_left_open(tmp_path):
    path = write(tmp_path / "a.wav", (RAMP * 32767).astype(np.int16))
    raw = bytearray(path.read_bytes())
    raw[40:44] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(raw)
    assert wav.header(path).samples == 101


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (lambda raw: b"ID3" + raw, wav.NotWav, "not a wav file"),
        (lambda raw: raw[:20] + struct.pack("<H", 6) + raw[22:], wav.NotWav, "codec 6"),
        (lambda raw: raw[:100], ValueError, "cut off: 56 of 202 bytes"),
        (lambda raw: raw[:30], ValueError, "cut off inside the header"),
        (lambda raw: raw[:36], ValueError, "cut off before the samples"),
        (lambda raw: raw[:40] + struct.pack("<I", 0), ValueError, "no samples"),
        (lambda raw: raw[:22] + struct.pack("<H", 0) + raw[24:], ValueError, "no channels"),
    ],
)
def test_damaged_and_foreign_files(tmp_path, change, kind, message):
    path = write(tmp_path / "a.wav", (RAMP * 32767).astype(np.int16))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(kind, match=message):
        wav.header(path)
