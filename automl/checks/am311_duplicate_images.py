"""AM311: images or recordings that occur more than once."""

from __future__ import annotations

from automl.checks.base import Check


class DuplicateImages(Check):
    """Found by the profile of images and recordings."""

    code = "AM311"
    title = "Duplicate files"
    severity = "warning"
    in_run = True
    page = """
    What it means: images or recordings have the same content byte for byte.
    Why it matters: a copy in the test part of a file in training makes scores look better than they
    are; copies with two different labels contradict each other.
    Threshold: one pair is enough. A warning where labels contradict each other, or where copies lie in
    more than one of the train, val and test folders; else a note.
    What is done: the files are kept and listed. Equal images never lie on both sides of a split that is
    made here (see AM312).
    To override: delete the copies, or tie recordings together with --group re:PATTERN.
    """
