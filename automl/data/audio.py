"""Sound files to facts (`inspect`) and to one array of log-mel spectrograms (`decode`); broken files are named.

A spectrogram: mono, 16 kHz, 25 ms Hann windows every 10 ms, 64 mel bands up to 8 kHz on Slaney's scale (Auditory
Toolbox, 1998: linear below 1 kHz, logarithmic above), dB from -80 to 0 relative to the clip's maximum as 0..255.
Clips that would have more than 256 columns have the mean power of several windows in one.
"""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data import wav
from automl.data.dataset import Images
from automl.data.decode import Decoded, Header, Inspection
from automl.data.threads import blocks_of, in_threads
from automl.errors import DataError, ExtraMissing
from automl.types import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from automl.data.dataset import Array
    from automl.data.source import ImageFiles

RATE = 16_000
WINDOW, STEP, BINS = 400, 160, 512
"""Samples of a window, from one to the next, and of its Fourier transform."""
BANDS = 64
MOST_FRAMES, FEWEST_FRAMES = 256, 16
FLOOR = -80.0
"""dB below a clip's maximum that count as silence."""
LENGTH_SHARE = 0.95
"""Quantile of the lengths at which longer clips are cut."""
RATES = (1_000, 1_000_000)
"""Sampling rates outside are those of a damaged header."""


def inspect(files: ImageFiles, threads: int = 4) -> Inspection:
    """Length, rate, channels, format and digest of every file.

    Raises:
        ExtraMissing: there are files that only soundfile reads, and it is not installed.
    """
    if not find_spec("soundfile") and (other := [p for p in files.paths if not p.lower().endswith(".wav")]):
        raise ExtraMissing.for_extra(f"Sound other than wav ({other[0]})", "audio")

    def block(paths: Sequence[str]) -> list[Header]:
        return [_header(files.root / path) for path in paths]

    blocks = in_threads(block, blocks_of(files.paths), threads)
    return Inspection(files.paths, tuple(header for headers in blocks for header in headers))


def choose_frames(inspection: Inspection) -> Choice[tuple[int, int]]:
    """(columns of a spectrogram, milliseconds from one to the next), with the reason.

    Raises:
        DataError: no file can be read.
    """
    seconds = np.array([header.seconds for header in inspection.readable])
    if not len(seconds):
        first = next((f"{path}: {reason}" for path, reason in inspection.reasons.items()), "")
        raise DataError("No recording can be read.", where=first, hint="repair the files")
    length = float(np.quantile(seconds, LENGTH_SHARE))
    windows = max(math.ceil(length * RATE / STEP), FEWEST_FRAMES)
    together = math.ceil(windows / MOST_FRAMES)
    hop = together * STEP * 1000 // RATE
    reason = f"95 % of the recordings last {length:.2f} s or less; a column every {hop} ms, longer ones are cut"
    evidence = {"median_seconds": float(np.median(seconds)), "longest_seconds": float(seconds.max())}
    return Choice((math.ceil(windows / together), hop), reason, evidence)


def decode(
    files: ImageFiles,
    keep: Sequence[int] | Array,
    frames: int,
    hop: int,
    out: Path,
    *,
    threads: int = 2,
) -> Decoded:
    """Write the spectrograms of the files at positions `keep` as a uint8 .npy file of shape (n, 64, frames, 1).

    Args:
        files: where the recordings are.
        keep: positions in `files.paths`.
        frames: columns; shorter clips end in silence, longer ones are cut.
        hop: milliseconds from one column to the next.
        out: the .npy file to write.
        threads: decoding threads.

    Raises:
        DataError: nothing to decode.
    """
    if len(keep) == 0:
        raise DataError("There is no recording to decode.", where=files.source, hint="see the list of broken files")
    paths = [files.paths[i] for i in keep]
    pictures = np.lib.format.open_memmap(out, mode="w+", dtype=np.uint8, shape=(len(paths), BANDS, frames, 1))

    def block(rows: Sequence[int]) -> list[str]:
        return [_decode_into(files.root / paths[row], pictures[row], hop) for row in rows]

    reasons = [reason for chunk in in_threads(block, blocks_of(range(len(paths))), threads) for reason in chunk]
    pictures.flush()
    broken = {path: reason for path, reason in zip(paths, reasons, strict=True) if reason}
    ok = np.array([not reason for reason in reasons], dtype=bool)
    return Decoded(Images(out, np.flatnonzero(ok)), ok, broken)


