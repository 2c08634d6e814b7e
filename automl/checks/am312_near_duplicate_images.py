"""AM312: images that are nearly the same picture."""

from __future__ import annotations

from automl.checks.base import Check


class NearDuplicateImages(Check):
    """Found on the decoded images of a run."""

    code = "AM312"
    title = "Near-duplicate images"
    severity = "warning"
    in_run = True
    page = """
    What it means: images show the same picture in another size, compression or brightness, or are
    neighbouring frames of a film.
    Why it matters: such an image in the test part of one in training makes scores look better than
    they are on new images.
    Threshold: perceptual hashes (dHash, 64 bits) that differ in at most 4 bits, and thumbnails of
    16 x 16 pixels that correlate to 0.997. In sets where very many hashes are equal a few pairs may
    be missed.
    What is done: near-duplicates are tied together like the rows of a --group and never lie on both
    sides of a split. Where train/ and test/ folders fix the split they stay where they are, and
    where more than half of the images would be one group they are not tied. A warning where some may
    lie on both sides, else a note.
    To override: --ignore AM312, or delete the copies.
    """
