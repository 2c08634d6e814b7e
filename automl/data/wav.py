"""WAV files without a library: the header, and the samples as mono floats.

RIFF WAVE with integers of 8 to 32 bits, floats of 32 or 64, plain or extensible (Microsoft, "Multiple Channel Audio
Data and WAVE Files"). Other codecs are left to `audio`, which may have a library for them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
UNKNOWN_SIZE = 0x7FFFFF00
"""Sizes from here on are written by programs that stream and do not know the length."""
LEAST_SHARE = 0.9
"""Share of the promised samples below which a file counts as cut off."""


class NotWav(ValueError):  # noqa: N818 (reads as what happened)
    """A file that is no RIFF WAVE of a kind read here; another reader may know it."""


@dataclass(frozen=True)
class Wav:
    """What the header says.

    Attributes:
        rate: samples a second.
        samples: samples a channel that are there.
        bits: of one sample.
        start: byte of the first sample.
        is_float: samples are floats.
    """

    rate: int
    channels: int
    samples: int
    bits: int
    start: int
    is_float: bool


def header(path: Path) -> Wav:
    """The header of a file.

    Raises:
        NotWav: another format or codec.
        ValueError: damaged or cut off, with the reason.
        OSError: the file cannot be opened.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            raise NotWav("not a wav file")
        layout: tuple[int, int, int, int] | None = None
        while len(chunk := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", chunk)
            if name == b"fmt ":
                layout = _format(file, length)
            elif name == b"data":
                if layout is None:
                    raise ValueError("samples before their format")
                return _described(layout, file.tell(), length, size)
            else:
                file.seek(length + length % 2, 1)
    raise ValueError("cut off before the samples")


def _format(file: BinaryIO, length: int) -> tuple[int, int, int, int]:
    """(codec, channels, rate, bits) of a format chunk."""
    body = file.read(length + length % 2)
    if len(body) < 16:
        raise ValueError("cut off inside the header")
    codec, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
    if codec == EXTENSIBLE and len(body) >= 26:
        codec = struct.unpack("<H", body[24:26])[0]
    return codec, channels, rate, bits


def _described(layout: tuple[int, int, int, int], start: int, length: int, size: int) -> Wav:
    codec, channels, rate, bits = layout
    if (codec, bits) not in {(PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64)}:
        raise NotWav(f"wav with codec {codec} and {bits} bits")
    if not channels or not rate:
        raise ValueError("no channels or no sampling rate")
    frame = channels * bits // 8
    there = size - start
    if 0 < length < UNKNOWN_SIZE:
        if there < LEAST_SHARE * length:
            raise ValueError(f"cut off: {max(there, 0):,} of {length:,} bytes of sound")
        there = min(there, length)
    if there < frame:
        raise ValueError("no samples")
    return Wav(rate, channels, there // frame, bits, start, codec == FLOAT)


def samples(path: Path, most_seconds: float) -> tuple[Array, int]:
    """(n,) float32 mono samples from -1 to 1, at most so many seconds of them, and the rate.

    Raises:
        As `header`.
    """
    found = header(path)
    frames = min(found.samples, int(most_seconds * found.rate) + 1)
    with path.open("rb") as file:
        file.seek(found.start)
        raw = file.read(frames * found.channels * found.bits // 8)
    values = _values(raw, found).reshape(-1, found.channels)
    mono: Array = values.mean(axis=1, dtype=np.float32)
    return mono, found.rate


def _values(raw: bytes, found: Wav) -> Array:
    """Samples of all channels as floats."""
    if found.is_float:
        return np.nan_to_num(np.frombuffer(raw, f"<f{found.bits // 8}").astype(np.float32))
    if found.bits == 8:  # the only unsigned width
        return (np.frombuffer(raw, np.uint8).astype(np.float32) - 128) / 128
    if found.bits == 24:
        padded = np.zeros((len(raw) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        return padded.view("<i4").ravel().astype(np.float32) / 2**31
    return np.frombuffer(raw, f"<i{found.bits // 8}").astype(np.float32) / np.float32(2 ** (found.bits - 1))
