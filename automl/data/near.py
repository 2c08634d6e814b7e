"""Near-duplicate images: the same picture resized, saved again or a little brighter, found by a perceptual hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from automl.data.dataset import Array, Images

SIDE = 8
"""Lines of the hash, and comparisons in each: 64 bits."""
THUMBNAIL = 16
"""Side of the thumbnails by which pairs that the hash finds are looked at again."""
BITS = 4
"""Bits in which the hashes of near-duplicates may differ."""
ALIKE = 0.08
"""Largest root mean square difference of two thumbnails, each of deviation 1: a correlation of 0.997. Small drawings
share most bits of a hash by chance: of the scikit-learn digits 4 in 10 have a stranger within four bits."""
FLAT = 2.0
"""Grey levels: the smallest deviation a thumbnail is divided by, so that noise on a blank image is none."""
NOISE = 2.0
"""Grey levels by which a patch must be brighter: compression leaves noise on even ground."""
BANDS = 5
"""Parts of a hash: with at most four bits different one of the five parts is equal."""
WINDOW = 64
"""Images of one bucket that each is compared with, in the order of their hashes: what keeps large sets from n^2."""
BLOCK = 1_000
"""Images in memory at a time."""


def groups(images: Images) -> Array:
    """(n,) codes, equal for near-duplicates (also by way of others in between), from 0 in order of appearance."""
    hashes, thumbnails = signatures(images)
    left, right = pairs(hashes)
    alike = _distances(thumbnails, left, right) <= ALIKE
    return joined(len(hashes), left[alike], right[alike])


def signatures(images: Images) -> tuple[Array, Array]:
    """(n,) uint64 difference hashes, and (n, 256) float32 thumbnails of mean 0 and deviation 1.

    A bit of the hash says whether a patch of a 9 x 8 grey thumbnail is brighter than the one to its left (dHash).
    """
    hashes: list[Array] = []
    thumbnails: list[Array] = []
    for start in range(0, len(images), BLOCK):
        pixels = images.take(np.arange(start, min(start + BLOCK, len(images)))).pixels()
        grey = pixels.mean(axis=3, dtype=np.float32)
        small = _shrunk(grey, SIDE, SIDE + 1)
        bits = (small[:, :, 1:] > small[:, :, :-1] + NOISE).reshape(len(grey), -1)
        hashes.append(np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64))
        flat = _shrunk(grey, THUMBNAIL, THUMBNAIL).reshape(len(grey), -1)
        centred = flat - flat.mean(axis=1, keepdims=True)
        thumbnails.append(centred / np.maximum(centred.std(axis=1, keepdims=True), FLAT))
    if not hashes:
        return np.zeros(0, np.uint64), np.zeros((0, THUMBNAIL**2), np.float32)
    return np.concatenate(hashes), np.concatenate(thumbnails)


def pairs(hashes: Array) -> tuple[Array, Array]:
    """Positions of the pairs whose hashes differ in at most `BITS` bits, each once.

    Only images that agree in one of five parts of the hash are compared. The bits of a part lie apart, so that an empty
    margin does not put all images into one bucket; in a bucket of more than `WINDOW` images some pairs are missed.
    """
    found: list[Array] = []
    for band in range(BANDS):
        mask = np.uint64(sum(1 << bit for bit in range(band, 64, BANDS)))
        part = hashes & mask
        order = np.lexsort((hashes, part))
        for shift in range(1, min(WINDOW, len(hashes))):
            left, right = order[:-shift], order[shift:]
            same = part[left] == part[right]
            if not same.any():
                break
            left, right = left[same], right[same]
            near = np.bitwise_count(hashes[left] ^ hashes[right]) <= BITS
            found.append((np.minimum(left, right) * len(hashes) + np.maximum(left, right))[near])
    both = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    return both // max(len(hashes), 1), both % max(len(hashes), 1)


def joined(rows: int, left: Array, right: Array) -> Array:
    """(rows,) codes of the connected components of the pairs, from 0 in order of appearance."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    edges = sparse.coo_matrix((np.ones(len(left), bool), (left, right)), shape=(rows, rows))
    codes = connected_components(edges, directed=False)[1]
    return _by_appearance(codes)


def together(first: Array, second: Array) -> Array:
    """(n,) the finest codes under which rows equal in either stay together."""
    rows = len(first)
    left: list[Array] = []
    right: list[Array] = []
    for codes in (first, second):
        order = np.argsort(codes, kind="stable")
        same = codes[order[1:]] == codes[order[:-1]]
        left.append(order[:-1][same])
        right.append(order[1:][same])
    return joined(rows, np.concatenate(left), np.concatenate(right))


def _by_appearance(codes: Array) -> Array:
    first: Array
    inverse: Array
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    numbered: Array = rank[inverse].astype(np.int64)
    return numbered


def _shrunk(grey: Array, height: int, width: int) -> Array:
    """(n, height, width) means over patches of (n, h, w) grey images."""
    rows, columns = _averaging(grey.shape[1], height), _averaging(grey.shape[2], width)
    means: Array = rows @ grey @ columns.T
    return means


def _averaging(lines: int, patches: int) -> Array:
    """(patches, lines) weights that average the lines of each patch; fractions of a line count as such."""
    edges = np.arange(patches + 1) * lines / patches
    starts = np.arange(lines)
    share = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    weights: Array = (np.maximum(share, 0.0) * patches / lines).astype(np.float32)
    return weights


def _distances(thumbnails: Array, left: Array, right: Array) -> Array:
    """(pairs,) root mean square difference of the thumbnails of each pair."""
    parts = [
        np.sqrt(np.square(thumbnails[left[i : i + BLOCK]] - thumbnails[right[i : i + BLOCK]]).mean(axis=1))
        for i in range(0, len(left), BLOCK)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
