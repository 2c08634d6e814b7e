"""AM310: files that cannot be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from automl.checks.base import Check

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from automl.types import Finding

NAMED = 5
"""Broken files told by name."""


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

    def broken(
        self,
        reasons: Mapping[str, str],
        files: int,
        things: str,
        *,
        columns: Collection[str] = (),
        count: int = 0,
        rows: int = 0,
        lost: Collection[str] = (),
        stay: bool = False,
    ) -> Finding:
        """The finding for broken files.

        Args:
            reasons: path -> why it cannot be read; not empty.
            files: all files, each counted once.
            things: what they are, plural.
            columns: of a table, whose cells name the files.
            count: broken files, where `reasons` has the first of them only.
            rows: rows that name a broken file, where they are told.
            lost: classes without a readable file.
            stay: the rows are kept, without an image.
        """
        many, (first, why) = count or len(reasons), next(iter(reasons.items()))
        of_rows = f", named in {rows:,} {'row' if rows == 1 else 'rows'}" if rows else ""
        more = f" and {many - 1:,} more" if many > 1 else ""
        same = f", {why}" if len(set(reasons.values())) == 1 else ""
        evidence: dict[str, Any] = {"broken": many, "files": files, **({"rows": rows} if rows else {})}
        evidence |= {"reasons": dict(Counter(reasons.values()).most_common(NAMED)), "classes_lost": sorted(lost)}
        done = "their rows stay, without an image" if stay else "skipped, and listed in the profile"
        return self.finding(
            columns,
            title=f"{many:,} of {files:,} {things} cannot be read{of_rows}: {first}{more}{same}",
            evidence=evidence | {"examples": [f"{path}: {reason}" for path, reason in list(reasons.items())[:NAMED]]},
            action=f"{done}; repair or delete {'them' if not stay else 'the files'}",
        )
