import numpy as np
import pytest
from PIL import Image

from automl.data import near
from automl.data.dataset import Images


def pictures(n, side=48, seed=0):
    """Smooth random colour pictures, no two alike."""
    coarse = np.random.default_rng(seed).integers(0, 256, (n, 6, 6, 3), dtype=np.uint8)
    return np.stack([np.asarray(Image.fromarray(c).resize((side, side), Image.Resampling.BICUBIC)) for c in coarse])


def stored(folder, pixels):
    np.save(folder / "x.npy", pixels)
    return Images(folder / "x.npy", np.arange(len(pixels)))


def smaller_and_back(pixels):
    half = [Image.fromarray(p).resize((30, 30), Image.Resampling.BILINEAR) for p in pixels]
    return np.stack([np.asarray(image.resize((48, 48), Image.Resampling.BILINEAR)) for image in half])


CHANGES = {
    "same": lambda pixels: pixels,
    "smaller and back": smaller_and_back,
    "brighter": lambda pixels: np.clip(pixels * 0.8 + 30, 0, 255).astype(np.uint8),
    "noise": lambda p: np.clip(p + np.random.default_rng(1).normal(0, 4, p.shape), 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_copy_is_in_the_group_of_its_original(tmp_path, change):
    pixels = pictures(40)

    codes = near.groups(stored(tmp_path, np.concatenate([pixels, change(pixels)])))

    assert (codes[:40] == codes[40:]).mean() >= 0.95
    assert len(set(codes[:40])) == 40


def test_other_pictures_mirrored_ones_too_are_strangers(tmp_path):
    pixels = pictures(60)

    codes = near.groups(stored(tmp_path, np.concatenate([pixels, pixels[:, :, ::-1]])))

    assert codes.tolist() == list(range(120))


def test_drawings_that_share_bits_by_chance_are_strangers(tmp_path):
    from sklearn.datasets import load_digits

    digits = (load_digits().images[:600, :, :, None] * 15.9).astype(np.uint8)

    assert len(set(near.groups(stored(tmp_path, digits)))) == 600


def test_blank_images_are_one_group(tmp_path):
    blank = np.full((3, 16, 16, 1), 200, np.uint8)

    assert near.groups(stored(tmp_path, np.concatenate([blank, pictures(2, 16)[..., :1]]))).tolist() == [0, 0, 0, 1, 2]


def test_a_film_is_one_group_by_way_of_its_frames(tmp_path):
    first, last = pictures(2).astype(float)
    frames = np.stack([first + (last - first) * i / 60 for i in range(61)]).astype(np.uint8)

    assert set(near.groups(stored(tmp_path, frames))) == {0}


def test_no_images_no_groups(tmp_path):
    assert near.groups(stored(tmp_path, np.zeros((0, 8, 8, 1), np.uint8))).tolist() == []


@pytest.mark.parametrize("flipped", [0, 1, 4])
def test_hashes_that_differ_in_few_bits_are_paired_once(flipped):
    hashes = np.random.default_rng(0).integers(0, 2**63, 200).astype(np.uint64)
    bits = np.random.default_rng(1).choice(64, flipped, replace=False)
    hashes[150] = hashes[7] ^ np.uint64(sum(1 << int(bit) for bit in bits))

    left, right = near.pairs(hashes)

    assert (left.tolist(), right.tolist()) == ([7], [150])


def test_five_bits_are_too_many():
    assert len(near.pairs(np.array([0, 0b11111], np.uint64))[0]) == 0


def test_large_buckets_are_not_compared_pair_by_pair():
    left, right = near.pairs(np.zeros(3_000, np.uint64))

    assert set(near.joined(3_000, left, right)) == {0}
    assert len(left) < 3_000 * near.WINDOW


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ([0, 1, 2], [0, 1, 2], [0, 1, 2]),
        ([0, 0, 1, 2], [5, 6, 6, 7], [0, 0, 0, 1]),
        ([0, 1, 0, 1], [3, 3, 4, 4], [0, 0, 0, 0]),
    ],
)
def test_rows_equal_in_either_stay_together(first, second, both):
    assert near.together(np.array(first), np.array(second)).tolist() == both
