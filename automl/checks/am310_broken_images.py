"""AM310: files that cannot be read."""

from __future__ import annotations

from automl.checks.base import Check


class BrokenImages(Check):
    """Found by the profile of a folder of images, recordings or texts, and of a table that names images."""

    code = "AM310"
    title = "Broken files"
    severity = "warning"
    in_run = True
    page = """
    What it means: some images, recordings or texts cannot be decoded: cut off, empty, or something else
    in disguise.
    Why it matters: they are not learnt from; many of them in one class shift the shares.
    Threshold: one file is enough; a run stops with an error when more than 5 % of the files cannot be
    read, unless AM310 is ignored, and always when none can be.
    What is done: the files are skipped and listed with the reason; where they are named in a column
    of a table among others, their rows stay, without an image.
    To override: repair or delete the files; --ignore AM310 leaves out any share of them, and keeps this
    finding out of the report: the lists in the profile stay.
    """
