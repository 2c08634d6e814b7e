"""AM311: images that occur more than once."""

from __future__ import annotations

from automl.checks.base import Check


class DuplicateImages(Check):
    """Found by the profile of an image folder."""

    code = "AM311"
    title = "Duplicate images"
    severity = "warning"
    in_run = True
    page = """
    What it means: files have the same content byte for byte.
    Why it matters: a copy in the test part of an image in training makes scores look better than
    they are; copies with two different labels contradict each other.
    Threshold: one pair is enough.
    What is done: the files are kept and listed.
    To override: delete the copies, or tie them together with --group re:PATTERN.
    """
