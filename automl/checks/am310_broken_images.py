"""AM310: images that cannot be read."""

from __future__ import annotations

from automl.checks.base import Check


class BrokenImages(Check):
    """Found by the profile of an image folder, and of a table that names images."""

    code = "AM310"
    title = "Broken images skipped"
    severity = "warning"
    in_run = True
    page = """
    What it means: some files with an image name cannot be decoded: cut off, empty, or something
    else in disguise.
    Why it matters: they are not learnt from; many of them in one class shift the shares.
    Threshold: one file is enough; when no image can be read the run stops with an error.
    What is done: the files are skipped and listed with the reason; where they are named in a column
    of a table among others, their rows stay, without an image.
    To override: repair or delete the files.
    """
