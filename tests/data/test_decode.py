"""Image files of every mode to pixels; broken ones are named and skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from automl.data import decode
from automl.data.source import ImageFiles
from automl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

RED, GREEN, WHITE = (255, 0, 0), (0, 255, 0), (255, 255, 255)


def files(root: Path, *names: str) -> ImageFiles:
    return ImageFiles(root.name, str(root), root, tuple(names) or tuple(sorted(p.name for p in root.iterdir())))


def half(mode: str, left: object, right: object, size: int = 16) -> Image.Image:
    """An image with one value on the left and another on the right."""
    image = Image.new(mode, (size, size), left)
    image.paste(right, (size // 2, 0, size, size))
    return image


def pixels(path: Path, size: tuple[int, int] = (16, 16), channels: int = 3) -> np.ndarray:
    """The decoded pixels of one file."""
    out = path.with_name("out.npy")
    decoded = decode.decode(files(path.parent, path.name), [0], size, channels, out)
    assert decoded.reasons == {}
    return decoded.images.pixels()[0]


def palette(transparent: bool) -> Image.Image:
    image = half("P", 0, 1)
    image.putpalette([*RED, *GREEN])
    if transparent:
        image.info["transparency"] = 1
    return image


def array(row: list[float], dtype: type) -> Image.Image:
    """An image of equal rows with the mode that belongs to the type."""
    return Image.fromarray(np.repeat([row], 16, 0).astype(dtype))


def gif(first: Image.Image, path: Path) -> None:
    first.save(path, save_all=True, append_images=[Image.new("RGB", first.size, WHITE)])


MODES = {
    "rgb.png": (half("RGB", RED, GREEN), RED, GREEN),
    "grey.png": (half("L", 10, 200), (10,) * 3, (200,) * 3),
    "bits.png": (half("1", 0, 1), (0,) * 3, WHITE),
    "alpha.png": (half("RGBA", (*RED, 255), (0, 0, 0, 0)), RED, WHITE),
    "grey_alpha.png": (half("LA", (10, 255), (10, 0)), (10,) * 3, WHITE),
    "sixteen.png": (array([0] * 8 + [0x8080] * 8, np.uint16), (0,) * 3, (128,) * 3),
    "float.tif": (array([0.0] * 8 + [1.0] * 8, np.float32), (0,) * 3, WHITE),
    "cmyk.tif": (half("CMYK", (0, 255, 255, 0), (0, 0, 0, 0)), RED, WHITE),
    "palette.png": (palette(transparent=False), RED, GREEN),
    "palette_clear.png": (palette(transparent=True), RED, WHITE),
    "rgb.webp": (half("RGB", RED, RED), (254, 0, 0), (254, 0, 0)),
    "rgb.bmp": (half("RGB", RED, GREEN), RED, GREEN),
}


@pytest.mark.parametrize("name", MODES)
def test_every_mode(tmp_path, name):
    image, left, right = MODES[name]
    image.save(tmp_path / name)
    found = pixels(tmp_path / name)
    assert found.shape == (16, 16, 3)
    np.testing.assert_allclose(found[8, 2], left, atol=1)
    np.testing.assert_allclose(found[8, 13], right, atol=1)


def test_grey_output_and_first_frame(tmp_path):
    gif(half("RGB", RED, GREEN), tmp_path / "a.gif")
    found = pixels(tmp_path / "a.gif", channels=1)
    assert found.shape == (16, 16, 1)
    np.testing.assert_allclose(found[8, [2, 13], 0], [76, 150], atol=2)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_exif_rotation(tmp_path, orientation, kind):
    """Stored rotated with the tag, the picture comes out as the upright one."""
    upright = np.zeros((24, 48, 3), np.uint8)
    upright[:8, :16] = 255
    back = {1: (), 2: (0,), 3: (3,), 4: (1,), 5: (5,), 6: (2,), 7: (6,), 8: (4,)}[orientation]
    image = Image.fromarray(upright)
    for method in back:
        image = image.transpose(Image.Transpose(method))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{kind}"
    image.save(path, exif=exif)
    header = decode.inspect(files(tmp_path, path.name)).headers[0]
    assert (header.width, header.height, header.rotated) == (48, 24, orientation != 1)
    found = pixels(path, size=(12, 24))
    assert np.abs(found[:3, :7].astype(int) - 255).max() < 40
    assert found[6:].max() < 40
    assert found[:, 10:].max() < 40


def test_large_jpeg_is_resized_with_antialiasing(tmp_path):
    stripes = np.tile(np.array([0, 255], np.uint8), (400, 200))
    Image.fromarray(stripes).save(tmp_path / "a.jpg", quality=95)
    found = pixels(tmp_path / "a.jpg", size=(20, 30), channels=1)
    assert np.abs(found.astype(int) - 127).max() < 12


def broken_files(root: Path) -> dict[str, str]:
    """Broken files -> part of the reason."""
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(root / "whole.jpg")
    Image.open(root / "whole.jpg").save(root / "whole.png")
    for kind in ("jpg", "png"):
        data = (root / f"whole.{kind}").read_bytes()
        (root / f"cut.{kind}").write_bytes(data[: len(data) // 2])
        (root / f"whole.{kind}").unlink()
    (root / "empty.png").write_bytes(b"")
    (root / "text.png").write_text("not an image at all")
    (root / "folder.png").mkdir()
    return {
        "cut.jpg": "truncated",
        "cut.png": "truncated|broken|data",
        "empty.png": "empty file",
        "text.png": "not an image",
        "folder.png": "directory",
        "gone.png": "no such file",
    }


def test_broken_files_are_named_and_left_out(tmp_path):
    reasons = broken_files(tmp_path)
    Image.new("RGB", (8, 8), RED).save(tmp_path / "good.png")
    found = decode.decode(files(tmp_path, *reasons, "good.png"), range(7), (8, 8), 3, tmp_path / "out.npy", threads=2)
    assert found.ok.tolist() == [False] * 6 + [True]
    assert set(found.reasons) == set(reasons)
    for name, reason in reasons.items():
        assert any(part in found.reasons[name] for part in reason.split("|")), (name, found.reasons[name])
    assert found.images.rows.tolist() == [6]
    assert (found.images.pixels() == RED).all()


def test_what_decoding_found_can_be_told_to_the_inspection(tmp_path):
    broken_files(tmp_path)
    source = files(tmp_path, "cut.jpg", "empty.png")
    inspected = decode.inspect(source)
    assert inspected.ok.tolist() == [True, False]
    decoded = decode.decode(source, [0], (8, 8), 3, tmp_path / "out.npy")
    marked = inspected.with_broken(decoded.reasons)
    assert marked.ok.tolist() == [False, False]
    assert marked.reasons == {"cut.jpg": decoded.reasons["cut.jpg"], "empty.png": "empty file"}


def test_nothing_decodable_gives_an_empty_selection(tmp_path):
    (tmp_path / "a.png").write_text("text")
    found = decode.decode(files(tmp_path, "a.png"), [0], (8, 8), 1, tmp_path / "out.npy")
    assert found.images.pixels().shape == (0, 8, 8, 1)


def test_no_file_to_decode_is_an_error(tmp_path):
    broken_files(tmp_path)
    with pytest.raises(DataError, match="no image to decode"):
        decode.decode(files(tmp_path, "cut.jpg"), [], (8, 8), 3, tmp_path / "out.npy")


def test_decode_keeps_the_order_asked_for(tmp_path):
    for value in range(150):
        Image.new("L", (4, 4), value).save(tmp_path / f"{value:03}.png")
    keep = np.random.default_rng(0).permutation(150)[:140]
    found = decode.decode(files(tmp_path), keep, (4, 4), 1, tmp_path.parent / "order.npy", threads=3)
    assert found.images.pixels()[:, 0, 0, 0].tolist() == keep.tolist()


def test_inspect_reads_headers_and_digests(tmp_path):
    Image.new("RGB", (30, 20), RED).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    Image.new("L", (10, 20)).save(tmp_path / "c.gif")
    palette(transparent=False).save(tmp_path / "d.png")
    (tmp_path / "e.jpg").write_bytes(b"")
    (tmp_path / "f.jpg").write_text("text")
    found = decode.inspect(files(tmp_path), threads=2)
    a, b, c, d, *_ = found.headers
    assert (a.width, a.height, a.mode, a.format, a.grey, a.rotated) == (30, 20, "RGB", "PNG", False, False)
    assert a.digest == b.digest != c.digest
    assert a.bytes == (tmp_path / "a.png").stat().st_size
    assert (c.grey, d.grey) == (True, False)
    assert found.ok.tolist() == [True] * 4 + [False] * 2
    assert found.reasons == {"e.jpg": "empty file", "f.jpg": "not an image Pillow can identify"}


@pytest.mark.parametrize("limit", [100, 300])
def test_decompression_bombs_count_as_broken(tmp_path, monkeypatch, limit):
    """Above the limit Pillow warns, above twice the limit it refuses: both are broken here."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    Image.new("L", (20, 20)).save(tmp_path / "a.png")
    source = files(tmp_path)
    assert "bomb" in decode.inspect(source).reasons["a.png"]
    found = decode.decode(source, [0], (8, 8), 1, tmp_path.parent / "bomb.npy")
    assert "bomb" in found.reasons["a.png"]