def spectrogram(signal: Array, frames: int, hop: int) -> Array:
    """(64, frames) uint8 log-mel spectrogram of a 16 kHz mono signal, lowest band first."""
    together = hop * RATE // 1000 // STEP
    windows = min(max(math.ceil(len(signal) / STEP), 1), frames * together)
    padded = np.zeros(windows * STEP + WINDOW, np.float32)
    used = signal[: len(padded)]
    padded[: len(used)] = used
    cut = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[: windows * STEP : STEP]
    power = np.abs(np.fft.rfft(cut * np.hanning(WINDOW + 1)[:-1].astype(np.float32), BINS)) ** 2
    bands = power @ mel_filters().T
    starts = np.arange(0, windows, together)
    columns = np.add.reduceat(bands, starts, axis=0) / np.diff([*starts, windows])[:, None]
    picture: Array = np.zeros((BANDS, frames), np.uint8)
    if (loudest := columns.max()) > 0:
        decibels = 10 * np.log10(np.maximum(columns / loudest, 10 ** (FLOOR / 10)))
        picture[:, : len(columns)] = np.rint((decibels / -FLOOR + 1) * 255).astype(np.uint8).T
    return picture


@cache
def mel_filters() -> Array:
    """(64, 257) triangles of height 1, evenly spaced on the mel scale from 0 to 8 kHz."""
    edges = _hertz(np.linspace(0, _mel(RATE / 2), BANDS + 2))
    bins = np.fft.rfftfreq(BINS, 1 / RATE)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    filters: Array = np.maximum(np.minimum(rising, falling), 0).astype(np.float32)
    return filters


def _mel(hertz: float) -> float:
    """Slaney's mel of a frequency of 1 kHz or more."""
    return 15 + 27 * math.log(hertz / 1000) / math.log(6.4)


def _hertz(mel: Array) -> Array:
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


def _header(path: Path) -> Header:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        return Header(reason=_reason(error))
    if not size:
        return Header(reason="empty file", digest=digest)
    try:
        samples, rate, channels, kind = _facts(path)
    except Exception as error:  # noqa: BLE001 (a damaged file can raise anything from inside a sound library)
        return Header(reason=_reason(error), digest=digest, bytes=size)
    if not RATES[0] <= rate <= RATES[1]:
        return Header(reason=f"a sampling rate of {rate:,} Hz", digest=digest, bytes=size)
    if not samples:
        return Header(reason="no samples", digest=digest, bytes=size)
    mode = {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")
    return Header(mode=mode, format=kind, digest=digest, bytes=size, seconds=samples / rate, rate=rate)


def _facts(path: Path) -> tuple[int, int, int, str]:
    """(samples, rate, channels, format) by our own reader, or by soundfile for what it does not know."""
    try:
        found = wav.header(path)
    except wav.NotWav as error:
        info = _soundfile(error).info(str(path))
        return info.frames, info.samplerate, info.channels, str(info.format).lower()
    return found.samples, found.rate, found.channels, "wav"


def _decode_into(path: Path, picture: Array, hop: int) -> str:
    """Fill a picture (64, frames, 1); the reason when that fails, else ''."""
    frames = picture.shape[1]
    try:
        if path.stat().st_size == 0:
            return "empty file"
        signal, rate = _samples(path, frames * hop / 1000 + WINDOW / RATE)
        if not RATES[0] <= rate <= RATES[1] or not len(signal):
            return "no samples" if not len(signal) else f"a sampling rate of {rate:,} Hz"
        picture[:, :, 0] = spectrogram(_resampled(signal, rate), frames, hop)
    except Exception as error:  # noqa: BLE001 (a damaged file can raise anything from inside a sound library)
        return _reason(error)
    return ""


def _samples(path: Path, most_seconds: float) -> tuple[Array, int]:
    try:
        return wav.samples(path, most_seconds)
    except wav.NotWav as error:
        with _soundfile(error).SoundFile(str(path)) as file:
            values = file.read(int(most_seconds * file.samplerate) + 1, dtype="float32", always_2d=True)
            mono: Array = np.nan_to_num(values.mean(axis=1))
            return mono, int(file.samplerate)


def _soundfile(reason: wav.NotWav) -> Any:
    """The library for what we do not read ourselves; the reason is raised where it is missing."""
    try:
        import soundfile
    except ImportError:
        raise reason from None
    return soundfile


def _resampled(signal: Array, rate: int) -> Array:
    if rate == RATE:
        return signal
    from scipy.signal import resample_poly

    # Odd rates (11,127 Hz) would need filters of a million taps; a ratio that is off by 1e-6 does not.
    ratio = Fraction(RATE, rate).limit_denominator(1000)
    resampled: Array = resample_poly(signal, ratio.numerator, ratio.denominator).astype(np.float32)
    return resampled


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    words = " ".join(str(error).split()).rpartition(": ")[2] if "Error opening" in str(error) else str(error)
    return words.rstrip(".")[:120] or type(error).__name__
