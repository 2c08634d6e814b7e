"""Image files to facts (`inspect`) and to one array of pixels (`decode`); broken files are named, never fatal.

Pillow reads the files. Both passes run in a small thread pool: Pillow and hashlib release the interpreter lock.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from PIL import Image, UnidentifiedImageError

from automl.data.dataset import Array, Images
from automl.data.pixels import is_grey, orientation_of, upright
from automl.data.threads import blocks_of, in_threads
from automl.errors import DataError
from automl.types import Choice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from automl.data.source import ImageFiles

T = TypeVar("T")
R = TypeVar("R")

SMALLEST = 8
"""Pixels: sides are never scaled below this."""


@dataclass(frozen=True)
class Header:
    """What the header of one file says; `reason` is '' for a file that opens.

    Attributes:
        mode: of the pixels, or 'mono', 'stereo'.
        width, height: pixels, upright (EXIF rotation applied).
        rotated: the EXIF orientation is not the stored one.
        grey: no colour by mode or palette.
        digest: SHA-1 of the bytes, for exact duplicates.
        seconds, rate: length and samples a second of a recording.
    """

    reason: str = ""
    width: int = 0
    height: int = 0
    mode: str = ""
    format: str = ""
    rotated: bool = False
    grey: bool = False
    digest: str = ""
    bytes: int = 0
    seconds: float = 0.0
    rate: int = 0


@dataclass(frozen=True)
class Inspection:
    """The headers of all files, aligned with `paths`."""

    paths: tuple[str, ...]
    headers: tuple[Header, ...]

    @property
    def ok(self) -> Array:
        """(n,) bool: the file opens."""
        return np.array([not header.reason for header in self.headers], dtype=bool)

    @property
    def reasons(self) -> dict[str, str]:
        """Path -> why it cannot be read, of the broken files."""
        return {path: header.reason for path, header in zip(self.paths, self.headers, strict=True) if header.reason}

    @property
    def readable(self) -> list[Header]:
        """Headers of the files that open."""
        return [header for header in self.headers if not header.reason]

    def with_broken(self, reasons: Mapping[str, str]) -> Inspection:
        """The same with further files marked broken: those whose header is fine and whose pixels are not."""
        marked = (
            replace(header, reason=header.reason or reasons.get(path, ""))
            for path, header in zip(self.paths, self.headers, strict=True)
        )
        return Inspection(self.paths, tuple(marked))


@dataclass(frozen=True)
class Decoded:
    """Pixels of the files asked for.

    Attributes:
        images: the files that could be decoded, in the order asked for (`len(images) == ok.sum()`).
        ok: (n,) bool, aligned with `keep`: which were decoded. The array on disk has a row for each, black when broken.
        reasons: path -> why it could not be decoded.
    """

    images: Images
    ok: Array
    reasons: dict[str, str]


def inspect(files: ImageFiles, threads: int = 4) -> Inspection:
    """Size, mode, format, rotation and digest of every file; no pixel is decoded.

    A picture above Pillow's decompression-bomb limit (`PIL.Image.MAX_IMAGE_PIXELS`) counts as broken.
    """

    def block(paths: Sequence[str]) -> list[Header]:
        return [_header(files.root / path) for path in paths]

    with _image_warnings():
        blocks = in_threads(block, blocks_of(files.paths), threads)
    return Inspection(files.paths, tuple(header for headers in blocks for header in headers))


def decode(
    files: ImageFiles,
    keep: Sequence[int] | Array,
    size: tuple[int, int],
    channels: int,
    out: Path,
    *,
    threads: int = 2,
) -> Decoded:
    """Write the pixels of the files at positions `keep` as a uint8 .npy file of shape (n, height, width, channels).

    Upright (EXIF), first frame, transparency on white, resized with antialiasing without keeping the aspect.

    Args:
        files: where the images are.
        keep: positions in `files.paths`; may include files that `inspect` found broken.
        size: (height, width) in pixels.
        channels: 1 for grey, 3 for colour.
        out: the .npy file to write.
        threads: decoding threads.

    Raises:
        DataError: nothing to decode.
    """
    if len(keep) == 0:
        raise DataError("There is no image to decode.", where=files.source, hint="see the list of broken files")
    paths = [files.paths[i] for i in keep]
    shape = (len(paths), *size, channels)
    pixels = np.lib.format.open_memmap(out, mode="w+", dtype=np.uint8, shape=shape)

    def block(rows: Sequence[int]) -> list[str]:
        return [_decode_into(files.root / paths[row], pixels[row]) for row in rows]

    with _image_warnings():
        results = in_threads(block, blocks_of(range(len(paths))), threads)
    pixels.flush()
    reasons = [reason for chunk in results for reason in chunk]
    broken = {path: reason for path, reason in zip(paths, reasons, strict=True) if reason}
    ok = np.array([not reason for reason in reasons], dtype=bool)
    return Decoded(Images(out, np.flatnonzero(ok)), ok, broken)


def choose_size(inspection: Inspection, cap: int = 64) -> Choice[tuple[int, int, int]]:
    """The (height, width, channels) to decode to, with the reason.

    One small size is kept as it is; otherwise the median size, its longer side at most `cap` pixels, with the common
    aspect when there is one and square when there is none.

    Raises:
        DataError: no image can be read.
    """
    headers = inspection.readable
    if not headers:
        raise DataError("No image can be read.", where=_first_reason(inspection.reasons), hint="repair the files")
    heights = np.array([header.height for header in headers], dtype=float)
    widths = np.array([header.width for header in headers], dtype=float)
    grey = all(header.grey for header in headers)
    height, width, reason = _target_size(heights, widths, cap)
    evidence = {
        "median_height": float(np.median(heights)),
        "median_width": float(np.median(widths)),
        "distinct_sizes": len(set(zip(heights, widths, strict=True))),
        "cap": cap,
    }
    colour = "all images are grey" if grey else "there are colour images"
    return Choice((height, width, 1 if grey else 3), f"{reason}; {colour}", evidence)


@contextmanager
def _image_warnings() -> Iterator[None]:
    """Make decompression bombs an error of their file, and keep Pillow's remarks on odd metadata off the terminal.

    The filters are set before the threads start and put back after they end, as they are shared by all threads.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _header(path: Path) -> Header:
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        return Header(reason=_reason(error))
    digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    if not data:
        return Header(reason="empty file", digest=digest)
    try:
        with Image.open(io.BytesIO(data)) as image:
            orientation = orientation_of(image)
            width, height = image.size[::-1] if orientation >= 5 else image.size
            mode, kind, rotated = image.mode, image.format or "", orientation != 1
            return Header("", width, height, mode, kind, rotated, is_grey(image), digest, len(data))
    except Exception as error:  # noqa: BLE001 (a damaged file can raise anything from inside Pillow's parsers)
        return Header(reason=_reason(error), digest=digest, bytes=len(data))