def inspection(*sizes: tuple[int, int], grey: bool = False) -> decode.Inspection:
    """Headers of the given (width, height)."""
    headers = tuple(decode.Header(width=w, height=h, mode="L" if grey else "RGB", grey=grey) for w, h in sizes)
    return decode.Inspection(tuple(f"{i}.png" for i in range(len(sizes))), headers)


@pytest.mark.parametrize(
    ("sizes", "grey", "expected"),
    [
        ([(28, 28)] * 3, True, (28, 28, 1)),
        ([(8, 8)] * 3, True, (8, 8, 1)),
        ([(40, 20)] * 3, False, (20, 40, 3)),
        ([(128, 128)] * 3, False, (64, 64, 3)),
        ([(640, 480)] * 3, False, (48, 64, 3)),
        ([(640, 480), (320, 240), (1280, 960)], False, (48, 64, 3)),
        ([(100, 50), (50, 100), (80, 80), (300, 100)], False, (64, 64, 3)),
        ([(20, 24), (24, 20), (30, 18)], True, (22, 22, 1)),
        ([(4000, 40)] * 3, False, (8, 64, 3)),
    ],
)
def test_choose_size(sizes, grey, expected):
    choice = decode.choose_size(inspection(*sizes, grey=grey))
    assert choice.value == expected
    assert choice.reason


def test_choose_size_looks_at_readable_images_only(tmp_path):
    (tmp_path / "a.png").write_text("text")
    with pytest.raises(DataError, match="No image can be read"):
        decode.choose_size(decode.inspect(files(tmp_path)))
    mixed = inspection((30, 30), (30, 30))
    broken = decode.Inspection((*mixed.paths, "bad.png"), (*mixed.headers, decode.Header(reason="cut")))
    assert decode.choose_size(broken).value == (30, 30, 3)
    assert decode.choose_size(inspection((300, 300)), cap=96).value == (96, 96, 3)
