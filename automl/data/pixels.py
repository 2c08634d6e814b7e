"""One opened image file to upright 8-bit pixels, whatever its mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from automl.data.dataset import Array

ORIENTATION = 0x0112
GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"})
ALPHA_MODES = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
# EXIF 2.32, tag Orientation: what turns the stored picture upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, height: int, width: int, channels: int) -> Array:
    """(height, width, channels) uint8 pixels of an opened image."""
    orientation = orientation_of(image)
    stored = (height, width) if orientation >= 5 else (width, height)
    # JPEG only: decode at 1/2, 1/4 or 1/8 of the size as long as twice the target is left for antialiasing.
    image.draft(None, (2 * stored[0], 2 * stored[1]))
    plain = _to_mode(image, "L" if channels == 1 else "RGB")
    if plain.size != stored:
        plain = plain.resize(stored, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if orientation != 1:
        plain = plain.transpose(UPRIGHT[orientation])
    return np.asarray(plain).reshape(height, width, channels)


def _to_mode(image: Image.Image, mode: str) -> Image.Image:
    """The first frame as 'L' or 'RGB', all pixels decoded, transparency on white."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _to_eight_bits(image)
    if image.mode in ALPHA_MODES or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    image.load()
    return image if image.mode == mode else image.convert(mode)


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits, or floats, as 8 bits.

    The scale is fixed by the type where it tells (65535 -> 255, floats up to 1 -> 255), so that brightness stays
    comparable between files; only values beyond are scaled by the image's own maximum.
    """
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    top = float(values.max(initial=0.0))
    if image.mode == "F":
        scale = 255.0 if top <= 1 else 1.0 if top <= 255 else 255.0 / top
    elif image.mode == "I":
        scale = 1.0 if top <= 255 else 255.0 / max(top, 65535.0)
    else:
        scale = 255.0 / 65535.0
    return Image.fromarray(np.clip(np.rint(values * scale), 0, 255).astype(np.uint8))


def orientation_of(image: Image.Image) -> int:
    """EXIF orientation 1 to 8; 1 when there is none."""
    value = image.getexif().get(ORIENTATION, 1)
    return value if value in UPRIGHT else 1


def is_grey(image: Image.Image) -> bool:
    """Whether the image has no colour, by its mode or its palette."""
    if image.mode != "P":
        return image.mode in GREY_MODES
    palette = np.array(image.getpalette("RGB") or [0, 1, 2], dtype=np.uint8).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())