def _decode_into(path: Path, pixels: Array) -> str:
    """Fill pixels (height, width, channels); the reason when that fails, else ''."""
    height, width, channels = pixels.shape
    try:
        if path.stat().st_size == 0:
            return "empty file"
        with Image.open(path) as image:
            pixels[:] = upright(image, height, width, channels)
    except Exception as error:  # noqa: BLE001 (a damaged file can raise anything from inside Pillow's decoders)
        return _reason(error)
    return ""


def _reason(error: Exception) -> str:
    """One short sentence for a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, UnidentifiedImageError):
        return "not an image Pillow can identify"
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"more than {Image.MAX_IMAGE_PIXELS:,} pixels: refused as a possible decompression bomb"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return " ".join(str(error).split())[:120] or type(error).__name__


def _first_reason(reasons: dict[str, str]) -> str:
    return next((f"{path}: {reason}" for path, reason in reasons.items()), "")


def _target_size(heights: Array, widths: Array, cap: int) -> tuple[int, int, str]:
    height, width = float(np.median(heights)), float(np.median(widths))
    equal = bool((heights == heights[0]).all() and (widths == widths[0]).all())
    if equal and max(height, width) <= cap:
        return int(height), int(width), f"all images are {width:.0f} x {height:.0f}, kept as they are"
    aspects = widths / heights
    low, high = np.quantile(aspects, [0.1, 0.9])
    if high > 1.1 * low:
        side = _side(float(np.median(np.sqrt(heights * widths))), cap)
        return side, side, f"aspects vary ({low:.2f} to {high:.2f}), so square; at most {cap} pixels a side"
    scale = min(cap / max(height, width), 1.0)
    size = _side(height * scale, cap), _side(width * scale, cap)
    return *size, f"the median image is {width:.0f} x {height:.0f}; the longer side is at most {cap} pixels"


def _side(pixels: float, cap: int) -> int:
    return int(np.clip(round(pixels), min(SMALLEST, cap), cap))
